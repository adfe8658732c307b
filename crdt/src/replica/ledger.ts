/**
 * Ledger: the streams a replica holds, and the one place where they change.
 *
 * A turn appends own entries and takes in others'; `endTurn` says what must be
 * written in one commit; then either `keep` or `putBack`. Nothing that a turn did
 * may be seen by anyone outside before its commit (D1), which is why the ledger
 * hands out writes and never frames or answers.
 */
import { encodeEntry } from '../entry/codec.ts';
import type { BodyOf, Entry, EntryBody, FenceReason, Hash, ReplicaKind } from '../entry/entry.ts';
import { ENTRY_VERSION } from '../entry/entry.ts';
import type { HoldId, LineId, OrderId, PoolId, ReplicaId, WriterId } from '../ids.ts';
import { replicaOf } from '../ids.ts';
import { applyEffect, type Effect, forEachEffect } from '../tally/fold.ts';
import { spendable } from '../tally/guards.ts';
import { branchHead } from './branches.ts';
import { isOfCopy } from './copies.ts';
import type { DocumentKind } from './documents.ts';
import type { Hold } from './holds.ts';
import type { EntryRef, JournalView, LineProgress } from './journal-view.ts';
import { OpenHolds } from './open-holds.ts';
import { OpenTurn } from './open-turn.ts';
import { isRepeat, wasOfCopy, wasRepeat } from './repeats.ts';
import { type Fence, isBranch, newHead, reparent, Stream, type StreamHead } from './stream.ts';
import { ToldCells } from './told-cells.ts';
import { ToldTaken } from './told-taken.ts';
import type { Stored, Writes, WrittenEntry } from './writes.ts';

export interface Now {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly bootId: string;
}

export type Sha256 = (bytes: Uint8Array) => Uint8Array;

export class Ledger {
  readonly view: JournalView;
  readonly streams = new Map<WriterId, Stream>();
  /** F2: those of the streams that are branches; hardly ever any. */
  readonly branches = new Set<Stream>();
  readonly openHolds: OpenHolds;
  /** Cells that the parent told for writers below, and what those above took of lives settled below: soft (L1, F3). */
  readonly toldCells = new ToldCells();
  readonly toldTaken = new ToldTaken();
  /** Told of every effect just before it is applied. */
  onEffect: (stream: Stream, effect: Effect) => void = () => {};
  /** Told of every writer that is heard of first, shut out, reached another way, or under another parent. */
  onHead: (stream: Stream) => void = () => {};
  /** Whose child the registry says that a replica is (F3a). */
  parentOf: (replica: ReplicaId) => ReplicaId | undefined = () => undefined;
  /** Told of a writer that has another replica for its parent (F3a). */
  onMoved: (stream: Stream) => void = () => {};
  /** Told of a writer whose fence was read from an own entry. */
  onFence: (stream: Stream) => void = () => {};
  /** A restored replica waits for what its former lives did (T8). */
  awaitsFormerLives: boolean;
  #awaitedBefore: boolean;
  #self: WriterId | null;
  /** As it was asked for last: a sale does so ten times. */
  #selfStream: Stream | undefined;
  readonly #loaded: WriterId | null;
  #position: number;
  readonly hash: Sha256;
  #selfBefore: WriterId | null;
  #turn: OpenTurn;
  #born: Stream[] = [];
  readonly #dirty = new Set<Stream>();

  constructor(stored: Stored, view: JournalView, sha256: Sha256) {
    this.view = view;
    this.#turn = new OpenTurn(view);
    this.hash = sha256;
    this.#self = stored.self;
    this.#loaded = stored.self;
    this.#selfBefore = stored.self;
    this.#position = stored.position;
    this.awaitsFormerLives = stored.awaitsFormerLives;
    this.#awaitedBefore = stored.awaitsFormerLives;
    for (const stream of stored.streams) {
      this.streams.set(stream.writer, stream);
      if (isBranch(stream)) this.branches.add(stream);
    }
    this.openHolds = new OpenHolds(stored.holds);
  }

  get self(): Stream {
    if (this.#selfStream?.writer !== this.#self) this.#selfStream = this.streams.get(this.#self as WriterId);
    if (this.#selfStream === undefined) throw new Error('This replica has no life yet.');
    return this.#selfStream;
  }

  /** True where this life was read from a disk, which may have been put back; false where it began in this run. */
  get isFromDisk(): boolean {
    return this.#loaded !== null && this.#loaded === this.#self;
  }

  get hasLife(): boolean {
    return this.#self !== null;
  }

  /** Entries in the journal, those of the open turn included. */
  get position(): number {
    return this.#position + this.#turn.entryCount;
  }

  /** Entries in the journal that are on disk. */
  get durablePosition(): number {
    return this.#position;
  }

  /** Units of a pool that may be used here now; what was taken back from a lost writer, once that was settled (F3). */
  usable(pool: PoolId): number {
    return Math.max(0, spendable(this.self.row(pool)) - this.withheld(pool));
  }

  /** Reclaimed units that the authority has not settled yet. */
  withheld(pool: PoolId): number {
    const { reclaimed } = this.self.row(pool);
    const { parent, settled } = this.self.head;
    if (reclaimed.length === 0 || parent === null) return 0;
    return reclaimed.reduce((units, { n, seq }) => (seq > settled.seq ? units + n : units), 0);
  }

  /** Begins a life: a writer that no one has been before. It has no rights but those it takes later. */
  beginLife(writer: WriterId, kind: ReplicaKind, parent: WriterId | null, now: Now): Entry {
    const stream = this.addStream(writer, newHead(kind, parent, null));
    this.#self = stream.writer;
    // What a former life set aside is void (F3): its units stay with it, and its customers must ask again.
    this.openHolds.endOthers(writer);
    return this.append({ type: 'life', kind, parent }, '', 'system', now);
  }

  addStream(writer: WriterId, head: StreamHead): Stream {
    const stream = new Stream(writer, head);
    this.streams.set(writer, stream);
    if (isBranch(stream)) this.branches.add(stream);
    this.#born.push(stream);
    this.#dirty.add(stream);
    this.onHead(stream);
    return stream;
  }

  /** Writes an own entry. The guards were asked before: what stands here is a fact. */
  append(body: EntryBody, docId: string, actor: string, now: Now): Entry {
    const stream = this.self;
    const seq = stream.head.seq + 1;
    const entry: Entry = {
      v: ENTRY_VERSION,
      writer: stream.writer,
      seq,
      prevHash: stream.head.hash,
      docId: docId === '' ? `${stream.writer.slice(-16)}-${seq}` : docId,
      actor,
      wallMs: now.wallMs,
      monotonicMs: Math.floor(now.monotonicMs),
      bootId: now.bootId,
      body,
    };
    const bytes = encodeEntry(entry);
    this.accept(stream, { entry, bytes, hash: this.hash(bytes) });
    return entry;
  }

  /** Folds the next entry of a stream, whose place in its chain the caller has checked. @returns whether it was counted whole (T7) */
  accept(stream: Stream, written: WrittenEntry, isRepeated = isRepeat, isCopys = isOfCopy): boolean {
    const { entry } = written;
    this.#dirty.add(stream);
    let isWhole = true;
    const isOnce = !isRepeated(this, stream, entry);
    if (isOnce)
      forEachEffect(entry.body, (effect) => {
        this.onEffect(stream, effect);
        isWhole = applyEffect(stream.touch(effect.pool), effect, entry.seq) && isWhole;
      });
    const head = stream.touchHead();
    head.seq = entry.seq;
    head.hash = written.hash;
    if (!isBranch(stream)) {
      const before = entry.body.type === 'reparented' ? reparent(head, entry.body.parent) : undefined;
      if (entry.body.type === 'reparented') this.onHead(stream);
      if (before !== undefined) this.onMoved(stream);
      if (entry.body.type === 'fenced' && stream.writer === this.#self) this.noteFence(entry.body);
    }
    this.#turn.place(stream.writer, written);
    if (isOnce) this.#turn.file(stream.writer, entry, isCopys(this, stream.writer, entry));
    if (stream.writer === this.#self) this.openHolds.fold(entry);
    return isWhole;
  }

  touchHead(stream: Stream): StreamHead {
    this.#dirty.add(stream);
    return stream.touchHead();
  }

  changeHead(stream: Stream, change: Partial<Pick<StreamHead, 'via' | 'fence' | 'parent'>>): void {
    Object.assign(this.touchHead(stream), change);
    this.onHead(stream);
  }

  /** The hash of a known entry; undefined where it was pruned. */
  hashOf(stream: Stream, seq: number): Hash | undefined {
    if (seq === stream.head.seq) return stream.head.hash;
    return this.#turn.written(stream.writer, seq)?.hash ?? this.view.hashAt(stream.writer, seq);
  }

  /** Shuts a writer out: what it says from here on is kept, acked, and no longer trusted. */
  fence(stream: Stream, reason: FenceReason, now: Now): void {
    this.#fenceAt(stream, { seq: stream.head.seq, hash: stream.head.hash, reason }, now);
  }

  /** T6: shuts a writer out for the entry that was folded last, by an entry that comes before it. */
  fenceBefore(stream: Stream, written: WrittenEntry, reason: FenceReason, now: Now): void {
    this.#turn.takeBackLast();
    const { seq, prevHash } = written.entry;
    this.#fenceAt(stream, { seq: seq - 1, hash: prevHash, reason }, now);
    this.#turn.place(stream.writer, written);
  }

  /** A fence read from an own entry, or told from above; where it was just decided here, it stands already. */
  noteFence({ writer, seq, hash, reason }: Omit<BodyOf<'fenced'>, 'type'>): void {
    const stream = this.streams.get(writer);
    if (stream === undefined || stream.head.fence !== null) return;
    this.changeHead(stream, { fence: { seq, hash, reason } });
    this.onFence(stream);
  }

  #fenceAt(stream: Stream, fence: Fence, now: Now): void {
    this.changeHead(stream, { fence });
    if (stream.writer === this.#self) return;
    const { seq, hash, reason } = fence;
    this.append({ type: 'fenced', writer: stream.writer, seq, hash, reason }, '', 'system', now);
  }

  quarantine(written: WrittenEntry, reason: FenceReason): void {
    this.#turn.quarantined.push({ ...written, reason });
  }

  findDocument(kind: DocumentKind, id: string): EntryRef | undefined {
    return this.#turn.findDocument(kind, id);
  }

  /** The entry that first carried a document, from this turn or from the journal. */
  documentEntry(kind: DocumentKind, id: string): Entry | undefined {
    const ref = this.#turn.findDocument(kind, id);
    return ref && this.#turn.entryAt(ref.writer, ref.seq);
  }

  lookAhead(kind: DocumentKind, ids: readonly string[]): void {
    this.#turn.lookAhead(kind, ids);
  }

  /** An entry of this turn or of the journal. */
  entryAt(writer: WriterId, seq: number): Entry | undefined {
    return this.#turn.entryAt(writer, seq);
  }

  get holds(): ReadonlyMap<HoldId, Hold> {
    return this.openHolds.all;
  }

  lineProgress(orderId: OrderId, lineId: LineId): LineProgress {
    return this.#turn.lineProgress(orderId, lineId);
  }

  get hasWrites(): boolean {
    if (this.#dirty.size > 0 || this.#turn.quarantined.length > 0) return true;
    return this.awaitsFormerLives !== this.#awaitedBefore;
  }

  /** What this turn must make durable, or undefined when it changed nothing. */
  endTurn(): Writes | undefined {
    if (!this.hasWrites) return undefined;
    const rows: Writes['rows'][number][] = [];
    for (const stream of this.#dirty) {
      stream.currentDigest();
      for (const pool of stream.touchedPools) rows.push({ stream, pool, row: stream.row(pool) });
    }
    return {
      position: this.#position,
      self: this.self.writer,
      runs: this.#turn.runs,
      rows,
      streams: [...this.#dirty],
      documents: this.#turn.documents,
      progress: this.#turn.progress,
      holds: this.openHolds.changes,
      quarantined: this.#turn.quarantined,
      awaitsFormerLives: this.awaitsFormerLives,
    };
  }

  /**
   * Folds entries that another process of the same replica has made durable (the
   * authority's processes share one journal). The open turn must be empty.
   */
  absorb(writer: WriterId, written: WrittenEntry, via: ReplicaId | null): void {
    const { entry } = written;
    let stream = this.streams.get(writer);
    const forked = writer === entry.writer ? undefined : this.streams.get(entry.writer);
    if (stream === undefined && forked !== undefined) {
      stream = this.addStream(writer, branchHead(forked, entry.seq - 1, entry.prevHash));
    } else if (stream === undefined) {
      if (entry.body.type !== 'life') throw new Error(`D5: ${entry.writer} does not begin with its life`);
      stream = this.addStream(entry.writer, newHead(entry.body.kind, entry.body.parent, via));
      if (via === null) this.#self = entry.writer;
    }
    this.accept(stream, written, wasRepeat, wasOfCopy);
    this.openHolds.absorbed(entry);
  }

  /** At the root, what is in the books is settled. @returns the writers that came further in this turn. */
  settleAll(): WriterId[] {
    for (const { head } of this.#dirty) head.settled = { seq: head.seq, hash: head.hash };
    return [...this.#dirty].map(({ writer }) => writer);
  }

  keep(): void {
    for (const stream of this.#dirty) stream.keep();
    this.#position = this.position;
    this.#selfBefore = this.#self;
    this.#awaitedBefore = this.awaitsFormerLives;
    this.openHolds.keep();
    this.#clear();
  }

  putBack(): void {
    for (const stream of this.#dirty) stream.putBack();
    for (const stream of this.#born) {
      this.streams.delete(stream.writer);
      this.branches.delete(stream);
    }
    this.openHolds.putBack();
    this.#self = this.#selfBefore;
    this.#selfStream = undefined;
    this.awaitsFormerLives = this.#awaitedBefore;
    this.#clear();
  }

  #clear(): void {
    this.#turn = new OpenTurn(this.view);
    this.#born = [];
    this.#dirty.clear();
  }

  /** The lives of one replica that this ledger holds; a branch is no life. */
  livesOf(replica: ReplicaId): Stream[] {
    return [...this.streams.values()].filter((one) => replicaOf(one.writer) === replica && !isBranch(one));
  }
}
