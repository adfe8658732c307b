/** A child that was given away and is given back: what it says that it saw of its parent, and what it is told. F1, F3a, L1. */
import { expect, test } from 'vitest';
import { cellOf } from '../tally/row.ts';
import type { Cells } from '../wire/frames.ts';
import { type Node, pool, shop } from './world.test-kit.ts';

const N = 3;

function relink(node: Node, parent = node.parent as Node): void {
  node.cut();
  node.restart();
  node.parent = parent;
  node.link();
}

function send(from: Node, to: Node, sku: string): void {
  const items = [{ pool: pool(sku), n: N }];
  from.turn(({ ledger }, now) => ledger.append({ type: 'sent', to: to.self, items }, '', 'system', now));
}

/** A shop that is cut off sent its till bulbs and lamps; only the lamps came, when it was the authority's already. */
function away() {
  const { world, hq, berlin, till } = shop({ lamp: 5, bulb: 5 });
  const image = berlin.journal.image();
  berlin.cut();
  till.cut();
  send(berlin, till, 'bulb');
  send(berlin, till, 'lamp');
  world.give(till, hq);
  relink(till, hq);
  world.rejoin();
  const at = till.replica.ledger.self.head.parentSeen;
  const { seq, n } = cellOf(berlin.row('lamp').sent, till.self) as { seq: number; n: number };
  const cells = [{ pool: pool('lamp'), from: berlin.self, to: till.self, seq, n }];
  const frame: Cells = { kind: 'cells', writer: till.self, parent: hq.self, from: at, to: at, cells };
  till.hear(hq.id, frame);
  world.calm();
  expect([till.free('lamp'), till.free('bulb')]).toEqual([N, 0]);
  world.give(till, berlin);
  relink(till, berlin);
  return { world, berlin, till, image };
}

test.each(['itself', 'as a new life'])(
  '[F1] [F3a] it tells its parent in its hello that this is the past, by what it took before it left, %s',
  (how) => {
    const { world, berlin, till, image } = away();
    for (const letter of world.intercept('welcome', 'cells'))
      if (letter.frame.kind === 'welcome') world.deliver(letter);
    till.cut();
    const life = berlin.self;
    berlin.restart(image);
    expect(berlin.free('lamp')).toBe(5);
    if (how === 'as a new life') till.turn((self, now) => self.becomeNewWriter('rollback', now));
    till.link();
    expect(berlin.fenceOf(life)).toBe('rollback');
    expect(berlin.free('lamp')).toBe(0);
    world.comesToRest = false;
  },
);

test('[L1] [F3a] and is told all the same of what was sent before that and has not come', () => {
  const { world, till } = away();
  // The link breaks before it is told anything: it says hello once more, and names what it took.
  for (const letter of world.intercept('welcome', 'cells'))
    if (letter.frame.kind === 'welcome') world.deliver(letter);
  for (const letter of world.intercept('stream')) world.deliver(letter);
  relink(till);
  world.calmFor(2_000);
  expect([till.free('lamp'), till.free('bulb')]).toEqual([N, N]);
  world.comesToRest = false;
});
