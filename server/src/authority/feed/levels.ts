/**
 * Levels told: what changed since the last look, a few times a second, the last state of each pool.
 *
 * The values are read from the books, so none is told before it is committed; which pools to look at is a hint.
 * A new leader looks at all of them once, whatever its predecessor had not told yet.
 */
import type { Log } from '@tallystick/store-agent';
import type pg from 'pg';
import { Every } from './every.ts';
import type { Duty } from './leader.ts';

/** Three times a second: soon enough to look live, seldom enough for a product that sells all the time. */
const TELL_EVERY_MS = 333;
/** Of one statement; what is left goes with the next. */
const POOLS_MAX = 2_000;

export function tellLevels(pool: pg.Pool, log: Log, changed: Set<string>): Duty {
  let isNewLeader = true;
  const duty = new Every(TELL_EVERY_MS, log, 'levels of stock could not be told', async () => {
    if (isNewLeader) {
      changed.clear();
      await pool.query('select tallystick.tell_levels(null)');
      isNewLeader = false;
    }
    while (changed.size > 0) {
      const pools = [...changed].slice(0, POOLS_MAX);
      for (const one of pools) changed.delete(one);
      try {
        await pool.query('select tallystick.tell_levels($1)', [pools]);
      } catch (error) {
        for (const one of pools) changed.add(one);
        throw error;
      }
    }
  });
  return {
    start: () => duty.start(),
    stop: () => {
      isNewLeader = true;
      return duty.stop();
    },
  };
}
