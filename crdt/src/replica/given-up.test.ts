/** Given up at the root by its name: the books forgot all that a lost replica did, and others told of it (F3, F6). */
import { expect, test } from 'vitest';
import type { LocationId, ReplicaId } from '../ids.ts';
import { sell } from './commands.test-kit.ts';
import { exposure } from './decide-reclaim.ts';
import { pool, World } from './world.test-kit.ts';

const lamps = pool('lamp', 'till');

/**
 * A till surrendered three lamps to its depot, below a region. The depot is gone for ever, then the books are put
 * back to before they had heard of it, and then the region is gone that alone had.
 */
function lostBelowALostRegion({ sold = 0, knowsRegion = true } = {}) {
  const world = new World();
  const hq = world.add('hq', 'authority');
  const first = hq.journal.commitCount;
  const eu = world.add('eu', 'region', hq);
  const image = hq.journal.image(knowsRegion ? hq.journal.commitCount : first);
  const depot = world.add('depot', 'region', eu);
  const till = world.add('till', 'terminal', depot);
  const delivery = { type: 'receive', id: 'd1', actor: 'keeper:1', cause: 'delivery' } as const;
  expect(till.do({ ...delivery, lines: [{ pool: lamps, n: 9 }] })).toMatchObject({ ok: true });
  const items = [{ pool: lamps, n: 3 }];
  till.turn((self, now) => self.ledger.append({ type: 'sent', to: depot.self, items }, '', 'system', now));
  world.calm();
  const { lines, ...order } = sell('o1', { lamp: sold }, { departsFrom: [] });
  const sale = { ...order, lines: lines.map((line) => ({ ...line, locationId: 'till' as LocationId })) };
  if (sold > 0) expect(depot.do(sale)).toMatchObject({ ok: true });
  world.calm();
  depot.isRunning = false;
  const lost = depot.self;
  eu.turn((self, now) => self.retire(depot.id, now));
  for (const node of [depot, eu]) node.cut();
  eu.isRunning = false;
  hq.restart(image);
  hq.turn((self, now) => self.becomeNewWriter('rollback', now));
  world.give(till, hq);
  till.parent = hq;
  till.link();
  world.rejoin();
  const left = () => {
    const stream = hq.replica.ledger.streams.get(lost);
    return stream && exposure(hq.replica.ledger, stream, lamps);
  };
  const giveUp = (replica: string) => hq.turn((self, now) => self.retire(replica as ReplicaId, now));
  return { world, hq, eu, depot, till, lost, left, giveUp };
}

test('[F6] [F3] who stood below a lost region has an account at the root once both are given up (seed 9935409)', () => {
  const { hq, till, lost, left, giveUp } = lostBelowALostRegion();
  // As long as the region may come, it is the one that settles for it.
  giveUp('depot');
  expect(left()).toBeUndefined();
  giveUp('eu');
  expect(left()).toBeUndefined();
  giveUp('depot');
  expect([hq.fenceOf(lost), left()]).toEqual(['retired', 3]);
  expect(hq.replica.ledger.streams.get(lost)?.head.via).toBe('eu');
  const items = [{ pool: lamps, n: 3 }];
  const act = { type: 'reclaim', id: 'r1', actor: 'operator:1', writer: lost, items } as const;
  expect(hq.do(act)).toMatchObject({ ok: true });
  hq.restart();
  expect([left(), hq.free('lamp', 'till'), till.free('lamp', 'till')]).toEqual([0, 3, 6]);
});

test('[F6] [F3] a region of which the books know nothing may yet come: what hung on it is given up elsewhere', () => {
  const { world, hq, depot, lost, left, giveUp } = lostBelowALostRegion({ knowsRegion: false });
  for (const replica of ['eu', 'depot', 'rome']) giveUp(replica);
  expect(left()).toBeUndefined();
  // Whoever knows that it is gone gives what hung on it to the authority first.
  world.give(depot, hq);
  giveUp('depot');
  expect([hq.fenceOf(lost), left()]).toEqual(['retired', 3]);
});

test('[F6] [F3] [F5] the region is found again, and tells what that one had sold', () => {
  const { world, hq, eu, till, lost, left, giveUp } = lostBelowALostRegion({ sold: 2 });
  giveUp('eu');
  giveUp('depot');
  const items = [{ pool: lamps, n: 3 }];
  // More than was there: nobody knew better.
  expect(hq.do({ type: 'reclaim', id: 'r1', actor: 'operator:1', writer: lost, items })).toMatchObject({
    ok: true,
  });
  expect([left(), hq.free('lamp', 'till')]).toEqual([0, 3]);
  eu.isRunning = true;
  eu.link();
  world.rejoin();
  // Its debt is covered, once.
  expect([left(), hq.free('lamp', 'till'), till.free('lamp', 'till')]).toEqual([0, 1, 6]);
  expect(hq.replica.hub.totals.levels?.get(lamps)).toMatchObject({ available: 7 });
});
