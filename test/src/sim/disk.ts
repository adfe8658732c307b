/**
 * Disk: a journal whose commits and fsyncs are two things.
 *
 * A commit is whole or not there. What was committed and not fsynced survives the
 * death of the process; a power cut may take it away, the last first. The tables are
 * the fold of the log of commits, so a cut is a shorter log and a new fold.
 */
import {
  copyRow,
  type Digest,
  type DocumentKind,
  decodeEntry,
  type Entry,
  type EntryRef,
  type Hash,
  type Hold,
  type HoldId,
  type JournalView,
  type LineId,
  type LineProgress,
  type OrderId,
  type PoolId,
  Replica,
  type ReplicaSettings,
  type Row,
  type Stored,
  Stream,
  type StreamHead,
  type StreamSlice,
  type Tools,
  type WriterId,
  type Writes,
} from '@tallystick/crdt';
import { joinEntries } from '@tallystick/crdt/wire';

export interface StoredEntry {
  readonly writer: WriterId;
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly hash: Hash;
}

export interface StoredRow {
  readonly writer: WriterId;
  readonly pool: PoolId;
  readonly row: Readonly<Row>;
}

export interface StoredHead {
  readonly writer: WriterId;
  readonly head: StreamHead;
  readonly digest: Digest;
}

/** One commit, as it was written: copies of everything, for the core goes on changing its own. */
export interface Commit {
  readonly self: WriterId;
  readonly entries: readonly StoredEntry[];
  readonly rows: readonly StoredRow[];
  readonly heads: readonly StoredHead[];
  readonly documents: Writes['documents'];
  readonly progress: Writes['progress'];
  readonly holds: Writes['holds'];
  readonly awaitsFormerLives: boolean;
}

class Tables {
  self: WriterId | null = null;
  awaitsFormerLives = false;
  readonly entries: StoredEntry[] = [];
  /** For each writer, where its entries stand among all, by seq − 1. */
  readonly places = new Map<WriterId, number[]>();
  readonly rows = new Map<WriterId, Map<PoolId, Readonly<Row>>>();
  readonly heads = new Map<WriterId, StoredHead>();
  readonly documents = new Map<string, EntryRef>();
  readonly progress = new Map<string, LineProgress>();
  readonly holds = new Map<HoldId, Hold>();

  apply(commit: Commit): void {
    this.self = commit.self;
    this.awaitsFormerLives = commit.awaitsFormerLives;
    for (const entry of commit.entries) {
      const places = getOrAdd(this.places, entry.writer, () => [] as number[]);
      if (places.length !== entry.seq - 1)
        throw new Error(`D5: a hole in ${entry.writer} before ${entry.seq}`);
      places.push(this.entries.length);
      this.entries.push(entry);
    }
    for (const { writer, pool, row } of commit.rows)
      getOrAdd(this.rows, writer, () => new Map()).set(pool, row);
    for (const head of commit.heads) this.heads.set(head.writer, head);
    for (const { kind, id, ref } of commit.documents) this.documents.set(`${kind}:${id}`, ref);
    for (const { orderId, lineId, progress } of commit.progress)
      this.progress.set(`${orderId}/${lineId}`, progress);
    for (const { holdId, hold } of commit.holds) {
      if (hold === null) this.holds.delete(holdId);
      else this.holds.set(holdId, hold);
    }
  }
}

export class SimDisk implements JournalView {
  #log: Commit[] = [];
  #syncedCount = 0;
  #tables = new Tables();
  readonly #isBooks: boolean;

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

  commit(writes: Writes): Commit {
    this.#assertNext(writes.position);
    const commit: Commit = {
      self: writes.self,
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

  /** The power goes: `kept` commits of those that were not fsynced are found again. */
  powerCut(kept: number): readonly Commit[] {
    if (this.unsyncedCount > kept) {
      this.#log.length = this.#syncedCount + kept;
      this.#tables = new Tables();
      for (const commit of this.#log) this.#tables.apply(commit);
    }
    return this.fsync();
  }

  get commitCount(): number {
    return this.#log.length;
  }

  /** The disk as it was after its first `commitCount` commits. */
  imageOf(commitCount: number): SimDisk {
    const image = new SimDisk(this.#isBooks);
    image.#log = this.#log.slice(0, commitCount);
    for (const commit of image.#log) image.#tables.apply(commit);
    image.fsync();
    return image;
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

  get entries(): readonly StoredEntry[] {
    return this.#tables.entries;
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

  #entry(writer: WriterId, seq: number): StoredEntry | undefined {
    const place = this.#tables.places.get(writer)?.[seq - 1];
    return place === undefined ? undefined : this.#tables.entries[place];
  }

  findDocument(kind: DocumentKind, id: string): EntryRef | undefined {
    return this.#tables.documents.get(`${kind}:${id}`);
  }

  entryAt(writer: WriterId, seq: number): Entry | undefined {
    const stored = this.#entry(writer, seq);
    return stored && decodeEntry(stored.bytes);
  }

  hashAt(writer: WriterId, seq: number): Hash | undefined {
    return this.#entry(writer, seq)?.hash;
  }

  lineProgress(orderId: OrderId, lineId: LineId): LineProgress | undefined {
    return this.#tables.progress.get(`${orderId}/${lineId}`);
  }

  readStream(from: number, bytesMax: number): StreamSlice {
    const { entries } = this.#tables;
    const slice: StoredEntry[] = [];
    let size = 0;
    for (let at = from; at < entries.length; at += 1) {
      const entry = entries[at] as StoredEntry;
      if (size > 0 && size + entry.bytes.length > bytesMax) break;
      slice.push(entry);
      size += entry.bytes.length;
    }
    return { bytes: joinEntries(slice), to: from + slice.length };
  }

  readWriter(writer: WriterId, afterSeq: number, bytesMax: number): StreamSlice {
    const slice: StoredEntry[] = [];
    let size = 0;
    for (let seq = afterSeq + 1; ; seq += 1) {
      const entry = this.#entry(writer, seq);
      if (entry === undefined || (size > 0 && size + entry.bytes.length > bytesMax)) break;
      slice.push(entry);
      size += entry.bytes.length;
    }
    return { bytes: joinEntries(slice), to: afterSeq + slice.length };
  }

  positionBefore(writer: WriterId, seq: number): number {
    const place = this.#tables.places.get(writer)?.[seq - 1];
    if (place === undefined) throw new Error(`${writer} has no entry ${seq} here`);
    return place;
  }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
