/**
 * Prefetched view: the answers that a turn will need, fetched from Postgres before it.
 *
 * The core asks its journal synchronously. The shell reads from frames and commands
 * what will be asked (`questions.ts`) and fetches that in one go. A question that
 * nobody foresaw throws `NotPrefetched`: never is "not fetched" taken for "not there",
 * which would let a document count twice. Then the turn is put back, the question is
 * fetched, and the turn is run again.
 */
import type {
  DocumentKind,
  Entry,
  EntryRef,
  Hash,
  JournalView,
  LineId,
  LineProgress,
  OrderId,
  StreamSlice,
  WriterId,
  Writes,
} from '@tallystick/crdt';
import type { Questions } from './questions.ts';

export interface KnownEntry {
  readonly entry: Entry;
  readonly hash: Hash;
  readonly bytes: Uint8Array;
}

export class NotPrefetched extends Error {
  override readonly name = 'NotPrefetched';
  /** To be fetched before the turn is run again. */
  readonly questions: Questions;

  constructor(what: string, questions: Questions) {
    super(`Asked for what was not fetched: ${what}`);
    this.questions = questions;
  }
}

/** Filled by `PgJournal.prefetch`; empty again with `clear`, before the next turn's answers. */
export class PrefetchedView implements JournalView {
  readonly documents = new Map<string, EntryRef | null>();
  readonly entries = new Map<string, KnownEntry | null>();
  /** By order: the lines that have moved; an order without any has an empty map. */
  readonly progress = new Map<OrderId, Map<LineId, LineProgress>>();
  /** By writer and seq: what comes after it. */
  readonly streams = new Map<string, readonly StreamSlice[]>();

  clear(): void {
    this.documents.clear();
    this.entries.clear();
    this.progress.clear();
    this.streams.clear();
  }

  /** Takes over what was fetched while a turn was committed, brought up to what that turn wrote. */
  takeOver(ahead: PrefetchedView, writes: Writes): void {
    const wanted = new Set<string>();
    for (const { kind, id, ref } of writes.documents) {
      const name = `${kind}:${id}`;
      if (ahead.documents.get(name) !== null) continue;
      ahead.documents.set(name, ref);
      wanted.add(`${ref.writer}/${ref.seq}`);
    }
    for (const [place, known] of ahead.entries) if (known === null) wanted.add(place);
    if (wanted.size > 0) {
      for (const { writer, entries } of writes.runs) {
        for (const written of entries) {
          const place = `${writer}/${written.entry.seq}`;
          if (wanted.has(place)) ahead.entries.set(place, written);
        }
      }
    }
    for (const { orderId, lineId, progress } of writes.progress) {
      ahead.progress.get(orderId)?.set(lineId, progress);
    }
    for (const [name, ref] of ahead.documents) this.documents.set(name, ref);
    for (const [place, known] of ahead.entries) this.entries.set(place, known);
    for (const [orderId, lines] of ahead.progress) this.progress.set(orderId, lines);
  }

  findDocument(kind: DocumentKind, id: string): EntryRef | undefined {
    const found = this.documents.get(`${kind}:${id}`);
    if (found === undefined) throw new NotPrefetched(`${kind} ${id}`, { documents: [{ kind, id }] });
    return found ?? undefined;
  }

  entryAt(writer: WriterId, seq: number): Entry | undefined {
    return this.#known(writer, seq)?.entry;
  }

  hashAt(writer: WriterId, seq: number): Hash | undefined {
    return this.#known(writer, seq)?.hash;
  }

  #known(writer: WriterId, seq: number): KnownEntry | null {
    const found = this.entries.get(`${writer}/${seq}`);
    if (found !== undefined) return found;
    throw new NotPrefetched(`${writer}/${seq}`, { entries: [{ writer, fromSeq: seq, toSeq: seq }] });
  }

  lineProgress(orderId: OrderId, lineId: LineId): LineProgress | undefined {
    const lines = this.progress.get(orderId);
    if (lines === undefined) throw new NotPrefetched(`progress of ${orderId}`, { progress: [orderId] });
    return lines.get(lineId);
  }

  /** Whole runs, as they were fetched; the first is cut by the journal to begin right after `afterSeq`. */
  readWriter(writer: WriterId, afterSeq: number, _bytesMax: number): StreamSlice {
    const slices = this.streams.get(`${writer}/${afterSeq}`);
    if (slices === undefined) {
      throw new NotPrefetched(`${writer} after ${afterSeq}`, { writers: [{ writer, afterSeq }] });
    }
    const [first, ...rest] = slices;
    if (first === undefined) return { bytes: new Uint8Array(0), to: afterSeq };
    this.streams.set(`${writer}/${first.to}`, rest);
    return first;
  }

  readStream(): StreamSlice {
    throw new Error('The authority has no parent to send a stream to.');
  }

  positionBefore(): number {
    throw new Error('The authority has no parent to resume a stream with.');
  }
}
