/** A till that was shut out where it stood before, and goes on elsewhere: every process of the authority folds the same (F3a, T8). */
import { expect, test } from 'vitest';
import { absorbed, caughtUp, headOf } from './absorb.test-kit.ts';
import { absorb } from './absorb.ts';
import { hold, receive, reclaim, sell } from './commands.test-kit.ts';
import { differentMemory } from './memory.test-kit.ts';
import { linkAgain, longCalm, moveTo } from './moves.test-kit.ts';
import { differentSums } from './sums.test-kit.ts';
import { pool, shop, World } from './world.test-kit.ts';

test.each([1, 1_000])(
  '[F3] [F3a] what it said behind that counts as little in another process, %i entries at a time',
  (at) => {
    const { world, hq, berlin, till } = shop({ lamp: 9 });
    world.comesToRest = false;
    const paris = world.add('paris', 'store', hq);
    till.ask(sell('t1', { lamp: 3 }, { waitMs: 5_000 }));
    world.calm();
    berlin.do(hold('h1', { lamp: 1 }));
    world.calm();
    const lost = till.self;
    till.cut();
    berlin.cut();
    berlin.turn((self, now) => self.retire(till.id, now));
    till.parent = paris;
    world.give(till, paris);
    till.link();
    world.calmFor(60_000);
    till.cut();
    // Its old shop has opened that hold before: behind its fence nobody opens it again.
    expect(till.do(hold('h1', { lamp: 1 })).ok).toBe(true);
    for (const node of [berlin, till]) {
      linkAgain(world, node);
      longCalm(world);
    }
    expect(hq.fenceOf(lost)).toBe('retired');
    const follower = absorbed(hq, at);
    const opened = follower.ledger.streams.get(lost)?.row(pool('lamp')).opened;
    expect([hq.row('lamp', 'berlin', lost).opened, opened]).toEqual([0, 0]);
    expect(headOf(follower, lost)).toEqual(headOf(hq.replica, lost));
    expect([...differentMemory(follower.ledger, hq.journal), ...differentSums(follower)]).toEqual([]);
  },
);

test('[F3a] [T8] nor where the word of it was believed only when it was said again', () => {
  const world = new World();
  world.comesToRest = false;
  const hq = world.add('hq', 'authority');
  const berlin = world.add('berlin', 'warehouse', hq);
  const paris = world.add('paris', 'store', hq);
  const depot = world.add('depot', 'warehouse', berlin);
  const kiosk = world.add('kiosk', 'store', hq);
  const till = world.add('till', 'terminal', kiosk);
  berlin.do(receive('d1', { lamp: 40 }));
  world.calm();
  for (const id of ['a', 'b', 'c']) {
    till.ask(sell(id, { lamp: 1 }, { waitMs: 5_000 }));
    world.calmFor(10_000);
  }
  expect(kiosk.do(hold('h1', { lamp: 1 }))).toMatchObject({ ok: true });
  world.calm();
  const lost = till.self;
  // Of the kiosk, that it went below the depot comes only later, so the depot has no say in whom it shuts out there.
  world.rejoin();
  berlin.cut();
  world.give(kiosk, depot);
  kiosk.cut();
  kiosk.parent = depot;
  linkAgain(world, kiosk);
  world.calmFor(5_000);
  for (const node of [kiosk, till]) {
    node.cut();
    node.isRunning = false;
    depot.turn((self, now) => self.retire(node.id, now));
  }
  world.calm();
  expect(depot.do(reclaim('r1', lost, { lamp: till.free('lamp') }))).toMatchObject({ ok: true });
  world.calm();
  depot.cut();
  world.give(depot, hq);
  berlin.link();
  world.calm();
  expect(hq.fenceOf(lost)).toBe(undefined);
  moveTo(world, till, paris);
  till.cut();
  expect(till.do(hold('h1', { lamp: 1 }))).toMatchObject({ ok: true });
  const read = hq.journal.entries.length;
  const follower = absorbed(hq, 1_000);
  // What it says before the word is believed counts in the books.
  linkAgain(world, till);
  expect([hq.fenceOf(lost), hq.row('lamp', 'berlin', lost).opened]).toEqual([undefined, 1]);
  depot.parent = hq;
  depot.link();
  world.rejoin();
  expect(hq.fenceOf(lost)).toBe('retired');
  linkAgain(world, till);
  longCalm(world);
  absorb(follower, caughtUp(hq, read));
  for (const other of [follower, absorbed(hq, 1), absorbed(hq, 1_000)])
    expect([...differentMemory(other.ledger, hq.journal), ...differentSums(other)]).toEqual([]);
});
