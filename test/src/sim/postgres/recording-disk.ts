/**
 * Recording disk: the authority's disk, which writes down what became durable, what did
 * not, what was asked, and what a restart found. The run itself goes on as without it.
 */
import {
  copyRow,
  type DocumentKind,
  type Entry,
  type EntryRef,
  type Hash,
  type LineId,
  type LineProgress,
  type OrderId,
  type Stored,
  Stream,
  type StreamSlice,
  type WriterId,
  type Writes,
} from '@tallystick/crdt';
import { type Commit, SimDisk } from '../disk.ts';
import type { Asked, Happened, History, Question } from './history.ts';
import { textOfBytes, textOfProgress, textOfRef, textOfStored } from './texts.ts';

export class RecordingDisk extends SimDisk {
  readonly #happened: Happened[] = [];
  /** Committed and not yet fsynced. */
  #open: Happened[] = [];
  #asked = new Map<string, Asked>();

  constructor() {
    super(true);
  }

  get history(): History {
    return this.#happened;
  }

  override refuse(writes: Writes): void {
    this.#happened.push({ kind: 'lost', writes: frozen(writes) });
  }

  override commit(writes: Writes): Commit {
    this.#open.push({ kind: 'turn', writes: frozen(writes), asked: [...this.#asked.values()] });
    this.#asked.clear();
    return super.commit(writes);
  }

  override fsync(): readonly Commit[] {
    this.#happened.push(...this.#open);
    this.#open = [];
    return super.fsync();
  }

  override powerCut(kept: number): readonly Commit[] {
    const gone = this.#open.splice(kept);
    const synced = super.powerCut(kept);
    for (const each of gone)
      if (each.kind === 'turn') this.#happened.push({ kind: 'lost', writes: each.writes });
    return synced;
  }

  override stored(): Stored {
    // Twice: who opens a journal owns the streams that it gets.
    this.#happened.push({ kind: 'restart', stored: textOfStored(super.stored()) });
    return super.stored();
  }

  override findDocument(kind: DocumentKind, id: string): EntryRef | undefined {
    const found = super.findDocument(kind, id);
    this.#note({ about: 'document', kind, id }, textOfRef(found));
    return found;
  }

  override entryAt(writer: WriterId, seq: number): Entry | undefined {
    this.#noteEntry(writer, seq);
    return super.entryAt(writer, seq);
  }

  override hashAt(writer: WriterId, seq: number): Hash | undefined {
    this.#noteEntry(writer, seq);
    return super.hashAt(writer, seq);
  }

  override lineProgress(orderId: OrderId, lineId: LineId): LineProgress | undefined {
    const found = super.lineProgress(orderId, lineId);
    this.#note({ about: 'progress', orderId, lineId }, textOfProgress(found));
    return found;
  }

  override readWriter(writer: WriterId, afterSeq: number, bytesMax: number): StreamSlice {
    const all = super.readWriter(writer, afterSeq, Number.POSITIVE_INFINITY);
    this.#note({ about: 'writer', writer, afterSeq }, textOfBytes(all.bytes));
    return super.readWriter(writer, afterSeq, bytesMax);
  }

  #noteEntry(writer: WriterId, seq: number): void {
    this.#note({ about: 'entry', writer, seq }, textOfBytes(super.hashAt(writer, seq)));
  }

  /** Only while nothing is half written: what was answered then is what the turn before made durable. */
  #note(question: Question, answer: string): void {
    if (this.#open.length === 0) this.#asked.set(JSON.stringify(question), { question, answer });
  }
}

/** The turn as it stands now: the core goes on changing its streams and rows. */
function frozen(writes: Writes): Writes {
  const streams = new Map(
    writes.streams.map((stream) => {
      const copy = new Stream(stream.writer, { ...stream.head });
      Object.assign(copy.digest, stream.digest);
      return [stream, copy];
    }),
  );
  const copyOf = (stream: Stream): Stream => streams.get(stream) ?? stream;
  return {
    ...writes,
    runs: writes.runs.map(({ writer, entries }) => ({ writer, entries: [...entries] })),
    rows: writes.rows.map(({ stream, pool, row }) => ({ stream: copyOf(stream), pool, row: copyRow(row) })),
    streams: writes.streams.map(copyOf),
    quarantined: [...writes.quarantined],
  };
}
