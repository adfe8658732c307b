import { describe, expect, test } from 'vitest';
import type { ReplicaKind } from '../entry/entry.ts';
import { incarnationOf, type WriterId } from '../ids.ts';
import { amountOf } from '../tally/row.ts';
import { receive, reclaim, sell } from './commands.test-kit.ts';
import { exposure } from './decide-reclaim.ts';
import type { Stream } from './stream.ts';
import { type Node, pool, shop, World } from './world.test-kit.ts';

/** A till that was granted four lamps, sold one of them, and is gone. */
function lostTill() {
  const set = shop({ lamp: 4 });
  const { world, berlin, till } = set;
  berlin.turn((self) => {
    const items = [{ pool: pool('lamp'), atLeast: 4, waitMs: 1_000 }];
    self.frame(till.id, { kind: 'asks', writer: till.self, parent: berlin.self, items }, world.now);
  });
  world.calm();
  till.do(sell('t1', { lamp: 1 }));
  world.calm();
  till.cut();
  till.isRunning = false;
  return { ...set, lost: till.self };
}

function retire(parent: Node, child: Node): void {
  parent.turn((self, now) => expect(self.retire(child.id, now)).toEqual([child.self]));
}

/** A region of a shop had six lamps, granted four of them to its child, and was lost before anybody above heard so. */
function lostRegion(kind: ReplicaKind) {
  const all = shop({ lamp: 9 });
  const { world, berlin } = all;
  const region = world.add('region', 'region', berlin);
  const desk = world.add('desk', kind, region);
  const { self: lost } = region;
  const send = (from: Node, to: Node, n: number) =>
    from.turn(({ ledger, hub }, now) => {
      ledger.append({ type: 'sent', to: to.self, items: [{ pool: pool('lamp'), n }] }, '', 'system', now);
      hub.children.get(to.id)?.session?.cells.add(pool('lamp'));
    });
  send(berlin, region, 6);
  world.calm();
  region.cut();
  send(region, desk, 4);
  world.calm();
  expect(desk.free('lamp')).toBe(4);
  region.isRunning = false;
  retire(berlin, region);
  const left = (node: Node) =>
    exposure(node.replica.ledger, node.replica.ledger.streams.get(lost) as Stream, pool('lamp'));
  return { ...all, desk, lost, left };
}

describe('[F3] a lost writer', () => {
  test('[F3] keeps its rights whatever time passes', () => {
    const { world, berlin, lost } = lostTill();
    world.calmFor(100_000, 10_000);
    expect(berlin.fenceOf(lost)).toBeUndefined();
    expect(berlin.free('lamp')).toBe(0);
    expect(berlin.do(reclaim('r1', lost, { lamp: 1 }))).toMatchObject({ ok: false, code: 'forbidden' });
  });

  test('[F3] gives back at most its account, in an act that names the operator', () => {
    const { berlin, till, lost } = lostTill();
    retire(berlin, till);
    expect(berlin.fenceOf(lost)).toBe('retired');
    expect(berlin.free('lamp')).toBe(0);
    expect(berlin.do(reclaim('r1', lost, { lamp: 4 }))).toMatchObject({
      ok: false,
      code: 'more_than_ordered',
    });
    expect(berlin.do(reclaim('r2', lost, { lamp: 2 }))).toMatchObject({ ok: true });
    expect(berlin.journal.entries.at(-1)?.entry).toMatchObject({
      actor: 'operator:1',
      body: { type: 'reclaimed' },
    });
  });

  test('[F3] the act may be repeated when more turns up, and never gives more than the account in all', () => {
    const { berlin, till, lost } = lostTill();
    retire(berlin, till);
    expect(berlin.do(reclaim('r1', lost, { lamp: 2 }))).toMatchObject({ ok: true });
    expect(berlin.do(reclaim('r1', lost, { lamp: 2 }))).toMatchObject({ ok: true, replayed: true });
    expect(berlin.do(reclaim('r2', lost, { lamp: 2 }))).toMatchObject({
      ok: false,
      code: 'more_than_ordered',
    });
    expect(berlin.do(reclaim('r3', lost, { lamp: 1 }))).toMatchObject({ ok: true });
  });

  test('[F3] what is taken back is free once the authority has settled it, and no sooner', () => {
    const { world, hq, berlin, till, lost } = lostTill();
    retire(berlin, till);
    berlin.do(reclaim('r1', lost, { lamp: 3 }));
    expect(berlin.replica.canSell(pool('lamp'))).toBe(0);
    expect(berlin.do(sell('o1', { lamp: 1 }))).toMatchObject({ ok: false, code: 'insufficient_stock' });
    world.calm();
    expect(hq.row('lamp', 'berlin', berlin.self).reclaimed).toMatchObject([{ writer: lost, n: 3 }]);
    expect(berlin.replica.canSell(pool('lamp'))).toBe(3);
    expect(berlin.do(sell('o2', { lamp: 3 }))).toMatchObject({ ok: true });
  });

  test('[F3] units on their way to it can be taken back too', () => {
    const { world, berlin, till } = shop({ lamp: 4 });
    till.ask(sell('t1', { lamp: 4 }, { waitMs: 1_000 }));
    for (const letter of world.intercept('asks')) world.deliver(letter);
    world.intercept('cells');
    till.cut();
    till.isRunning = false;
    retire(berlin, till);
    expect(berlin.do(reclaim('r1', till.self, { lamp: 5 }))).toMatchObject({ ok: false });
    expect(berlin.do(reclaim('r2', till.self, { lamp: 4 }))).toMatchObject({ ok: true });
  });

  test('[F5] [L1] is settled by the next life of its parent, which hears what was sent to it meanwhile (seed 345)', () => {
    const { world, hq, berlin, till, lost } = lostTill();
    retire(berlin, till);
    world.calm();
    berlin.cut();
    retire(hq, berlin);
    hq.turn(({ ledger }, now) => {
      const lines = [{ pool: pool('lamp'), n: 5 }];
      ledger.append({ type: 'received', cause: 'delivery', lines }, '', 'system', now);
      const items = [{ pool: pool('lamp'), n: 2 }];
      ledger.append({ type: 'sent', to: lost, items }, '', 'system', now);
    });
    berlin.isHungUp = true;
    world.rejoin();
    expect(incarnationOf(berlin.self)).toBe(2);
    const left = [hq, berlin].map(({ replica: { ledger } }) =>
      exposure(ledger, ledger.streams.get(lost) as Stream, pool('lamp')),
    );
    expect(left).toEqual([5, 5]);
    expect(berlin.do(reclaim('r1', lost, { lamp: 5 }))).toMatchObject({ ok: true });
  });

  test('[F5] [L1] is of no interest to whoever stands below where it ended: its settler stands above (seeds 139, 683)', () => {
    const { world, hq, berlin } = shop({ lamp: 9 });
    const desk = world.add('desk', 'terminal', hq);
    const lost = desk.self;
    desk.turn((self, now) => self.becomeNewWriter('rollback', now));
    desk.link();
    world.calm();
    world.give(desk, berlin);
    desk.parent = berlin;
    desk.isHungUp = true;
    world.rejoin();
    expect(berlin.replica.ledger.streams.get(lost)?.head.via).toBe('desk');
    berlin.turn(({ ledger }, now) => {
      const items = [{ pool: pool('lamp'), n: 2 }];
      ledger.append({ type: 'sent', to: lost, items }, '', 'system', now);
    });
    expect(world.intercept('cells')).toEqual([]);
    world.calm();
    expect(exposure(hq.replica.ledger, hq.replica.ledger.streams.get(lost) as Stream, pool('lamp'))).toBe(2);
  });

  test('[F5] [F3a] has less left by the word of a child that lives elsewhere, which its settler hears (seeds 5043, 80299)', () => {
    const { world, hq, berlin, desk, lost, left } = lostRegion('terminal');
    expect(left(berlin)).toBe(6);
    world.give(desk, hq);
    desk.parent = hq;
    desk.link();
    world.rejoin();
    expect([left(hq), left(berlin)]).toEqual([2, 2]);
    expect(berlin.do(reclaim('r1', lost, { lamp: 3 }))).toMatchObject({ code: 'more_than_ordered' });
  });

  test('[F5] [F3a] has less left by the word of who stands above its settler by now, which is told as cells (seed 7001837)', () => {
    const { world, hq, berlin, till, desk, lost, left } = lostRegion('store');
    world.calm();
    // While the shop that settles it is away, the desk is given to the authority, and the shop to the desk.
    berlin.cut();
    const move = (node: Node, to: Node) => {
      world.give(node, to);
      node.parent = to;
      node.link();
    };
    move(desk, hq);
    world.rejoin();
    expect([left(hq), left(berlin)]).toEqual([2, 6]);
    move(berlin, desk);
    world.rejoin();
    world.calmFor(10_000);
    expect([left(hq), left(berlin)]).toEqual([2, 2]);
    expect(berlin.do(reclaim('r1', lost, { lamp: 3 }))).toMatchObject({ code: 'more_than_ordered' });
    expect(till.replica.ledger.streams.has(lost)).toBe(false);
    // And a grant it is not: nobody took by it.
    expect(amountOf(berlin.replica.ledger.self.row(pool('lamp')).took, lost)).toBe(0);
  });

  test('[F3][F1a] what it surrendered behind its fence is its own, and not that of its parent’s former life too', () => {
    const { world, hq, berlin, till } = shop({ lamp: 4 });
    const parent = berlin.self;
    const lost = till.self;
    till.ask(sell('t1', { lamp: 4 }, { waitMs: 1_000 }));
    for (const letter of world.intercept('asks')) world.deliver(letter);
    till.cut();
    retire(berlin, till);
    expect(berlin.do(reclaim('r1', lost, { lamp: 4 }))).toMatchObject({ ok: true });
    world.calm();
    // Its surrender comes when it was given up, and counted, long ago.
    till.turn((self, now) => {
      const { ledger } = self;
      const units = { pool: pool('lamp'), n: 4 };
      ledger.append({ type: 'took', from: parent, items: [{ ...units, seq: 3 }] }, '', 'system', now);
      ledger.append({ type: 'sent', to: parent, items: [units] }, '', 'system', now);
      self.becomeNewWriter('superseded', now);
    });
    till.link();
    world.calm();
    const left = (node: Node, writer: WriterId) => {
      const { ledger } = node.replica;
      return exposure(ledger, ledger.streams.get(writer) as Stream, pool('lamp'));
    };
    expect(left(berlin, lost)).toBe(0);
    berlin.turn((self, now) => self.becomeNewWriter('rollback', now));
    berlin.cut();
    berlin.link();
    world.calm();
    expect(hq.fenceOf(parent)).toBeDefined();
    // What was taken back from the old till went to the new one.
    expect(till.free('lamp')).toBe(4);
    expect(left(hq, parent)).toBe(0);
    expect(left(berlin, lost)).toBe(0);
  });

  test('[F3][F5] of a parent that is lost too is given up by who settles it, and all above hear so (seed 113)', () => {
    const world = new World();
    const hq = world.add('hq', 'authority');
    const north = world.add('north', 'region', hq);
    const berlin = world.add('berlin', 'store', north);
    const till = world.add('till', 'terminal', berlin);
    berlin.do(receive('d1', { lamp: 4 }));
    till.ask(sell('t1', { lamp: 3 }, { waitMs: 1_000 }));
    world.calm();
    for (const node of [till, berlin]) {
      node.cut();
      node.isRunning = false;
    }
    // Whatever the shop said of its till before it was lost itself, nobody above heard it.
    const retireAtNorth = (node: Node, writers: readonly WriterId[] | undefined) =>
      north.turn((self, now) => expect(self.retire(node.id, now)).toEqual(writers));
    retireAtNorth(till, undefined);
    retireAtNorth(berlin, [berlin.self]);
    expect(hq.fenceOf(till.self)).toBeUndefined();
    retireAtNorth(till, [till.self]);
    world.calm();
    expect([north, hq].map((node) => node.fenceOf(till.self))).toEqual(['retired', 'retired']);
    expect(hq.replica.hub.child(north.id).pool(pool('lamp')).holding).toBe(0);
  });

  test('[F3] a retired till that comes back must begin a new life', () => {
    const { world, berlin, till, lost } = lostTill();
    retire(berlin, till);
    till.isRunning = true;
    till.link();
    world.calm();
    expect(till.self).not.toBe(lost);
    expect(till.free('lamp')).toBe(0);
  });
});

test.each(['paris', 'hq'])(
  '[F3] [F3a] who is lost on its way to %s is given up by whoever stands above both parents (seed 9003112)',
  (to) => {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    const paris = world.add('paris', 'store', hq);
    till.ask(sell('t1', { lamp: 2 }, { waitMs: 5_000 }));
    world.calm();
    const [{ self }, units] = [till, till.free('lamp')];
    till.isRunning = false;
    till.cut();
    world.give(till, to === 'hq' ? hq : paris);
    const retired = (node: Node) => {
      let lives: readonly WriterId[] | undefined;
      node.turn((replica, now) => {
        lives = replica.retire(till.id, now);
      });
      return lives;
    };
    expect(retired(berlin)).toBeUndefined();
    if (to === 'paris') expect(retired(paris)).toBeUndefined();
    expect(retired(hq)).toEqual([self]);
    berlin.do(receive('d2', { lamp: 1 }));
    world.calm();
    expect([hq, berlin].map((node) => node.fenceOf(self))).toEqual(['retired', 'retired']);
    expect(hq.replica.hub.children.get(berlin.id)?.pools.get(pool('lamp'))?.holding).toBe(
      berlin.free('lamp'),
    );
    expect(berlin.do(reclaim('r1', self, { lamp: 1 }))).toMatchObject({ ok: false, code: 'forbidden' });
    expect(hq.do(reclaim('r2', self, { lamp: units + 1 }))).toMatchObject({ code: 'more_than_ordered' });
    expect(hq.do(reclaim('r3', self, { lamp: units }))).toMatchObject({ ok: true });
  },
);
