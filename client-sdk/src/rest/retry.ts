/**
 * When a request is sent again, and after how long. Pure.
 *
 * Everything that changes something carries an id: the body's own or an Idempotency-Key, and a retry sends the
 * very same bytes under the very same id. So a lost answer is asked for again without a thought, except where a
 * repeat would make another secret.
 */
import type { TallystickError } from '../error.ts';
import { GIVES_SECRET } from '../generated/openapi.ts';

/** How long a call goes on trying. Usually five requests and waits of 30,000 ms together. */
export interface RetryRules {
  /** Requests in all, from 1; 1 never retries. */
  readonly attemptsMax: number;
  /** Milliseconds that all waits of one call may take together. Who is asked to wait longer is told so at once. */
  readonly waitMsMax: number;
}

export const USUAL_RETRIES: RetryRules = { attemptsMax: 5, waitMsMax: 30_000 };

const FIRST_WAIT_MS = 200;
const WAIT_MS_MAX = 8_000;

/**
 * Calls whose answer holds a secret that is given out once. Asked again they make another one, and the former
 * may be in use: where the outcome is unknown the caller has to look.
 */
const PATTERNS = GIVES_SECRET.map((path) => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`));

export function isRepeatable(method: string, path: string): boolean {
  return method !== 'POST' || !PATTERNS.some((pattern) => pattern.test(path));
}

/**
 * @param attempt the how-many-eth request has just failed, from 1
 * @param waitedMs what earlier waits of this call took
 * @param random from 0 up to 1
 * @returns milliseconds to wait, or undefined where this is the caller's to know
 */
export function retryAfterMs(
  error: TallystickError,
  attempt: number,
  waitedMs: number,
  random: number,
  rules: RetryRules,
): number | undefined {
  if (!error.retryable || attempt >= rules.attemptsMax) return undefined;
  const waitMs =
    error.retryAfterMs === undefined
      ? backOffMs(attempt, random)
      : // Not all at the very same moment.
        error.retryAfterMs + FIRST_WAIT_MS * random;
  return waitedMs + waitMs > rules.waitMsMax ? undefined : waitMs;
}

/** Doubles with each attempt, spread over its upper half: clients that failed together do not come back together. */
export function backOffMs(attempt: number, random: number): number {
  const ms = Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return ms / 2 + (ms / 2) * random;
}
