/** Pace: how long what nobody waits for may gather on its way down. */
import type { LinkSettings } from '../replica/settings.ts';

/** How long news that nobody waits for may gather, such as what is settled. */
export const NEWS_EVERY_MS = 200;

/**
 * How long what somebody elsewhere moves at a place gathers for whoever counts there: it is told by a link that
 * begins anew.
 */
export const MOVED_EVERY_MS = 10_000;

/** Levels gather for as long as a stream on its way up, and a moment at least: shoppers look at them, and the whole way is to be short. */
export function levelsEveryMs({ gatherMs }: LinkSettings): number {
  return Math.max(20, gatherMs);
}

/** Acks gather like other news, but a child must not take their silence for loss; where nothing gathers, nor do they. */
export function ackEveryMs({ gatherMs, resendMs }: LinkSettings): number {
  return gatherMs === 0 ? 0 : Math.min(NEWS_EVERY_MS, resendMs / 4);
}
