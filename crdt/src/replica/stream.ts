/**
 * Stream: all that a replica holds of one writer, itself included.
 *
 * The rows are the fold of the writer's entries up to `seq`; the digest is kept in
 * step with them (D6). What a turn changes can be put back, because a commit may
 * fail and memory must then say what the disk says (D4).
 */
import type { FenceReason, Hash, ReplicaKind } from '../entry/entry.ts';
import { NO_HASH } from '../entry/entry.ts';
import { type PoolId, type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { addDigest, type Digest, digestRow, emptyDigest, subtractDigest } from '../tally/digest.ts';
import { cellOf, copyRow, EMPTY_ROW, emptyRow, type Row } from '../tally/row.ts';

export interface Fence {
  readonly seq: number;
  readonly hash: Hash;
  readonly reason: FenceReason;
}

export interface Mark {
  readonly seq: number;
  readonly hash: Hash;
}

export const NO_MARK: Mark = { seq: 0, hash: NO_HASH };

/**
 * The way to a writer that was given to another part of the tree: through this replica's
 * parent (F3a). What is known of it is kept; nothing is planned for it. No replica has this id.
 */
export const ABOVE = '.above' as ReplicaId;

/** The part of a stream that is not its rows: small, and copied whole before a turn changes it. */
export interface StreamHead {
  seq: number;
  hash: Hash;
  kind: ReplicaKind;
  /** The writer that grants to it; null for the authority. Of a branch: the stream that it left. */
  parent: WriterId | null;
  /** The direct child through which it reaches this replica, or ABOVE; null for this replica's own lives. */
  via: ReplicaId | null;
  fence: Fence | null;
  /** Own lives: how far the parent's chain was seen (its cells are durable here up to that entry). */
  parentSeen: number;
  /** How far this replica's parent has it durably, and how far the authority has settled it. */
  relayed: Mark;
  settled: Mark;
}

/** The head of a writer that has written nothing yet. */
export function newHead(kind: ReplicaKind, parent: WriterId | null, via: ReplicaId | null): StreamHead {
  return {
    seq: 0,
    hash: NO_HASH,
    kind,
    parent,
    via,
    fence: null,
    parentSeen: 0,
    relayed: NO_MARK,
    settled: NO_MARK,
  };
}

/** It says that it has another parent. @returns the one before, where that was another replica (F3a). */
export function reparent(head: StreamHead, parent: WriterId): WriterId | undefined {
  const before = head.parent;
  const isElsewhere = before !== null && replicaOf(before) !== replicaOf(parent);
  // Where a writer was shut out it stays: what it says later gives it no other settler (F5). Where the image of an
  // own life ends before it did, the parent says where it was shut out (F1a).
  const isLate = head.fence !== null && head.seq > head.fence.seq;
  if (isElsewhere && isLate) return undefined;
  head.parent = parent;
  return isElsewhere ? before : undefined;
}

interface Slot {
  row: Row;
  lo: number;
  hi: number;
  /** The row before this turn; undefined while the turn has not touched it. */
  before: Row | undefined;
  /** The open turn touched this pool first: put back, the slot is gone again. */
  isBorn: boolean;
}

export class Stream {
  readonly writer: WriterId;
  head: StreamHead;
  readonly digest: Digest = emptyDigest();
  readonly #slots = new Map<PoolId, Slot>();
  readonly #touched = new Map<PoolId, Slot>();
  /** Rows were touched since the digest was brought up to date. */
  #isDigestStale = false;
  #headBefore: StreamHead | undefined;
  #digestBefore: Digest | undefined;

  constructor(writer: WriterId, head: StreamHead) {
    this.writer = writer;
    this.head = head;
  }

  /** Puts a stored row in place while a journal is opened. */
  load(pool: PoolId, row: Row): void {
    const digest = digestRow(pool, row);
    addDigest(this.digest, digest);
    this.#slots.set(pool, { row, lo: digest.lo, hi: digest.hi, before: undefined, isBorn: false });
  }

  row(pool: PoolId): Readonly<Row> {
    return this.#slots.get(pool)?.row ?? EMPTY_ROW;
  }

  has(pool: PoolId): boolean {
    return this.#slots.has(pool);
  }

  get poolCount(): number {
    return this.#slots.size;
  }

  *rows(): Iterable<[PoolId, Readonly<Row>]> {
    for (const [pool, slot] of this.#slots) yield [pool, slot.row];
  }

  /** The row, to be changed by the fold alone; remembers how it was. */
  touch(pool: PoolId): Row {
    let slot = this.#slots.get(pool);
    if (slot === undefined) {
      slot = { row: emptyRow(), lo: 0, hi: 0, before: undefined, isBorn: true };
      this.#slots.set(pool, slot);
    }
    this.#isDigestStale = true;
    if (slot.before === undefined) {
      slot.before = copyRow(slot.row);
      this.#touched.set(pool, slot);
    }
    return slot.row;
  }

  /** The head, to be changed; remembers how it was. */
  touchHead(): StreamHead {
    if (this.#headBefore === undefined) {
      this.#headBefore = this.head;
      this.head = { ...this.head };
    }
    return this.head;
  }

  /**
   * Of an own life: the last entry that is known here of its parent's chain, by which that one finds that it is the
   * past (F1). Where it left that parent and came back (F3a), it was told nothing since, and took grants before.
   */
  get lastSeen(): number {
    const { parent, parentSeen } = this.head;
    let last = parentSeen;
    if (parent === null) return last;
    for (const { row } of this.#slots.values()) last = Math.max(last, cellOf(row.took, parent)?.seq ?? 0);
    return last;
  }

  /** The last entry that is on disk: the head without what the open turn did. */
  get durableSeq(): number {
    return (this.#headBefore ?? this.head).seq;
  }

  get touchedPools(): Iterable<PoolId> {
    return this.#touched.keys();
  }

  /** Brings the digest up to date with every row touched so far. */
  currentDigest(): Digest {
    if (!this.#isDigestStale) return this.digest;
    this.#isDigestStale = false;
    this.#digestBefore ??= { ...this.digest };
    for (const [pool, slot] of this.#touched) {
      const digest = digestRow(pool, slot.row);
      subtractDigest(this.digest, { lo: slot.lo, hi: slot.hi });
      addDigest(this.digest, digest);
      slot.lo = digest.lo;
      slot.hi = digest.hi;
    }
    return this.digest;
  }

  /** The turn is durable: what it did is now how things are. */
  keep(): void {
    this.currentDigest();
    for (const slot of this.#touched.values()) {
      slot.before = undefined;
      slot.isBorn = false;
    }
    this.#touched.clear();
    this.#headBefore = undefined;
    this.#digestBefore = undefined;
  }

  /** The turn failed: memory goes back to what is on disk (D4). */
  putBack(): void {
    for (const [pool, slot] of this.#touched) {
      if (slot.isBorn) {
        // An empty row has a digest of its own, which the sum never had.
        this.#slots.delete(pool);
        continue;
      }
      slot.row = slot.before as Row;
      slot.before = undefined;
      const digest = digestRow(pool, slot.row);
      slot.lo = digest.lo;
      slot.hi = digest.hi;
    }
    this.#touched.clear();
    this.#isDigestStale = false;
    if (this.#digestBefore !== undefined) Object.assign(this.digest, this.#digestBefore);
    if (this.#headBefore !== undefined) this.head = this.#headBefore;
    this.#headBefore = undefined;
    this.#digestBefore = undefined;
  }
}

/** F2: the other history of a forked writer, which stands under a name of its own and is never live. */
export function isBranch({ head }: Stream): boolean {
  return head.fence?.reason === 'branch';
}
