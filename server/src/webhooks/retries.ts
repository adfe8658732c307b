/** Retries: when the next attempt is due, so many that a receiver may be away over a weekend. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Before each attempt; the first is made at once. */
const PAUSES_MS = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
export const ATTEMPTS_MAX = PAUSES_MS.length;
/** Spreads the return of many receivers that went away at once. */
const JITTER = 0.1;

/**
 * The pause before the next attempt.
 * @param attempts made so far, at least one
 * @param random in [0, 1)
 * @returns undefined where that was the last
 */
export function pauseMs(attempts: number, random: number): number | undefined {
  const pause = PAUSES_MS[attempts];
  return pause === undefined ? undefined : Math.round(pause * (1 + JITTER * (2 * random - 1)));
}
