/** Orders of a life that ended: called off by the life that goes on, once, and sold again by nobody before a count (T8, F1, F3). */
import { describe, expect, test } from 'vitest';
import type { LineId, OrderId, WriterId } from '../ids.ts';
import { cancel, giveBack, receive, reclaim, sell, ship } from './commands.test-kit.ts';
import { exposure } from './decide-reclaim.ts';
import { type Node, pool, shop } from './world.test-kit.ts';

const lamp = pool('lamp');
const far = { departsFrom: [] };

/** A shop that sold four of nine lamps, of which all have heard, and was put back to after that. */
function restored() {
  const set = shop({ lamp: 9 });
  const { world, berlin } = set;
  berlin.do(sell('o1', { lamp: 4 }, far));
  world.calm();
  const image = berlin.journal.image();
  const first = berlin.self;
  /** The image is put back; what its old life does before that is on the disk that is returned, and unheard. */
  const putBack = (before: () => void = () => {}) => {
    berlin.cut();
    before();
    const old = berlin.journal;
    berlin.restart(image);
    berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
    berlin.link();
    world.calm();
    return old;
  };
  return { ...set, first, putBack };
}

function left(node: Node, writer: WriterId): number {
  const { ledger } = node.replica;
  const stream = ledger.streams.get(writer);
  if (stream === undefined) throw new Error(`${writer} is not known at ${node.id}.`);
  return exposure(ledger, stream, lamp);
}

const available = (hq: Node) => hq.replica.hub.totals.levels?.get(lamp)?.available;

describe('[T8] an order that a former life took', () => {
  test('[T8] [F3] is called off by the life that goes on, and its units are the former one’s until they are counted', () => {
    const { world, hq, berlin, first, putBack } = restored();
    putBack();
    expect([left(hq, first), available(hq)]).toEqual([5, 5]);
    expect(berlin.do(cancel('c1', 'o1'))).toMatchObject({ ok: true, replayed: false });
    expect(berlin.free('lamp')).toBe(0);
    world.calm();
    expect([hq.fenceOf(berlin.self), left(hq, first), available(hq)]).toEqual([undefined, 9, 9]);
    expect(berlin.do(cancel('c1', 'o1'))).toMatchObject({ ok: true, replayed: true });
    expect(berlin.do(cancel('c2', 'o1'))).toMatchObject({ ok: false, code: 'already_cancelled' });
    expect(hq.do(reclaim('r1', first, { lamp: 9 }))).toMatchObject({ ok: true });
    expect(hq.free('lamp')).toBe(9);
  });

  test('[T8] is called off line by line, and no line twice', () => {
    const { world, hq, berlin, first, putBack } = restored();
    putBack();
    expect(berlin.do(cancel('c0', 'o1', ['2']))).toMatchObject({ ok: false, code: 'already_cancelled' });
    expect(berlin.do(cancel('c1', 'o1', ['1']))).toMatchObject({ ok: true });
    world.calm();
    expect(left(hq, first)).toBe(9);
  });

  test('[T8] [F5] was called off by the old machine as well, and sold again: it is given back once, and nothing is oversold', () => {
    const { world, hq, berlin, first, putBack } = restored();
    const old = putBack(() => {
      expect(berlin.do(cancel('c-old', 'o1'))).toMatchObject({ ok: true });
      expect(berlin.do(sell('o2', { lamp: 9 }, far))).toMatchObject({ ok: true });
    });
    expect(berlin.do(cancel('c-new', 'o1'))).toMatchObject({ ok: true });
    world.calm();
    // Nobody but an operator who has counted can sell them, and the shop cannot.
    expect(berlin.do(sell('o3', { lamp: 1 }))).toMatchObject({ ok: false, code: 'insufficient_stock' });
    const second = berlin.self;
    berlin.cut();
    berlin.restart(old);
    for (let lives = 0; lives < 3 && !berlin.replica.uplink.isOpen; lives += 1) {
      if (!berlin.link().ok) berlin.turn((self, now) => self.becomeNewWriter('superseded', now));
      world.calm();
    }
    // It told what it did: its own cancellation folds as nothing, and its sale counts.
    expect(hq.row('lamp', 'berlin', first)).toMatchObject({ reinstated: 0, used: 4 + 9 });
    expect(hq.row('lamp', 'berlin', second)).toMatchObject({ reinstated: 4 });
    expect([left(hq, first), left(hq, second), available(hq)]).toEqual([0, 0, 0]);
  });

  test('[T8] may be taken back by the old machine first, where the parent heard of that: then it is called off', () => {
    const { world, berlin, putBack } = restored();
    putBack(() => {
      berlin.link();
      world.calm();
      berlin.do(cancel('c-old', 'o1'));
      world.calm();
      berlin.cut();
    });
    expect(berlin.do(cancel('c-new', 'o1'))).toMatchObject({ ok: false, code: 'already_cancelled' });
    expect(berlin.do(cancel('c-old', 'o1'))).toMatchObject({ ok: true, replayed: true });
  });

  test('[T4] pays no debt of the life that calls it off', () => {
    const { world, hq, berlin, first, putBack } = restored();
    putBack();
    const override = { override: { reason: 'in hand', owedMax: 5 } };
    expect(berlin.do(sell('o9', { lamp: 2 }, override))).toMatchObject({ ok: true });
    expect(berlin.do(cancel('c1', 'o1'))).toMatchObject({ ok: true });
    world.calm();
    expect(berlin.row('lamp')).toMatchObject({ owed: 2, repaid: 0 });
    expect([hq.fenceOf(berlin.self), left(hq, first)]).toEqual([undefined, 9]);
  });

  test('[T8] is shipped and brought back as ever, and what left is not called off', () => {
    const { world, hq, berlin, first, putBack } = restored();
    putBack();
    expect(berlin.do(ship('s1', 'o1', '1', 'lamp', 3))).toMatchObject({ ok: true });
    expect(berlin.do(giveBack('g1', 'o1', '1', 'lamp', 1))).toMatchObject({ ok: true });
    expect(berlin.do(cancel('c1', 'o1'))).toMatchObject({ ok: true, entry: { body: { lines: [{ n: 1 }] } } });
    world.calm();
    expect([hq.fenceOf(berlin.self), left(hq, first)]).toEqual([undefined, 6]);
  });

  test('[T8] [F1] is called off two lives later too, and another replica’s is not', () => {
    const { world, hq, berlin, till, first, putBack } = restored();
    putBack();
    berlin.cut();
    berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
    berlin.link();
    world.calm();
    expect(till.do(cancel('c1', 'o1'))).toMatchObject({ ok: false, code: 'unknown_order' });
    expect(hq.do(cancel('c1', 'o1'))).toMatchObject({ ok: false, code: 'not_owner' });
    expect(berlin.do(cancel('c1', 'o1'))).toMatchObject({ ok: true });
    world.calm();
    expect([hq.fenceOf(berlin.self), left(hq, first)]).toEqual([undefined, 9]);
  });

  test('[T8] which the books know as a copy of another owner’s: that copy is called off, and who does it is no liar', () => {
    const { world, hq, berlin } = shop({ lamp: 9 });
    const paris = world.add('paris', 'store', hq);
    berlin.do(receive('d2', { lamp: 9 }));
    paris.ask(sell('warm-up', { lamp: 3 }, { ...far, waitMs: 5_000 }));
    world.calm();
    paris.do(cancel('cool-down', 'warm-up'));
    world.calm();
    paris.do(sell('o1', { lamp: 3 }, far));
    world.calm();
    const [image, first] = [berlin.journal.image(), berlin.self];
    expect(berlin.do(sell('o1', { lamp: 2 }, far))).toMatchObject({ ok: true });
    world.calm();
    berlin.cut();
    berlin.restart(image);
    berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
    berlin.link();
    world.calm();
    const before = left(hq, first);
    expect(berlin.do(cancel('c1', 'o1'))).toMatchObject({ ok: true, entry: { body: { lines: [{ n: 2 }] } } });
    expect(berlin.do(cancel('c2', 'o1'))).toMatchObject({ ok: false, code: 'already_cancelled' });
    world.calm();
    expect([hq.fenceOf(berlin.self), hq.fenceOf(paris.self), left(hq, first)]).toEqual([
      undefined,
      undefined,
      before + 2,
    ]);
    const progress = () => hq.replica.ledger.lineProgress('o1' as OrderId, '1' as LineId).cancelled;
    expect(progress()).toBe(0);
    // The other owner's order is its own still.
    expect(paris.do(cancel('c3', 'o1'))).toMatchObject({ ok: true, entry: { body: { lines: [{ n: 3 }] } } });
    world.calm();
    expect([hq.fenceOf(paris.self), progress()]).toEqual([undefined, 3]);
  });
});
