/** What is settled no more, because the authority's books were put back, is so for all below: F6, D7. */
import { expect, test } from 'vitest';
import { sell } from './commands.test-kit.ts';
import { type Node, shop } from './world.test-kit.ts';

const settledAt = (node: Node, of: Node) => node.replica.ledger.streams.get(of.self)?.head.settled.seq ?? 0;
const inBooks = (hq: Node, of: Node) => hq.replica.ledger.streams.get(of.self)?.head.seq ?? 0;

/** A till of a shop sells; then the books are put back to before that, and the shop meets them. */
function putBack() {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
  world.calmFor(3_000);
  const image = hq.journal.image();
  till.do(sell('t2', { lamp: 1 }));
  world.calmFor(3_000);
  expect([settledAt(till, till), settledAt(berlin, till)]).toEqual([inBooks(hq, till), inBooks(hq, till)]);
  berlin.cut();
  hq.restart(image);
  hq.turn((self, now) => self.becomeNewWriter('rollback', now));
  berlin.link();
  for (const letter of world.intercept('welcome')) world.deliver(letter);
  return { world, hq, berlin, till };
}

test('[F6] [D7] who stands two below the books lets go of nothing that they lack again (seed 9001173)', () => {
  const { world, hq, berlin, till } = putBack();
  // What it says anew is on its way for long.
  const up = world.intercept('stream');
  expect(inBooks(hq, till)).toBeLessThan(till.replica.ledger.self.head.seq);
  expect([settledAt(berlin, till), till.isHungUp]).toEqual([inBooks(hq, till), true]);
  till.isHungUp = false;
  till.link();
  for (const letter of world.intercept('welcome')) world.deliver(letter);
  expect(settledAt(till, till)).toBe(inBooks(hq, till));
  for (const letter of up) world.deliver(letter);
  world.calmFor(3_000);
  expect([inBooks(hq, till), settledAt(till, till)]).toEqual([
    till.replica.ledger.self.head.seq,
    till.replica.ledger.self.head.seq,
  ]);
  expect(till.hangUps).toEqual([]);
});

test('[F6] [D7] nobody is hung up on where the books have all that they had', () => {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
  world.calmFor(3_000);
  for (const node of [hq, berlin]) {
    berlin.cut();
    node.restart();
    if (node === berlin) till.link();
    berlin.link();
    world.calm();
    expect(berlin.hangUps).toEqual([]);
  }
});
