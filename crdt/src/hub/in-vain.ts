/**
 * In vain: a child was asked for units back, and its time went by while it holds as much as before. What it holds may
 * stand with somebody whom it cannot reach. Once more it is asked at once, for frames are lost; then ever more seldom,
 * and meanwhile it is no donor: others are asked, or who waits is told no. It begins anew with each session, and as soon
 * as what it holds changes.
 */
import type { PoolId } from '../ids.ts';
import type { Session } from './child.ts';

export interface InVain {
  readonly holding: number;
  readonly times: number;
  /** Until then it is not asked. */
  readonly untilMs: number;
}

/** The longest pause is so many times as long as a recall: half a minute by default. */
const PAUSE_MAX = 16;

/** L3: a recall lapsed, and nothing came of it. */
export function noteInVain(
  { inVain }: Session,
  pool: PoolId,
  holding: number,
  nowMs: number,
  recallMs: number,
): void {
  const before = inVain.get(pool);
  const times = before?.holding === holding ? before.times + 1 : 1;
  const pause = times === 1 ? 0 : Math.min(2 ** (times - 1), PAUSE_MAX) * recallMs;
  inVain.set(pool, { holding, times, untilMs: nowMs + pause });
}

/** @returns until when this child is not asked for units of the pool; undefined where it may be asked */
export function inVainUntilMs(
  { inVain }: Session,
  pool: PoolId,
  holding: number,
  nowMs: number,
): number | undefined {
  const known = inVain.get(pool);
  if (known === undefined) return undefined;
  if (known.holding !== holding) inVain.delete(pool);
  else if (known.untilMs > nowMs) return known.untilMs;
  return undefined;
}
