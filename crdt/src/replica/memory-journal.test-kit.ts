/**
 * A journal in memory: the log of its commits, and the tables that are their fold.
 * An image of it is a shorter log, which is what a restored backup is.
 */
import { decodeEntry } from '../entry/codec.ts';
import type { Entry, Hash } from '../entry/entry.ts';
import type { HoldId, LineId, OrderId, PoolId, WriterId } from '../ids.ts';
import { copyRow, type Row } from '../tally/row.ts';
import { joinEntries } from '../wire/slices.ts';
import type { DocumentKind } from './documents.ts';
import type { Hold } from './holds.ts';
import type { EntryRef, JournalView, LineProgress, StreamSlice } from './journal-view.ts';
import { lineName } from './progress.ts';
import { Stream, type StreamHead } from './stream.ts';
import type { Quarantined, Stored, Writes, WrittenEntry } from './writes.ts';

/** `stream` differs from the entry's writer where it is part of a branch (F2). */
export interface StoredEntry extends WrittenEntry {
  readonly stream: WriterId;
}

interface Commit extends Omit<Writes, 'rows' | 'streams' | 'runs'> {
  readonly entries: readonly StoredEntry[];
  readonly rows: readonly { readonly writer: WriterId; readonly pool: PoolId; readonly row: Row }[];
  readonly heads: readonly { readonly writer: WriterId; readonly head: StreamHead }[];
}

export class MemoryJournal implements JournalView {
  readonly #log: Commit[] = [];
  readonly entries: StoredEntry[] = [];
  readonly quarantined: Quarantined[] = [];
  readonly #documents = new Map<string, EntryRef>();
  readonly #progress = new Map<string, LineProgress>();

  commit(writes: Writes): void {
    this.#apply({
      ...writes,
      entries: writes.runs.flatMap(({ writer, entries }) =>
        entries.map((each) => ({ ...each, stream: writer })),
      ),
      rows: writes.rows.map(({ stream, pool, row }) => ({ writer: stream.writer, pool, row: copyRow(row) })),
      heads: writes.streams.map(({ writer, head }) => ({ writer, head: { ...head } })),
    });
  }

  #apply(commit: Commit): void {
    if (commit.position !== this.entries.length) throw new Error('The turn began elsewhere.');
    this.#log.push(commit);
    this.entries.push(...commit.entries);
    this.quarantined.push(...commit.quarantined);
    for (const { kind, id, ref } of commit.documents) this.#documents.set(`${kind}:${id}`, ref);
    for (const { orderId, lineId, progress } of commit.progress)
      this.#progress.set(lineName(orderId, lineId), progress);
  }

  get commitCount(): number {
    return this.#log.length;
  }

  /** The journal as it was after so many commits: an old image. */
  image(commits: number = this.#log.length): MemoryJournal {
    const copy = new MemoryJournal();
    for (const commit of this.#log.slice(0, commits)) copy.#apply(commit);
    return copy;
  }

  load(): Stored {
    const heads = new Map<WriterId, StreamHead>();
    const rows = new Map<WriterId, Map<PoolId, Row>>();
    const holds = new Map<HoldId, Hold>();
    for (const commit of this.#log) {
      for (const { writer, head } of commit.heads) heads.set(writer, { ...head });
      for (const { writer, pool, row } of commit.rows) {
        rows.set(writer, (rows.get(writer) ?? new Map<PoolId, Row>()).set(pool, copyRow(row)));
      }
      for (const { holdId, hold } of commit.holds) {
        if (hold === null) holds.delete(holdId);
        else holds.set(holdId, hold);
      }
    }
    const last = this.#log.at(-1);
    // What stands in the books of a root is settled.
    const isRoot = last !== undefined && heads.get(last.self)?.parent === null;
    if (isRoot) for (const head of heads.values()) head.settled = { seq: head.seq, hash: head.hash };
    const streams = [...heads].map(([writer, head]) => {
      const stream = new Stream(writer, head);
      for (const [pool, row] of rows.get(writer) ?? []) stream.load(pool, row);
      return stream;
    });
    return {
      self: last?.self ?? null,
      awaitsFormerLives: last?.awaitsFormerLives ?? false,
      position: this.entries.length,
      streams,
      holds,
    };
  }

  findDocument(kind: DocumentKind, id: string): EntryRef | undefined {
    return this.#documents.get(`${kind}:${id}`);
  }

  #find(writer: WriterId, seq: number): StoredEntry | undefined {
    return this.entries.find(({ stream, entry }) => stream === writer && entry.seq === seq);
  }

  entryAt(writer: WriterId, seq: number): Entry | undefined {
    const found = this.#find(writer, seq);
    return found && decodeEntry(found.bytes);
  }

  hashAt(writer: WriterId, seq: number): Hash | undefined {
    return this.#find(writer, seq)?.hash;
  }

  lineProgress(orderId: OrderId, lineId: LineId): LineProgress | undefined {
    return this.#progress.get(lineName(orderId, lineId));
  }

  readStream(from: number, bytesMax: number): StreamSlice {
    const part = upTo(this.entries.slice(from), bytesMax);
    return { bytes: joinEntries(part), to: from + part.length };
  }

  readWriter(writer: WriterId, afterSeq: number, bytesMax: number): StreamSlice {
    const own = this.entries.filter(({ stream, entry }) => stream === writer && entry.seq > afterSeq);
    const part = upTo(own, bytesMax);
    return { bytes: joinEntries(part), to: part.at(-1)?.entry.seq ?? afterSeq };
  }

  positionBefore(writer: WriterId, seq: number): number {
    return this.entries.findIndex(({ stream, entry }) => stream === writer && entry.seq === seq);
  }
}

/** At least one, if there is any. */
function upTo(entries: readonly WrittenEntry[], bytesMax: number): WrittenEntry[] {
  let size = 0;
  return entries.filter(({ bytes }, i) => {
    size += bytes.length;
    return i === 0 || size <= bytesMax;
  });
}
