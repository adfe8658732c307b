/**
 * Observer: sees every machine and checks after every step what must always hold.
 *
 * It folds each writer's own entries as they become durable into books of its own,
 * and remembers what each machine told others, for none may ever forget that.
 */
import {
  type Answer,
  type Entry,
  incarnationOf,
  type PoolId,
  type ReplicaId,
  replicaOf,
  type WriterId,
} from '@tallystick/crdt';
import type { Frame } from '@tallystick/crdt/wire';
import { BookOfWriter, debtOf, freeOf, heldOf, isSameRow, textOfBook, textOfRow } from './books.ts';
import type { CloneBooks } from './clone-books.ts';
import type { Commit } from './disk.ts';
import { readOnce } from './disk-tables.ts';
import { GoodsHistory } from './goods-history.ts';
import { HoldBook } from './hold-book.ts';
import type { SimNode } from './node.ts';
import { checkOwed } from './owed-check.ts';
import { SeenCheck } from './seen-check.ts';
import type { Shelves } from './shelves.ts';
import { tell } from './tell.ts';
import { type Trace, Violation } from './trace.ts';

interface Told {
  position: number;
  readonly seqs: Map<WriterId, number>;
}

export interface ObserverOptions {
  /** False where wall clocks jump. */
  readonly trustsWallClocks: boolean;
  /** A life that was put back with its whole machine writes on, or has ended. */
  settlePutBack(life: WriterId, how: 'goes on' | 'ends'): void;
}

export class Observer {
  readonly books = new Map<WriterId, BookOfWriter>();
  readonly goods = new GoodsHistory();
  readonly #trace: Trace;
  readonly #shelves: Shelves;
  readonly #told = new Map<SimNode, Told>();
  readonly #holds: HoldBook;
  readonly #seen = new SeenCheck();
  /** One writer lives twice from here on, and books of another kind are kept. */
  clones: CloneBooks | undefined;
  readonly #options: ObserverOptions;
  /** Lives that were put back with their whole machines: they may end, and may go on. */
  readonly #putBack = new Set<WriterId>();
  /** Lives that were refused by a parent that knows a newer one. */
  readonly #superseded = new Set<WriterId>();
  /** Lives that ended because an earlier image was put back. */
  readonly ended = new Set<WriterId>();
  /** The parents that each replica had by its own word, the newest last. */
  readonly #parents = new Map<ReplicaId, ReplicaId[]>();
  /** The hash of each own entry that ever was durable, by writer and seq − 1. */
  readonly #hashes = new Map<WriterId, Uint8Array[]>();
  /** What each writer made durable last under a seq. */
  readonly #entries = new Map<WriterId, Entry[]>();

  constructor(trace: Trace, shelves: Shelves, options: ObserverOptions) {
    this.#options = options;
    this.#holds = new HoldBook(options.trustsWallClocks);
    this.#trace = trace;
    this.#shelves = shelves;
  }

  durable(node: SimNode, commits: readonly Commit[]): void {
    if (this.clones !== undefined) return this.clones.durable(node, commits);
    for (const commit of commits) {
      const own = commit.self;
      for (const stored of commit.entries) {
        const { writer, seq, hash } = stored;
        this.#trace.event('entry', node.name, seq);
        if (replicaOf(writer) === node.settings.replica) this.#own(node, readOnce(stored), hash);
        else this.#relayed(node, writer, seq, hash);
      }
      for (const { writer, pool, row } of commit.rows) {
        if (writer !== own) continue;
        const mine = this.#book(writer).row(pool);
        if (isSameRow(mine, row)) continue;
        throw new Violation(
          'D6',
          `${writer} ${pool} stored ${textOfRow(row)}, its entries say ${textOfBook(mine)}`,
        );
      }
    }
  }

  #book(writer: WriterId): BookOfWriter {
    let book = this.books.get(writer);
    if (book === undefined) {
      book = new BookOfWriter();
      this.books.set(writer, book);
    }
    return book;
  }

  #own(node: SimNode, entry: Entry, hash: Uint8Array): void {
    const { writer, seq, body } = entry;
    if (this.#putBack.delete(writer)) this.#options.settlePutBack(writer, 'goes on');
    const book = this.#book(writer);
    const hashes = this.#hashes.get(writer) ?? [];
    // A new life is told what its former lives did: those entries are known.
    if (this.ended.has(writer) && seq <= hashes.length) return this.#relayed(node, writer, seq, hash);
    this.#hashes.set(writer, hashes);
    hashes.push(hash);
    this.#entryAfter(writer, seq, entry);
    if (seq !== book.seq + 1) throw new Violation('D5', `${writer} goes from ${book.seq} to ${seq}`);
    checkDebtsFirst(book, entry);
    checkOwed(book, entry);
    const touched = book.add(entry);
    this.goods.add(writer, book, touched);
    this.#trace.say(node.name, () => `#${seq} ${tell(entry)}`);
    for (const pool of touched) {
      const row = book.row(pool);
      if (freeOf(row) < 0 || heldOf(row) < 0 || debtOf(row) < 0) {
        throw new Violation('T6', `${writer} ${pool} after ${seq} ${body.type}: ${textOfBook(row)}`);
      }
    }
    switch (body.type) {
      case 'reparented':
        this.#noteParent(writer, body.parent);
        return;
      case 'life':
        this.#noteParent(writer, body.parent);
        if (incarnationOf(writer) > 1) this.#endOthers(writer);
        return;
      case 'fenced':
        if (this.ended.has(body.writer)) return;
        // Put back to before a life that was given up meanwhile, it learns of that only with its welcome (seed 21001436).
        if (body.reason === 'superseded' && this.#hasNewerLife(body.writer)) {
          this.ended.add(body.writer);
          return;
        }
        throw new Violation('T6', `${node.name} fenced ${body.writer}, who is honest: ${body.reason}`);
      case 'took':
        this.#sawStray(node, body.from);
        for (const { pool, n } of body.items) {
          const sent = this.#book(body.from).row(pool).sent.get(writer) ?? 0;
          if (n > sent)
            throw new Violation('D1', `${writer} took ${n} ${pool}; ${body.from} durably sent ${sent}`);
        }
        return;
      case 'sent':
        if (this.ended.has(body.to) && replicaOf(body.to) !== replicaOf(writer))
          this.#trace.saw('late claim covered');
        if (body.to === node.disk.head(writer)?.parent) this.#trace.saw('recall served');
        return;
      case 'counted':
        for (const { pool, more } of body.lines) this.#shelves.found(pool, more);
        return;
      case 'repaid':
        this.#trace.saw('debt repaid');
        for (const { pool, n } of body.lines) this.#shelves.repaid(pool, n);
        return;
      default:
        this.#holds.add(entry, () => this.#trace.saw('expiry'));
    }
  }

  /** All that a replica's lives ever wrote, what is lost with a disk included. */
  readonly lives = (replica: ReplicaId): readonly Entry[] =>
    [...this.#entries].flatMap(([writer, entries]) => {
      const last = this.books.get(writer)?.seq ?? 0;
      return replicaOf(writer) === replica ? entries.filter(({ seq }) => seq <= last) : [];
    });

  #entryAfter(writer: WriterId, seq: number, entry: Entry): void {
    const entries = this.#entries.get(writer) ?? [];
    this.#entries.set(writer, entries);
    entries[seq - 1] = entry;
  }

  /** Units came from a former neighbour: one of the two was given another parent meanwhile (F3a). */
  #sawStray(node: SimNode, from: WriterId): void {
    const { replica } = node.settings;
    const parent = node.disk.head(node.disk.self as WriterId)?.parent;
    if (parent === null || parent === undefined) return;
    const [sender, above] = [replicaOf(from), replicaOf(parent)];
    if (sender === above || this.#parents.get(sender)?.at(-1) === replica) return;
    this.#trace.saw(
      this.#parents.get(sender)?.includes(replica)
        ? 'a surrender in flight reached the old parent from above'
        : 'a grant in flight reached a machine that had moved',
    );
  }

  /** Nobody knows more of a writer than that writer will always say of itself. */
  #relayed(node: SimNode, writer: WriterId, seq: number, hash: Uint8Array): void {
    const known = this.#hashes.get(writer)?.[seq - 1];
    if (known === undefined)
      throw new Violation('D1', `${node.name} has ${writer} ${seq}, which is durable nowhere`);
    if (!known.every((byte, i) => byte === hash[i]))
      throw new Violation('T3', `two contents of ${writer} ${seq}`);
  }

  #noteParent(writer: WriterId, parent: WriterId | null): void {
    const replica = replicaOf(writer);
    const parents = this.#parents.get(replica) ?? [];
    this.#parents.set(replica, parents);
    if (parent !== null && parents.at(-1) !== replicaOf(parent)) parents.push(replicaOf(parent));
  }

  /** A new life begins: each other one of that replica has ended, and for a reason. */
  #endOthers(life: WriterId): void {
    for (const writer of this.books.keys()) {
      if (writer === life || replicaOf(writer) !== replicaOf(life) || this.ended.has(writer)) continue;
      if (this.#putBack.delete(writer)) this.#options.settlePutBack(writer, 'ends');
      else if (!this.#superseded.has(writer))
        throw new Violation('F1', `${life}: a new life, and nothing was restored`);
      this.ended.add(writer);
    }
  }

  #hasNewerLife(life: WriterId): boolean {
    const isNewer = (writer: WriterId) =>
      replicaOf(writer) === replicaOf(life) && incarnationOf(writer) > incarnationOf(life);
    return [...this.books.keys()].some(isNewer);
  }

  superseded({ disk: { self } }: SimNode): void {
    if (self !== null) this.#superseded.add(self);
  }

  putBack(node: SimNode, life: WriterId): void {
    this.#putBack.add(life);
    this.#told.delete(node);
  }

  /** A life goes on from an earlier point, and what it did after that never was. */
  rewind(life: WriterId, entries: readonly Entry[]): void {
    this.books.delete(life);
    this.#holds.forget(life);
    this.#seen.forget(life);
    const hashes = this.#hashes.get(life);
    if (hashes !== undefined) hashes.length = entries.length;
    this.goods.forget(life);
    const book = this.#book(life);
    for (const entry of entries) this.goods.add(life, book, book.add(entry));
  }

  /** Machines that were put back and never wrote since: they went on. */
  settlePutBacks(): void {
    for (const life of this.#putBack) this.#options.settlePutBack(life, 'goes on');
    this.#putBack.clear();
  }

  /** An earlier image was put back: what this machine told of later, it no longer knows. */
  restored(node: SimNode, life: WriterId): void {
    this.ended.add(life);
    this.#told.delete(node);
  }

  // What was said once.

  #toldBy(node: SimNode): Told {
    let told = this.#told.get(node);
    if (told === undefined) {
      told = { position: 0, seqs: new Map() };
      this.#told.set(node, told);
    }
    return told;
  }

  leaving(node: SimNode, frame: Frame): void {
    if (this.clones !== undefined) return this.clones.leaving(node, frame);
    const told = this.#toldBy(node);
    const note = (writer: WriterId, seq: number) => {
      if (seq > (told.seqs.get(writer) ?? 0)) told.seqs.set(writer, seq);
    };
    switch (frame.kind) {
      case 'stream':
        told.position = Math.max(told.position, frame.to);
        return;
      case 'seen':
        this.#seen.said(frame, this.#entries.get(frame.parent) ?? [], this.#book(frame.writer));
        return;
      case 'ack':
      case 'welcome':
        // A child that names former lives of its parent is told that so much is enough: its parent claims nothing.
        for (const { writer, seq } of frame.has)
          if (replicaOf(writer) !== node.settings.replica) note(writer, seq);
        return;
      case 'cells':
        // Cells of former lives have no place in the cursor.
        if (frame.to > frame.from) note(frame.parent, frame.to);
        // What is passed on for others stands in the books above.
        for (const cell of frame.cells)
          if (replicaOf(cell.from) === node.settings.replica) note(cell.from, cell.seq);
        return;
      default:
    }
  }

  answered(node: SimNode, answer: Answer): void {
    if (!answer.ok) return;
    const { writer, seq, docId, monotonicMs } = answer.entry;
    const durable = this.#entries.get(writer)?.[seq - 1];
    if (this.clones === undefined && (durable?.docId !== docId || durable.monotonicMs !== monotonicMs))
      throw new Violation('D1', `${node.name} answered with ${docId} as ${writer} ${seq}, which no disk has`);
    const { seqs } = this.#toldBy(node);
    if (seq > (seqs.get(writer) ?? 0)) seqs.set(writer, seq);
  }

  /** A machine comes up: whatever it told anybody stands on its disk (D1). */
  restarting(node: SimNode): void {
    if (this.clones !== undefined) return;
    const { position, seqs } = this.#toldBy(node);
    if (node.disk.position < position) {
      throw new Violation('D1', `${node.name} streamed ${position} entries and has ${node.disk.position}`);
    }
    for (const [writer, seq] of seqs) {
      const has = node.disk.head(writer)?.seq ?? 0;
      if (has < seq)
        throw new Violation('D1', `${node.name} spoke of ${writer} ${seq} and has it up to ${has}`);
    }
  }

  free(writer: WriterId | null, pool: PoolId): number {
    // A life that is on no disk yet may never be: nobody remembers it for having been looked at.
    const book = writer === null ? undefined : this.books.get(writer);
    return book === undefined ? 0 : freeOf(book.row(pool));
  }
}

/** T4: who owes repays before anything is sold, held or sent; a loss alone needs nobody's leave. */
function checkDebtsFirst(book: BookOfWriter, { writer, seq, body }: Entry): void {
  const spent = new Map<PoolId, number>();
  const spend = (pool: PoolId, n: number) => spent.set(pool, (spent.get(pool) ?? 0) + n);
  if (body.type === 'sold') for (const line of body.lines) spend(line.pool, line.quantityBase - line.owed);
  else if (body.type === 'held') for (const { pool, n } of body.lines) spend(pool, n);
  // What a former life sold is that life's when it is taken back, and nobody's to repay with (T8).
  else if (body.type === 'sent' && replicaOf(body.to) !== replicaOf(writer))
    for (const { pool, n } of body.items) spend(pool, n);
  for (const [pool, n] of spent) {
    const row = book.row(pool);
    if (n > 0 && n > freeOf(row) - debtOf(row)) {
      throw new Violation(
        'T4',
        `${writer} ${seq} ${body.type} ${n} ${pool} before its debt: ${textOfBook(row)}`,
      );
    }
  }
}
