/** What is between a replica and its old parent that hangs on it by now: L1, F3a, F1a. */
import { expect, test } from 'vitest';
import type { WriterId } from '../ids.ts';
import { exposure } from './decide-reclaim.ts';
import type { Stream } from './stream.ts';
import { type Node, pool, shop, type World } from './world.test-kit.ts';

const lamp = pool('lamp', 'paris');

function relink(world: World, node: Node, parent: Node): void {
  node.cut();
  node.restart();
  node.parent = parent;
  node.link();
  world.rejoin();
}

function send(from: Node, to: Node, n: number): void {
  const items = [{ pool: lamp, n }];
  from.turn(({ ledger }, now) => ledger.append({ type: 'sent', to: to.self, items }, '', 'system', now));
}

const streamOf = (node: Node, writer: WriterId) => node.replica.ledger.streams.get(writer) as Stream;

const WAYS = ['with its region', 'alone'] as const;
type Way = (typeof WAYS)[number];

/** A shop of a region, and a depot below it that has five lamps of the shop's nine. */
function town() {
  const { world, hq } = shop();
  const region = world.add('region', 'region', hq);
  const paris = world.add('paris', 'store', region);
  const depot = world.add('depot', 'warehouse', paris);
  const lines = [{ pool: lamp, n: 9 }];
  paris.do({ type: 'receive', id: 'd1', actor: 'keeper:1', cause: 'delivery', lines });
  send(paris, depot, 5);
  relink(world, depot, paris);
  /** The old parent hangs on the depot from now on, with its region between them or without it. */
  const turnRound = (how: Way) => {
    const below = how === 'with its region' ? region : paris;
    world.give(below, depot);
    relink(world, below, depot);
    if (below !== paris) relink(world, paris, region);
    world.calmFor(2_000);
  };
  const goToRoot = () => {
    world.give(depot, hq);
    relink(world, depot, hq);
  };
  return { world, hq, region, paris, depot, turnRound, goToRoot };
}

/** The depot moves away, and its shop has not heard that it surrendered two lamps. */
function surrendered() {
  const all = town();
  all.depot.cut();
  all.region.cut();
  send(all.depot, all.paris, 2);
  const image = all.depot.journal.image();
  all.goToRoot();
  return { ...all, image };
}

test.each(WAYS)(
  '[F3a] [L1] a surrender reaches the old parent that hangs %s on its sender, though that was started again meanwhile (seed 4008533)',
  (how) => {
    const { paris, depot, turnRound } = surrendered();
    depot.cut();
    depot.restart();
    depot.link();
    turnRound(how);
    expect(paris.row('lamp', 'paris').took).toMatchObject([{ writer: depot.self, n: 2 }]);
    expect(paris.free('lamp', 'paris')).toBe(6);
  },
);

test.each(WAYS)(
  '[F3a] [F1a] what a life sent to the parent at which its image left it, and had left before it ended, arrives there %s (seed 4004253)',
  (how) => {
    const { world, hq, paris, depot, image, turnRound } = surrendered();
    const { self } = depot;
    depot.cut();
    depot.restart(image);
    depot.turn((replica, now) => replica.becomeNewWriter('rollback', now));
    depot.link();
    world.rejoin();
    expect(depot.self).not.toBe(self);
    const parentAt = (node: Node) => node.replica.ledger.streams.get(self)?.head.parent;
    expect([parentAt(hq), parentAt(depot)]).toEqual([hq.self, hq.self]);
    turnRound(how);
    expect(paris.row('lamp', 'paris').took).toMatchObject([{ writer: self, n: 2 }]);
  },
);

test.each(WAYS)(
  '[F3] [F1a] what was taken back of a former life is told to no old parent that comes %s, wherever its replica went meanwhile',
  (how) => {
    const { world, hq, region, paris, depot, image, turnRound } = surrendered();
    const lost = depot.self;
    // Put back to before the surrender, and given to a third parent that never met that life.
    const other = world.add('other', 'region', hq);
    depot.cut();
    other.cut();
    world.give(depot, other);
    depot.restart(image);
    depot.turn((replica, now) => replica.becomeNewWriter('rollback', now));
    depot.parent = other;
    depot.link();
    world.rejoin();
    other.link();
    world.rejoin();
    const left = () => exposure(hq.replica.ledger, streamOf(hq, lost), lamp);
    const items = [{ pool: lamp, n: left() }];
    expect(hq.do({ type: 'reclaim', id: 'r1', actor: 'operator:1', writer: lost, items })).toMatchObject({
      ok: true,
    });
    turnRound(how);
    world.calmFor(60_000);
    const nodes = [hq, region, other, paris, depot];
    expect(nodes.reduce((sum, node) => sum + node.free('lamp', 'paris'), 0)).toBe(9);
  },
);

test.each(WAYS)(
  '[F3] [F1a] what a life surrendered behind its fence is told to no old parent that hangs %s on the next life by now (seed 9403007)',
  (how) => {
    const { world, hq, region, paris, depot, turnRound, goToRoot } = town();
    const lost = depot.self;
    depot.cut();
    paris.turn((replica, now) => replica.retire(depot.id, now));
    send(depot, paris, 2);
    const free = paris.free('lamp', 'paris');
    relink(world, depot, paris);
    expect(depot.self).not.toBe(lost);
    expect(paris.row('lamp', 'paris', lost).sent).toMatchObject([{ writer: paris.self, n: 2 }]);
    goToRoot();
    turnRound(how);
    world.calmFor(60_000);
    expect([paris.row('lamp', 'paris').took, paris.free('lamp', 'paris')]).toEqual([[], free]);
    // They are the lost life's own, and an operator may give them to somebody else: once.
    const items = [{ pool: lamp, n: exposure(hq.replica.ledger, streamOf(hq, lost), lamp) }];
    expect(items).toMatchObject([{ n: 5 }]);
    expect(hq.do({ type: 'reclaim', id: 'r1', actor: 'operator:1', writer: lost, items }).ok).toBe(true);
    world.calmFor(60_000);
    const nodes = [hq, region, paris, depot];
    expect(nodes.reduce((sum, node) => sum + node.free('lamp', 'paris'), 0)).toBe(9);
  },
);
