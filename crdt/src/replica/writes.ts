/** What a ledger and the journal below it hand to each other: a turn's writes, and what an open gives back. */
import type { Entry, FenceReason, Hash } from '../entry/entry.ts';
import type { HoldId, LineId, OrderId, PoolId, WriterId } from '../ids.ts';
import type { Row } from '../tally/row.ts';
import type { DocumentKind } from './documents.ts';
import type { Hold } from './holds.ts';
import type { EntryRef, LineProgress } from './journal-view.ts';
import type { Stream } from './stream.ts';

/** Entries of one stream in a row, as they go into the journal. Those of a branch name the writer that forked. */
export interface Run {
  readonly writer: WriterId;
  readonly entries: WrittenEntry[];
}

export interface WrittenEntry {
  readonly entry: Entry;
  readonly bytes: Uint8Array;
  readonly hash: Hash;
}

export interface DocumentWrite {
  readonly kind: DocumentKind;
  readonly id: string;
  readonly ref: EntryRef;
}

/** An entry that no chain has a place for: one branch of a fork. Kept for ever, folded by no one but F5. */
export interface Quarantined extends WrittenEntry {
  readonly reason: FenceReason;
}

/** All that one turn must make durable, together or not at all. */
export interface Writes {
  /** How many entries the journal holds before this turn: the authority commits only if that still holds. */
  readonly position: number;
  readonly self: WriterId;
  readonly runs: readonly Run[];
  readonly rows: readonly { readonly stream: Stream; readonly pool: PoolId; readonly row: Readonly<Row> }[];
  readonly streams: readonly Stream[];
  readonly documents: readonly DocumentWrite[];
  readonly progress: readonly { orderId: OrderId; lineId: LineId; progress: LineProgress }[];
  readonly holds: readonly { holdId: HoldId; hold: Hold | null }[];
  readonly quarantined: readonly Quarantined[];
  readonly awaitsFormerLives: boolean;
}

/** What a journal gives back when it is opened. */
export interface Stored {
  readonly self: WriterId | null;
  /** This life must first be told what its former lives did (T8). */
  readonly awaitsFormerLives: boolean;
  readonly position: number;
  readonly streams: Iterable<Stream>;
  readonly holds: Iterable<[HoldId, Hold]>;
}
