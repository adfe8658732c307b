/**
 * Recording disk: the authority's disk, which writes down what became durable, what did
 * not, what was asked, and what a restart found. The run itself goes on as without it.
 * An image that takes its place (F6) goes on with the same recording.
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
  type Replica,
  type ReplicaSettings,
  type Stored,
  Stream,
  type StreamSlice,
  type Tools,
  type WriterId,
  type Writes,
} from '@tallystick/crdt';
import { type Commit, SimDisk, type Taken } from '../disk.ts';
import { CALLS, type CallName, type Question } from './history.ts';
import type { Recording } from './recording.ts';
import { textOfBytes, textOfProgress, textOfRef, textOfStored } from './texts.ts';

export class RecordingDisk extends SimDisk {
  readonly #recording: Recording;
  /** How it took the place of another, until a process begins with it. */
  #taken: Taken | undefined;
  /** Committed and not yet fsynced. */
  #open: Writes[] = [];
  /** Questions of the turn that is being decided: each is asked once. */
  readonly #asked = new Set<string>();

  constructor(recording: Recording) {
    super(true);
    this.#recording = recording;
  }

  protected override blank(): SimDisk {
    return new RecordingDisk(this.#recording);
  }

  override takePlace(taken: Taken): void {
    this.#taken = taken;
  }

  override open(settings: ReplicaSettings, tools: Tools): Replica {
    const nonce = () => {
      const drawn = tools.nonce();
      this.#recording.nonces.push(drawn);
      return drawn;
    };
    const heard = () => this.#recording.heard(tools.directory);
    heard();
    return this.#recorded(super.open(settings, { ...tools, nonce }), heard);
  }

  /** What the machine calls is written down; what the replica calls of its own is not. */
  #recorded<T extends object>(called: T, heard: () => void): T {
    return new Proxy(called, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (name === 'moving') return this.#recorded(value as Replica['moving'], heard);
        if (typeof value !== 'function') return value;
        if (!CALLS.includes(name as CallName)) return value.bind(target);
        return (...args: unknown[]) => {
          heard();
          this.#recording.happened.push({
            kind: 'call',
            name: name as CallName,
            args: structuredClone(args),
          });
          if (name === 'keep' || name === 'putBack') this.#asked.clear();
          return value.apply(target, args);
        };
      },
    });
  }

  override refuse(writes: Writes): void {
    this.#recording.happened.push({ kind: 'lost', writes: frozen(writes) });
  }

  override commit(writes: Writes, atMs = 0): Commit {
    this.#open.push(frozen(writes));
    return super.commit(writes, atMs);
  }

  override fsync(): readonly Commit[] {
    for (const writes of this.#open) this.#recording.happened.push({ kind: 'turn', writes });
    this.#open = [];
    return super.fsync();
  }

  override powerCut(kept: number, leavesPart = false): readonly Commit[] {
    const gone = this.#open.splice(kept);
    const synced = super.powerCut(kept, leavesPart);
    for (const writes of gone) this.#recording.happened.push({ kind: 'lost', writes });
    return synced;
  }

  override stored(): Stored {
    const stored = super.stored();
    const streams = [...stored.streams];
    const order = {
      streams: streams.map((stream) => ({
        writer: stream.writer,
        pools: [...stream.rows()].map(([pool]) => pool),
      })),
      holds: [...stored.holds].map(([holdId]) => holdId),
    };
    this.#asked.clear();
    if (this.#taken !== undefined)
      this.#recording.happened.push({ kind: 'put back', turns: this.commitCount, taken: this.#taken });
    this.#taken = undefined;
    this.#recording.disk = this;
    this.#recording.happened.push({ kind: 'restart', stored: textOfStored({ ...stored, streams }), order });
    return { ...stored, streams };
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
    const name = JSON.stringify(question);
    if (this.#open.length > 0 || this.#asked.has(name)) return;
    this.#asked.add(name);
    this.#recording.happened.push({ kind: 'asked', question, answer });
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
