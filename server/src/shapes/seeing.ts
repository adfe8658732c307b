/**
 * What Postgres says at a moment that has all that was read: it tells a transaction as soon as it is written, and others
 * see it a moment later. Asked between the two, a table would be as it was, or a row older than what its reader was told.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { IsInSnapshot } from './replication/moment.ts';

/** That one question failed says nothing of the table: ending its shapes costs each of them a snapshot. */
const FAILURES_MAX = 3;
const FAILURE_PAUSE_MS = 200;
/** Twice as long each time, four seconds in all: some commits wait for a standby before they are seen. */
const UNSEEN_PAUSE_MS = 1;
const UNSEEN_MAX = 13;

type Pause = (ms: number) => Promise<unknown>;
const pauseFor: Pause = (ms) => wait(ms, undefined, { ref: false });

/** Asks again where there was no answer. @throws what `ask` throws, where it does so again and again */
export async function patiently<T>(ask: () => Promise<T>, pause: Pause = pauseFor): Promise<T> {
  for (let failures = 1; ; failures += 1)
    try {
      return await ask();
    } catch (error) {
      if (failures === FAILURES_MAX) throw error;
      await pause(failures * FAILURE_PAUSE_MS);
    }
}

/**
 * Asks again where the answer is from before.
 * @param sees whether its moment has what it must have
 * @throws what `ask` throws, and Error where it is not seen in time
 */
export async function seeing<T extends { readonly isInSnapshot: IsInSnapshot }>(
  ask: () => Promise<T>,
  sees: (isIn: IsInSnapshot) => boolean,
  pause: Pause = pauseFor,
): Promise<T> {
  for (let unseen = 0; unseen < UNSEEN_MAX; unseen += 1) {
    if (unseen > 0) await pause(UNSEEN_PAUSE_MS * 2 ** (unseen - 1));
    const answer = await ask();
    if (sees(answer.isInSnapshot)) return answer;
  }
  throw new Error('What was committed is not seen by others: does it wait for a standby?');
}
