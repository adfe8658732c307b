/** What a child remembers of its link while it is open; soft, and gone with it. */
import type { PoolId, WriterId } from '../ids.ts';
import type { Asks } from '../wire/frames.ts';
import type { LinkSettings } from './settings.ts';

/** The longest patience, in resend intervals. */
const PATIENCE_MAX = 16;

export interface InFlight {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

export interface Ask {
  readonly atLeast: number;
  readonly untilMs: number;
  sentAtMs: number;
}

export interface UplinkSession {
  readonly parent: WriterId;
  readonly base: number;
  sendFrom: number;
  ackedTo: number;
  inFlight: InFlight[];
  /** The cursor from which everything was sent again for a gap; undefined once the parent was asked again. */
  rewoundAt: number | undefined;
  sentAtMs: number;
  /** After this long without progress the parent is asked what it has; doubles while it stays silent. */
  patienceMs: number;
  /** The stream may go on at this time; a link that just sent gathers. */
  streamDueMs: number;
  /** What comes next is waited for above: units that it asked back, or new stock. */
  isUrgent: boolean;
  /** When the parent must have heard which cells came. */
  seenDueMs: number;
  /** When to ask whether what the parent has is settled, should it not have said so; while nothing is in flight. */
  settledCheckAtMs: number;
  settledPatienceMs: number;
}

export function openUplinkSession(
  parent: WriterId,
  base: number,
  nowMs: number,
  { resendMs }: LinkSettings,
): UplinkSession {
  return {
    parent,
    base,
    sendFrom: base,
    ackedTo: base,
    inFlight: [],
    rewoundAt: undefined,
    sentAtMs: nowMs,
    patienceMs: resendMs,
    streamDueMs: Number.NEGATIVE_INFINITY,
    isUrgent: false,
    seenDueMs: Number.POSITIVE_INFINITY,
    settledCheckAtMs: nowMs + resendMs * 2,
    settledPatienceMs: resendMs * 2,
  };
}

/** When the parent is asked next how far it came. */
export function questionAtMs({ inFlight, sentAtMs, patienceMs, settledCheckAtMs }: UplinkSession): number {
  return inFlight.length > 0 ? sentAtMs + patienceMs : settledCheckAtMs;
}

/** The parent was asked: the next time comes twice as late, up to a bound. */
export function waitLonger(session: UplinkSession, nowMs: number, { resendMs }: LinkSettings): void {
  const longestMs = resendMs * PATIENCE_MAX;
  if (session.inFlight.length === 0) {
    session.settledPatienceMs = Math.min(session.settledPatienceMs * 2, longestMs);
    session.settledCheckAtMs = nowMs + session.settledPatienceMs;
    return;
  }
  session.sentAtMs = nowMs;
  session.patienceMs = Math.min(session.patienceMs * 2, longestMs);
  session.rewoundAt = undefined;
}

export function bytesOf(inFlight: readonly InFlight[]): number {
  return inFlight.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Asks that are new, or that nobody answered for a while (L3); those whose time is over are forgotten. */
export function dueAsks(asks: Map<PoolId, Ask>, nowMs: number, resendMs: number): Asks['items'] {
  const due: Asks['items'][number][] = [];
  for (const [pool, ask] of asks) {
    if (ask.untilMs <= nowMs) {
      asks.delete(pool);
    } else if (nowMs - ask.sentAtMs >= resendMs) {
      ask.sentAtMs = nowMs;
      due.push({ pool, atLeast: ask.atLeast, waitMs: Math.ceil(ask.untilMs - nowMs) });
    }
  }
  return due;
}
