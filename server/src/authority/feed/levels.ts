/**
 * Levels told: a pool's first change at once, and what follows a few times a second, each time its last state.
 *
 * The values are read from the books, so none is told before it is committed; which pools to look at is a hint.
 * A new leader looks at all of them once, whatever its predecessor had not told yet. Telling rests many times as
 * long as it took: where much moves at once, levels come less often and take nothing from those who sell.
 */
import type { Log } from '@tallystick/store-agent';
import type pg from 'pg';
import { Every } from './every.ts';
import type { Duty } from './leader.ts';

/** Who watches a product from afar sees a sale while it is being made; a look at what changed costs nothing. */
const LOOK_EVERY_MS = 20;
/** Of one pool: soon enough to look live, seldom enough for a product that sells all the time. */
const TELL_EVERY_MS = 333;
/**
 * A twentieth of the time at most is spent here; and nobody waits for a level much longer than this. Where little was
 * told and it took long, something else was in the way: nobody waits long for that.
 */
const REST = { factor: 19, msMin: 60, msPerPool: 6, msMax: 3_000 };
/** Of one statement, which keeps the lock of the feed from those who commit; what is left goes with the next. */
const POOLS_MAX = 500;

export function tellLevels(pool: pg.Pool, log: Log, changed: Set<string>): Duty {
  let isNewLeader = true;
  const rest = { factor: REST.factor, msMax: REST.msMin };
  /** When each pool was told last, oldest first; what is longer ago than the pace is forgotten. */
  const toldAtMs = new Map<string, number>();
  const forget = (nowMs: number) => {
    for (const [one, atMs] of toldAtMs) {
      if (nowMs - atMs < TELL_EVERY_MS) break;
      toldAtMs.delete(one);
    }
  };
  const tell = (pools: readonly string[]) =>
    pool.query<{ told: string[] }>({
      name: 'tell_levels',
      text: 'select tallystick.tell_levels($1) as told',
      values: [pools],
    });
  const act = async () => {
    if (isNewLeader) {
      const { rows } = await pool.query<{ pool: string }>('select distinct pool from tallystick.rows');
      for (const one of rows) changed.add(one.pool);
      isNewLeader = false;
    }
    const nowMs = performance.now();
    forget(nowMs);
    // Those of this moment; what changes meanwhile has its turn after the rest.
    const due = [...changed].filter((one) => !toldAtMs.has(one));
    rest.msMax = Math.min(REST.msMax, REST.msMin + REST.msPerPool * due.length);
    for (let from = 0; from < due.length; from += POOLS_MAX) {
      const pools = due.slice(from, from + POOLS_MAX);
      for (const one of pools) changed.delete(one);
      try {
        const { rows } = await tell(pools);
        // Where units only went from one replica to another nothing was told, and the next sale need not wait.
        for (const one of rows[0]?.told ?? []) toldAtMs.set(one, nowMs);
      } catch (error) {
        for (const one of pools) changed.add(one);
        throw error;
      }
    }
  };
  const duty = new Every(LOOK_EVERY_MS, log, 'levels of stock could not be told', act, rest);
  return {
    start: () => duty.start(),
    stop: () => {
      isNewLeader = true;
      return duty.stop();
    },
  };
}
