/**
 * Holds: units set aside until a time (F9).
 *
 * A hold counts at once, needs no clock for safety, and is resolved at most once,
 * by the writer that opened it. Its expiry runs on the owner's own clock.
 */
import type { Entry, PoolUnits } from '../entry/entry.ts';
import type { HoldId, WriterId } from '../ids.ts';

export interface Hold {
  readonly writer: WriterId;
  readonly lines: readonly PoolUnits[];
  readonly ttlMs: number;
  /** When the interval began: both clocks, and which run of the machine the second one belongs to. */
  readonly sinceWallMs: number;
  readonly sinceMonotonicMs: number;
  readonly bootId: string;
  /** A payment is being asked for: expiry waits for its outcome. */
  readonly capturing: boolean;
}

/** What an entry of the owner does to its holds, or undefined. */
export function foldHold(
  holds: ReadonlyMap<HoldId, Hold>,
  entry: Entry,
): { readonly holdId: HoldId; readonly hold: Hold | null } | undefined {
  const { body } = entry;
  switch (body.type) {
    case 'held':
      return {
        holdId: body.holdId,
        hold: {
          writer: entry.writer,
          lines: body.lines,
          ttlMs: body.ttlMs,
          sinceWallMs: entry.wallMs,
          sinceMonotonicMs: entry.monotonicMs,
          bootId: entry.bootId,
          capturing: false,
        },
      };
    case 'extended': {
      const hold = holds.get(body.holdId);
      if (hold === undefined) return undefined;
      const since = { sinceWallMs: entry.wallMs, sinceMonotonicMs: entry.monotonicMs, bootId: entry.bootId };
      return { holdId: body.holdId, hold: { ...hold, ttlMs: body.ttlMs, ...since } };
    }
    case 'capturing': {
      const hold = holds.get(body.holdId);
      return hold && { holdId: body.holdId, hold: { ...hold, capturing: true } };
    }
    case 'confirmed':
    case 'released':
      return { holdId: body.holdId, hold: null };
    default:
      return undefined;
  }
}

/**
 * Milliseconds until a hold expires; 0 or less when it has. Within one run of the
 * machine the monotonic clock decides. After a restart the wall clock must do, once
 * (see `inThisRun`), and never makes a hold longer than it was.
 */
export function holdLeftMs(
  hold: Hold,
  now: { readonly wallMs: number; readonly monotonicMs: number; readonly bootId: string },
): number {
  const sameRun = hold.bootId === now.bootId;
  const passedMs = sameRun ? now.monotonicMs - hold.sinceMonotonicMs : now.wallMs - hold.sinceWallMs;
  return Math.min(hold.ttlMs, hold.ttlMs - passedMs);
}

/** Two clocks that are read one after the other never agree to the millisecond. */
const CLOCKS_AGREE_MS = 1_000;

/**
 * When a hold expires, in milliseconds of the owner's wall clock as it stands now: what it was opened (or extended)
 * for, the same each time it is asked, unless the wall clock was set since.
 */
export function holdExpiresAtMs(
  hold: Hold,
  now: { readonly wallMs: number; readonly monotonicMs: number; readonly bootId: string },
): number {
  const asOpened = hold.sinceWallMs + hold.ttlMs;
  const asItRuns = now.wallMs + Math.max(0, holdLeftMs(hold, now));
  return Math.abs(asItRuns - asOpened) < CLOCKS_AGREE_MS ? asOpened : asItRuns;
}

/**
 * The hold as this run of the machine counts it: what the wall clock leaves of it now runs
 * down by the monotonic clock. Asked again and again, a wall clock that went back would
 * keep it open until it has caught up.
 */
export function inThisRun(
  hold: Hold,
  now: { readonly wallMs: number; readonly monotonicMs: number; readonly bootId: string },
): Hold {
  if (hold.bootId === now.bootId) return hold;
  const ttlMs = Math.max(0, holdLeftMs(hold, now));
  const sinceMonotonicMs = Math.ceil(now.monotonicMs);
  return { ...hold, ttlMs, sinceWallMs: now.wallMs, sinceMonotonicMs, bootId: now.bootId };
}
