/**
 * Disk: a journal whose commits and fsyncs are two things.
 *
 * A commit is whole or not there. What was committed and not fsynced survives the
 * death of the process; a power cut may take it away, the last first, and may leave the
 * first part of a commit behind, which nobody may take for a commit. The tables are the
 * fold of the log of commits, so a cut is a shorter log and a new fold.
 */
import {
  copyRow,
  type DocumentKind,
  type Entry,
  type EntryRef,
  type Hash,
  type HoldId,
  type JournalView,
  type LineId,
  type LineProgress,
  lineName,
  type OrderId,
  type PoolId,
  Replica,
  type ReplicaSettings,
  type Row,
  type Stored,
  Stream,
  type StreamHead,
  type StreamSlice,
  sameBytes,
  type Tools,
  type WriterId,
  type Writes,
} from '@tallystick/crdt';
import { joinEntries } from '@tallystick/crdt/wire';
import { type Checkpoint, type Commit, partOf, readOnce, type StoredEntry, Tables } from './disk-tables.ts';

export type { Commit, StoredEntry } from './disk-tables.ts';

/** How an image took the place of a disk: by the command that says so, behind the machine's back, or with all of it. */
export type Taken = 'by command' | 'alone' | 'with its machine';

export class SimDisk implements JournalView {
  #log: Commit[] = [];
  #syncedCount = 0;
  #tables = new Tables();
  readonly #isBooks: boolean;
  #isOpen = true;

  /** @param isBooks the authority's: what stands in the books is settled, as its database says at every commit. */
  constructor(isBooks = false) {
    this.#isBooks = isBooks;
  }

  /** The disk does not take this turn: nothing of it is there. */
  refuse({ position }: Writes): void {
    this.#assertNext(position);
  }

  #assertNext(position: number): void {
    const { length } = this.#tables.entries;
    if (position !== length) throw new Error(`The turn began at ${position}, the journal holds ${length}.`);
  }

  commit(writes: Writes, atMs = 0): Commit {
    this.#assertNext(writes.position);
    const commit: Commit = {
      self: writes.self,
      atMs,
      entries: writes.runs.flatMap(({ writer, entries }) =>
        entries.map(({ entry, bytes, hash }) => ({ writer, seq: entry.seq, bytes, hash })),
      ),
      rows: writes.rows.map(({ stream, pool, row }) => ({ writer: stream.writer, pool, row: copyRow(row) })),
      heads: writes.streams.map(({ writer, head, digest }) => ({
        writer,
        head: this.#isBooks ? { ...head, settled: { seq: head.seq, hash: head.hash } } : { ...head },
        digest: { ...digest },
      })),
      documents: writes.documents,
      progress: writes.progress,
      holds: writes.holds,
      awaitsFormerLives: writes.awaitsFormerLives,
      prunes: [],
      isTorn: false,
    };
    this.#log.push(commit);
    this.#tables.apply(commit);
    return commit;
  }

  /** @returns what became durable. */
  fsync(): readonly Commit[] {
    const synced = this.#log.slice(this.#syncedCount);
    this.#syncedCount = this.#log.length;
    return synced;
  }

  get unsyncedCount(): number {
    return this.#log.length - this.#syncedCount;
  }

  /**
   * The power goes, or an fsync fails: `kept` commits of those that were not fsynced are found
   * again, and of the next one perhaps the first part.
   */
  powerCut(kept: number, leavesPart = false): readonly Commit[] {
    const lost = this.#log[this.#syncedCount + kept];
    if (lost !== undefined) {
      this.#log.length = this.#syncedCount + kept;
      if (leavesPart) this.#log.push(partOf(lost));
      this.#recover();
    }
    return this.fsync();
  }

  /** As a journal is opened: it is read up to the last commit that is whole. */
  #recover(): void {
    const whole = this.#log.findIndex(({ isTorn }) => isTorn);
    if (whole >= 0) this.#log.length = whole;
    this.#tables = new Tables();
    for (const commit of this.#log) this.#tables.apply(commit);
  }

  get commitCount(): number {
    return this.#log.length;
  }

  /** When the commit after the first `commitCount` was made: an image that ends there is that old. */
  lostSinceMs(commitCount: number): number {
    return this.#log[commitCount]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  protected blank(): SimDisk {
    return new SimDisk(this.#isBooks);
  }

  /** From the next start on, its machine has this one: to the disk itself that is nothing. */
  takePlace(_taken: Taken): void {}

  /** The disk as it was after its first `commitCount` commits. */
  imageOf(commitCount: number): SimDisk {
    const image = this.blank();
    image.#log = this.#log.slice(0, commitCount);
    for (const commit of image.#log) image.#tables.apply(commit);
    image.fsync();
    return image;
  }

  /**
   * D7: lets go of entries that were written before, and that the authority settled with the
   * hash that they have here. What it did is a commit of its own. @returns how many went.
   */
  prune(beforeMs: number, atMs: number): number {
    if (this.unsyncedCount > 0) return 0;
    let count = 0;
    const prunes: { writer: WriterId; seq: number }[] = [];
    // Commits are in the order of time: what a writer wrote before is what its last old commit had.
    const old = new Map<WriterId, number>();
    // What was written long ago may have been settled only now, and then an older image of the books lacks it.
    const longSettled = new Map<WriterId, StreamHead['settled']>();
    for (const { atMs: committedMs, entries, heads } of this.#log) {
      const isOld = committedMs < beforeMs;
      if (isOld) for (const { writer, seq } of entries) old.set(writer, seq);
      for (const { writer, head } of heads) {
        const known = longSettled.get(writer);
        if (isOld || (known !== undefined && head.settled.seq < known.seq))
          longSettled.set(writer, head.settled);
      }
    }
    for (const [writer, oldSeq] of old) {
      // What writers below said stays: their next parent may be told of it from here (F3a).
      if (this.head(writer)?.via !== null) continue;
      const settled = longSettled.get(writer);
      const fence = this.head(writer)?.fence;
      const from = this.checkpoint(writer)?.seq ?? 0;
      if (settled === undefined || settled.seq <= from) continue;
      const known = this.hashAt(writer, settled.seq);
      if (known === undefined || !sameBytes(known, settled.hash)) continue;
      // What a writer said after its fence stays: whether it counted is told by documents alone.
      const seq = Math.min(oldSeq, settled.seq, fence?.seq ?? settled.seq);
      if (seq <= from) continue;
      prunes.push({ writer, seq });
      count += seq - from;
    }
    if (count === 0) return 0;
    const { self, awaitsFormerLives } = this.#tables;
    const nothing = { entries: [], rows: [], heads: [], documents: [], progress: [], holds: [] };
    const commit: Commit = { self, awaitsFormerLives, atMs, ...nothing, prunes, isTorn: false };
    this.#log.push(commit);
    this.#tables.apply(commit);
    this.fsync();
    return count;
  }

  /** Where the kept entries of a writer begin; undefined where none was pruned. */
  checkpoint(writer: WriterId): Readonly<Checkpoint> | undefined {
    return this.#tables.checkpoints.get(writer);
  }

  /** What a restart finds: new objects made from what is stored. @throws where a digest differs (D6). */
  stored(): Stored {
    const { self, awaitsFormerLives, entries, heads, rows, holds } = this.#tables;
    const streams = [...heads.values()].map(({ writer, head, digest }) => {
      const stream = new Stream(writer, { ...head });
      for (const [pool, row] of rows.get(writer) ?? []) stream.load(pool, copyRow(row));
      if (stream.digest.lo !== digest.lo || stream.digest.hi !== digest.hi) {
        throw new Error(`D6: the stored digest of ${writer} is not that of its rows`);
      }
      return stream;
    });
    return { self, awaitsFormerLives, position: entries.length, streams, holds: [...holds] };
  }

  /** The replica that a restart makes of what is stored. */
  open(settings: ReplicaSettings, tools: Tools): Replica {
    return new Replica(settings, this.stored(), this, tools);
  }

  get self(): WriterId | null {
    return this.#tables.self;
  }

  get position(): number {
    return this.#tables.entries.length;
  }

  /** What is kept, in durable order. */
  get entries(): readonly StoredEntry[] {
    const { entries, checkpoints } = this.#tables;
    const isWhole = checkpoints.size === 0;
    return isWhole ? (entries as StoredEntry[]) : entries.filter((entry) => entry !== undefined);
  }

  get isPruned(): boolean {
    return this.#tables.checkpoints.size > 0;
  }

  get awaitsFormerLives(): boolean {
    return this.#tables.awaitsFormerLives;
  }

  get holdCount(): number {
    return this.#tables.holds.size;
  }

  hasHold(holdId: HoldId): boolean {
    return this.#tables.holds.has(holdId);
  }

  /** How far a writer's entries come that stand before this one. */
  seqBefore(writer: WriterId, { writer: author, seq }: EntryRef): number {
    const place = this.#tables.places.get(author)?.[seq - 1] ?? 0;
    const places = this.#tables.places.get(writer) ?? [];
    let low = 0;
    for (let high = places.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((places[middle] as number) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  get writers(): Iterable<WriterId> {
    return this.#tables.heads.keys();
  }

  head(writer: WriterId): StreamHead | undefined {
    return this.#tables.heads.get(writer)?.head;
  }

  rows(writer: WriterId): ReadonlyMap<PoolId, Readonly<Row>> {
    return this.#tables.rows.get(writer) ?? new Map();
  }

  /** The books of the authority answer while a turn is open: what they were not asked by then is not there (D1). */
  unasked<T>(run: () => T): T {
    this.#isOpen = !this.#isBooks;
    try {
      return run();
    } finally {
      this.#isOpen = true;
    }
  }

  get #asked(): Tables {
    if (!this.#isOpen) throw new Error('The books were asked after the commit.');
    return this.#tables;
  }

  findDocument(kind: DocumentKind, id: string): EntryRef | undefined {
    return this.#asked.documents.get(`${kind}:${id}`);
  }

  /** Postgres is asked for everything before a turn. */
  absentOf(kind: DocumentKind, ids: readonly string[]): readonly string[] {
    return this.#isBooks ? [] : ids.filter((id) => this.findDocument(kind, id) === undefined);
  }

  entryAt(writer: WriterId, seq: number): Entry | undefined {
    const stored = this.#asked.entry(writer, seq);
    return stored && readOnce(stored);
  }

  hashAt(writer: WriterId, seq: number): Hash | undefined {
    const checkpoint = this.#asked.checkpoints.get(writer);
    return checkpoint?.seq === seq ? checkpoint.hash : this.#tables.entry(writer, seq)?.hash;
  }

  lineProgress(orderId: OrderId, lineId: LineId): LineProgress | undefined {
    return this.#asked.progress.get(lineName(orderId, lineId));
  }

  readStream(from: number, bytesMax: number): StreamSlice {
    const { entries } = this.#tables;
    const slice: StoredEntry[] = [];
    let size = 0;
    let to = from;
    for (let at = from; at < entries.length; at += 1) {
      const entry = entries[at];
      if (entry === undefined) continue;
      if (size > 0 && size + entry.bytes.length > bytesMax) break;
      slice.push(entry);
      size += entry.bytes.length;
      to = at + 1;
    }
    return { bytes: joinEntries(slice), to };
  }

  readWriter(writer: WriterId, afterSeq: number, bytesMax: number): StreamSlice {
    const slice: StoredEntry[] = [];
    let size = 0;
    const first = Math.max(afterSeq, this.#asked.checkpoints.get(writer)?.seq ?? 0) + 1;
    for (let seq = first; ; seq += 1) {
      const entry = this.#tables.entry(writer, seq);
      if (entry === undefined || (size > 0 && size + entry.bytes.length > bytesMax)) break;
      slice.push(entry);
      size += entry.bytes.length;
    }
    return { bytes: joinEntries(slice), to: slice.at(-1)?.seq ?? afterSeq };
  }

  positionBefore(writer: WriterId, seq: number): number {
    const { entries, places, checkpoints } = this.#tables;
    const place = places.get(writer)?.[seq - 1];
    if (place === undefined) throw new Error(`${writer} has no entry ${seq} here`);
    if (seq > (checkpoints.get(writer)?.seq ?? 0)) return place;
    const oldest = entries.findIndex((entry) => entry !== undefined);
    return oldest < 0 ? entries.length : oldest;
  }
}
