/**
 * The marks of tables, by a moment that has all that was read: Postgres tells a transaction as soon as it is written, and
 * others see it a moment later. By a moment before, a table would be as it was that is another one already.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { IsInSnapshot } from './replication/moment.ts';
import type { Marks } from './sources/describe.ts';

/** That one question failed says nothing of the table: ending its shapes costs each of them a snapshot. */
const FAILURES_MAX = 3;
const FAILURE_PAUSE_MS = 200;
/** Twice as long each time, five seconds in all: some commits wait for a standby before they are seen. */
const UNSEEN_PAUSE_MS = 1;
const UNSEEN_MAX = 13;

/**
 * @param ask throws where there is no answer
 * @param sees whether that moment has what it must have
 * @throws what `ask` throws, where it does so again and again, and Error where it is not seen in time
 */
export async function marksSeeing(
  ask: () => Promise<Marks>,
  sees: (isIn: IsInSnapshot) => boolean,
  pause: (ms: number) => Promise<unknown> = (ms) => wait(ms, undefined, { ref: false }),
): Promise<ReadonlyMap<number, string>> {
  let [failures, unseen] = [0, 0];
  for (;;) {
    try {
      const { marks, isInSnapshot } = await ask();
      if (sees(isInSnapshot)) return marks;
    } catch (error) {
      failures += 1;
      if (failures === FAILURES_MAX) throw error;
      await pause(failures * FAILURE_PAUSE_MS);
      continue;
    }
    unseen += 1;
    if (unseen === UNSEEN_MAX)
      throw new Error('What was committed is not seen by others: does it wait for a standby?');
    await pause(UNSEEN_PAUSE_MS * 2 ** (unseen - 1));
  }
}
