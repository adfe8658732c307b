/**
 * What the core may ask of the journal below it, synchronously.
 *
 * A few questions, each about what is already durable. SQLite answers them from its
 * page cache; the authority's shell fetches the answers from Postgres before the
 * turn; the simulator keeps them in maps.
 */
import type { Entry, Hash } from '../entry/entry.ts';
import type { LineId, OrderId, WriterId } from '../ids.ts';
import type { DocumentKind } from './documents.ts';

export interface EntryRef {
  readonly writer: WriterId;
  readonly seq: number;
}

/** What has happened to one order line since it was sold, in base units. */
export interface LineProgress {
  readonly cancelled: number;
  readonly shipped: number;
  readonly returned: number;
}

export interface StreamSlice {
  /** Length-prefixed entries in durable order. */
  readonly bytes: Uint8Array;
  /** The position after the last of them; `from` when there is none. */
  readonly to: number;
}

export interface JournalView {
  /** The entry that first carried this document (T8). */
  findDocument(kind: DocumentKind, id: string): EntryRef | undefined;
  /** Those of the ids under which it has no such document, or some of those: for journals that answer many at once for less. */
  absentOf?(kind: DocumentKind, ids: readonly string[]): readonly string[];
  /** An entry of any stream that this journal holds and has not pruned. */
  entryAt(writer: WriterId, seq: number): Entry | undefined;
  hashAt(writer: WriterId, seq: number): Hash | undefined;
  lineProgress(orderId: OrderId, lineId: LineId): LineProgress | undefined;
  /** The journal's entries after position `from`, at least one if there is any, up to about `bytesMax`. */
  readStream(from: number, bytesMax: number): StreamSlice;
  /** Entries of one writer after `seq`, as `readStream` gives them; `to` is the last seq among them. */
  readWriter(writer: WriterId, afterSeq: number, bytesMax: number): StreamSlice;
  /** The position just before this entry in durable order. Where it was pruned: just before the oldest kept. */
  positionBefore(writer: WriterId, seq: number): number;
}
