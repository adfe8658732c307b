/** A till that was shut out where it stood before, and goes on elsewhere: every process of the authority folds the same (F3a, T8). */
import { expect, test } from 'vitest';
import { absorbed, headOf } from './absorb.test-kit.ts';
import { hold, sell } from './commands.test-kit.ts';
import { differentMemory } from './memory.test-kit.ts';
import { linkAgain, longCalm } from './moves.test-kit.ts';
import { differentSums } from './sums.test-kit.ts';
import { pool, shop } from './world.test-kit.ts';

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
