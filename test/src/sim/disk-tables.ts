/**
 * Tables of a simulated disk: the fold of its log of commits.
 *
 * Pruned entries leave a checkpoint behind, made with the core's own fold as the real
 * journal makes it: the rows up to there, their digest, and the hash to go on from (D7).
 */
import {
  applyEffect,
  type Digest,
  decodeEntry,
  type Entry,
  type EntryRef,
  emptyRow,
  forEachEffect,
  type Hash,
  type Hold,
  type HoldId,
  type LineProgress,
  lineName,
  type PoolId,
  type Row,
  type StreamHead,
  type WriterId,
  type Writes,
} from '@tallystick/crdt';

export interface StoredEntry {
  readonly writer: WriterId;
  readonly seq: number;
  readonly bytes: Uint8Array;
  readonly hash: Hash;
  /** What the bytes say, once somebody has read them. */
  decoded?: Entry;
}

/** The core, the observer and the checks at the end read the same journal again and again. */
export function readOnce(stored: StoredEntry): Entry {
  stored.decoded ??= decodeEntry(stored.bytes);
  return stored.decoded;
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
  readonly self: WriterId | null;
  readonly atMs: number;
  readonly entries: readonly StoredEntry[];
  readonly rows: readonly StoredRow[];
  readonly heads: readonly StoredHead[];
  readonly documents: Writes['documents'];
  readonly progress: Writes['progress'];
  readonly holds: Writes['holds'];
  readonly awaitsFormerLives: boolean;
  /** Entries of these writers, up to that seq, were let go. */
  readonly prunes: readonly { readonly writer: WriterId; readonly seq: number }[];
  /** Only its first part is on the platter. */
  readonly isTorn: boolean;
}

/** Where the kept entries of a writer begin. */
export interface Checkpoint {
  seq: number;
  hash: Hash;
  readonly rows: Map<PoolId, Row>;
}

const ELSEWHERE = -1;

export class Tables {
  self: WriterId | null = null;
  awaitsFormerLives = false;
  /** By position; undefined where it was pruned. */
  readonly entries: (StoredEntry | undefined)[] = [];
  /** For each writer, where its entries stand among all, by seq − 1. */
  readonly places = new Map<WriterId, number[]>();
  readonly rows = new Map<WriterId, Map<PoolId, Readonly<Row>>>();
  readonly heads = new Map<WriterId, StoredHead>();
  readonly documents = new Map<string, EntryRef>();
  readonly progress = new Map<string, LineProgress>();
  readonly holds = new Map<HoldId, Hold>();
  readonly checkpoints = new Map<WriterId, Checkpoint>();

  apply(commit: Commit): void {
    this.self = commit.self;
    this.awaitsFormerLives = commit.awaitsFormerLives;
    for (const entry of commit.entries) {
      const places = getOrAdd(this.places, entry.writer, () => this.#before(commit, entry.writer));
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
      this.progress.set(lineName(orderId, lineId), progress);
    for (const { holdId, hold } of commit.holds) {
      if (hold === null) this.holds.delete(holdId);
      else this.holds.set(holdId, hold);
    }
    for (const { writer, seq } of commit.prunes) this.#prune(writer, seq);
  }

  /** A branch begins behind what it shares with the history that it left, which stands elsewhere (F2). */
  #before(commit: Commit, writer: WriterId): number[] {
    const fence = commit.heads.find((head) => head.writer === writer)?.head.fence;
    return fence?.reason === 'branch' ? new Array<number>(fence.seq).fill(ELSEWHERE) : [];
  }

  entry(writer: WriterId, seq: number): StoredEntry | undefined {
    const place = this.places.get(writer)?.[seq - 1];
    return place === undefined ? undefined : this.entries[place];
  }

  #prune(writer: WriterId, upTo: number): void {
    const checkpoint = getOrAdd(this.checkpoints, writer, () => {
      return { seq: 0, hash: new Uint8Array(32), rows: new Map<PoolId, Row>() };
    });
    while (checkpoint.seq < upTo) {
      const place = this.places.get(writer)?.[checkpoint.seq] as number;
      const stored = this.entries[place] as StoredEntry;
      const { seq, hash } = stored;
      const { body } = readOnce(stored);
      forEachEffect(body, (effect) => {
        applyEffect(getOrAdd(checkpoint.rows, effect.pool, emptyRow), effect, seq);
      });
      checkpoint.seq = seq;
      checkpoint.hash = hash;
      this.entries[place] = undefined;
    }
  }
}

export function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}

/** Commits are written front to back: entries first, and at the end what says how far they come. */
export function partOf(commit: Commit): Commit {
  const { entries, rows } = commit;
  const half = { entries: entries.slice(0, Math.ceil(entries.length / 2)), rows: rows.slice(0, 1) };
  return { ...commit, ...half, heads: [], documents: [], progress: [], holds: [], isTorn: true };
}
