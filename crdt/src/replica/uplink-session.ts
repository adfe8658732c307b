/** What a child remembers of its link while it is open; soft, and gone with it. */
import type { WriterId } from '../ids.ts';

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
  /** The cursor from which everything was sent again for a gap. */
  rewoundAt: number;
  sentAtMs: number;
  /** After this long without progress the parent is taken to have missed something; doubles while it stays silent. */
  patienceMs: number;
  /** Bytes that may be on their way now: little after a silence, growing with every sign of progress (L5). */
  windowBytes: number;
  isSeenDue: boolean;
}
