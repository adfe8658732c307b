/** What is settled no more, because the authority's books or a journal were put back: F6, D7. */
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

test('[D7] [F1] a restored journal lets go of nothing that its image calls settled: the books may have been put back since (seed 9971359)', () => {
  const { world, hq, berlin, till } = shop({ lamp: 9 });
  world.calmFor(3_000);
  const before = hq.journal.image();
  till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
  world.calmFor(3_000);
  const [former, image] = [berlin.replica.ledger.self, berlin.journal.image()];
  expect(former.head.settled.seq).toBe(former.head.seq);
  berlin.cut();
  hq.restart(before);
  hq.turn((self, now) => self.becomeNewWriter('rollback', now));
  berlin.restart(image);
  berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
  const settled = () => berlin.replica.ledger.streams.get(former.writer)?.head.settled.seq;
  expect(settled()).toBe(0);
  till.link();
  // Nobody but the books themselves says what they have.
  berlin.link();
  for (const letter of world.intercept('welcome')) world.deliver(letter);
  expect(settled()).toBe(hq.replica.ledger.streams.get(former.writer)?.head.seq);
  world.calmFor(3_000);
  expect(settled()).toBe(former.head.seq);
});

test('[D7] what stands in the books is settled, also in a life of the authority that ended', () => {
  const { world, hq } = shop({ lamp: 9 });
  const former = hq.replica.ledger.self;
  hq.turn((self, now) => self.becomeNewWriter('rollback', now));
  expect(former.head.settled).toEqual({ seq: former.head.seq, hash: former.head.hash });
  world.calm();
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

test('[D7] what is told to be settled of an own life that ended is written down, for a restart and for pruning', () => {
  const { world, berlin, till } = shop({ lamp: 9 });
  world.comesToRest = false;
  world.calmFor(3_000);
  till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
  world.calmFor(3_000);
  const former = berlin.self;
  const settled = () => berlin.replica.ledger.streams.get(former)?.head.settled.seq;
  berlin.cut();
  berlin.restart();
  berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
  expect(settled()).toBe(0);
  berlin.link();
  world.calmFor(5_000);
  const { seq } = berlin.replica.ledger.streams.get(former)?.head ?? { seq: 0 };
  expect([seq > 0, settled()]).toEqual([true, seq]);
  berlin.restart();
  expect(settled()).toBe(seq);
});
