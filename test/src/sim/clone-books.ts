/**
 * Clone books: what machines wrote while two of them had one identity (F2), as their disks
 * say, and what it adds up to. It shares no code with the core: histories are found by
 * their hashes, rows are plain sums (`books.ts`), and what was said twice is found again here.
 */
import { areTwins, type Entry, incarnationOf, type PoolId, replicaOf, type WriterId } from '@tallystick/crdt';
import { type Frame, hexOf } from '@tallystick/crdt/wire';
import { BookOfWriter, type BookRow, debtOf, rightsOf } from './books.ts';
import type { Commit, SimDisk } from './disk.ts';
import { readOnce } from './disk-tables.ts';
import { documentKindOf } from './document-kinds.ts';
import type { SimNode } from './node.ts';
import { tell } from './tell.ts';
import { type Trace, Violation } from './trace.ts';

/** What is said for as long as somebody knocks who is not let in, or owes what nobody has. */
const IDLE: ReadonlySet<Frame['kind']> = new Set(['challenge', 'hello', 'refuse', 'asks', 'denied']);

/** Kept by the observer from the moment on at which a machine is copied. */
export class CloneBooks {
  /** The hash of every entry that is durable anywhere → the writer that says it. */
  readonly durableBy = new Map<string, WriterId>();
  /** Lives that began since the copy was made. */
  readonly lives: WriterId[] = [];
  readonly #trace: Trace;
  readonly #now: () => number;
  /** When something was last written, and when something was last written or said. */
  wroteMs: number;
  saidMs: number;
  lastSaid = '';
  #frames = 0;

  /** @param everything a disk that has all that was written until now. */
  constructor(everything: SimDisk, trace: Trace, now: () => number) {
    this.#trace = trace;
    this.#now = now;
    this.wroteMs = now();
    this.saidMs = now();
    for (const stored of everything.entries) this.durableBy.set(hexOf(stored.hash), readOnce(stored).writer);
  }

  durable(node: SimNode, commits: readonly Commit[]): void {
    if (commits.length > 0) {
      this.wroteMs = this.#now();
      this.saidMs = this.#now();
      this.#frames = 0;
      this.lastSaid = `${node.name} writes`;
    }
    for (const { entries } of commits) {
      for (const stored of entries) {
        const hash = hexOf(stored.hash);
        if (this.durableBy.has(hash)) continue;
        const entry = readOnce(stored);
        const { writer, seq, body } = entry;
        if (replicaOf(writer) !== node.settings.replica)
          throw new Violation('D1', `${node.name} has ${writer} ${seq}, which is durable nowhere`);
        this.durableBy.set(hash, writer);
        this.#trace.say(node.name, () => `#${seq} of ${writer}: ${tell(entry)}`);
        if (body.type === 'life' && incarnationOf(writer) > 1) this.lives.push(writer);
      }
    }
  }

  leaving({ name }: SimNode, { kind }: Frame): void {
    if (IDLE.has(kind)) return;
    this.#frames += 1;
    this.lastSaid = `${name} says ${kind}`;
    this.saidMs = this.#now();
  }

  get framesSinceWrite(): number {
    return this.#frames;
  }
}

/** One chain of entries of a writer: from its first entry on, or from where it left another. */
export interface History {
  /** The name under which the books keep it. */
  readonly name: WriterId;
  readonly writer: WriterId;
  readonly left: { readonly history: History; readonly seq: number } | undefined;
  readonly entries: { readonly entry: Entry; readonly counts: boolean }[];
  /** What its own entries add up to, without repeats. */
  readonly book: BookOfWriter;
}

/** All histories that stand on a disk, with what counts of them, by their names there. */
export function historiesOn(disk: SimDisk): Map<WriterId, History> {
  const histories = new Map<WriterId, History>();
  const places = new Map<string, { history: History; seq: number }>();
  const repeats = new Repeats();
  for (const stored of disk.entries) {
    const { writer: name, hash } = stored;
    const entry = readOnce(stored);
    let history = histories.get(name);
    const before = places.get(hexOf(entry.prevHash));
    if (history === undefined) {
      if (entry.seq > 1 && before === undefined)
        throw new Violation('F2', `${name} ${entry.seq} joins no history of ${entry.writer}`);
      history = { name, writer: entry.writer, left: before, entries: [], book: new BookOfWriter() };
      histories.set(name, history);
    } else if (before?.history !== history) {
      throw new Violation('T2', `${name} ${entry.seq} does not follow the entry before it`);
    }
    const fence = disk.head(name)?.fence;
    const isLate = fence !== null && fence !== undefined && entry.seq > fence.seq;
    const counts = repeats.counts(entry, isLate);
    if (counts) history.book.add(entry);
    history.entries.push({ entry, counts });
    places.set(hexOf(hash), { history, seq: entry.seq });
  }
  return histories;
}

/** A writer's entries along one history, from its first to its last. */
export function pathOf({ left, entries }: History): History['entries'] {
  if (left === undefined) return entries;
  return [...pathOf(left.history).filter(({ entry }) => entry.seq <= left.seq), ...entries];
}

/** Whether two histories of a writer, after they parted, sent units of one pool to the same neighbour. */
export function isSentByBoth(forked: readonly History[]): boolean {
  const partedAt = Math.min(...forked.map(({ left }) => left?.seq ?? Number.POSITIVE_INFINITY));
  const sentBy = new Map<string, History>();
  for (const history of forked) {
    for (const { entry } of history.entries) {
      const { seq, body } = entry;
      if (body.type !== 'sent' || seq <= partedAt) continue;
      for (const { pool } of body.items) {
        const cell = `${body.to} ${pool}`;
        if ((sentBy.get(cell) ?? history) !== history) return true;
        sentBy.set(cell, history);
      }
    }
  }
  return false;
}

export function documentOf({ body, docId }: Entry): string | undefined {
  const kind = documentKindOf(body);
  return kind && `${kind} ${docId}`;
}

/** T8: of what a writer said after it was shut out, a document counts once, and an order moves no further than it goes. */
class Repeats {
  readonly #documents = new Set<string>();
  /** Units sold on each line, and how many of them went which way. */
  readonly #sold = new Map<string, number>();
  readonly #moved = new Map<string, number>();
  /** Who sold an order first, and by order and writer who sold it as well: each owns what it sold. */
  readonly #seller = new Map<string, WriterId>();
  readonly #copies = new Set<string>();

  counts(entry: Entry, isLate: boolean): boolean {
    const document = documentOf(entry);
    if (isLate && document !== undefined && this.#documents.has(document)) return false;
    const { body } = entry;
    const isMove = body.type === 'cancelled' || body.type === 'returned' || body.type === 'shipped';
    if (isMove) {
      const way = body.type === 'shipped' ? 'out' : 'back';
      const seller = this.#seller.get(body.orderId) ?? entry.writer;
      const copySeller =
        body.type === 'cancelled' ? this.#copyOf(body.orderId, seller, entry.writer) : undefined;
      if (isLate && body.type === 'cancelled' && copySeller === undefined && !isOrWas(seller, entry.writer))
        return false;
      const copy = copySeller === undefined ? '' : ` ${copySeller}`;
      const key = (lineId: string) => `${body.orderId} ${lineId}${copy}`;
      const isBeyond = body.lines.some(({ lineId, n }) => {
        const sold = this.#sold.get(key(lineId));
        return sold !== undefined && (this.#moved.get(`${way} ${key(lineId)}`) ?? 0) + n > sold;
      });
      if (isLate && isBeyond) return false;
      for (const { lineId, n } of body.lines) {
        const place = `${way} ${key(lineId)}`;
        this.#moved.set(place, (this.#moved.get(place) ?? 0) + n);
      }
    }
    if (body.type === 'sold' || body.type === 'confirmed') {
      const seller = this.#seller.get(body.orderId) ?? entry.writer;
      this.#seller.set(body.orderId, seller);
      const isCopy = seller !== entry.writer;
      if (isCopy) this.#copies.add(`${body.orderId} ${entry.writer}`);
      for (const { lineId, quantityBase } of body.lines) {
        const key = `${body.orderId} ${lineId}${isCopy ? ` ${entry.writer}` : ''}`;
        if (!this.#sold.has(key)) this.#sold.set(key, quantityBase);
      }
    }
    if (document !== undefined) this.#documents.add(document);
    return true;
  }

  /** Who sold the copy that somebody takes back: itself, or, of another replica's order, its newest former life that did. */
  #copyOf(orderId: string, seller: WriterId, by: WriterId): WriterId | undefined {
    const sellers = [...this.#copies].filter((copy) => copy.startsWith(`${orderId} `));
    const lives = sellers.map((copy) => copy.slice(orderId.length + 1) as WriterId);
    if (lives.includes(by)) return by;
    if (isOrWas(seller, by)) return undefined;
    const former = lives.filter((life) => isOrWas(life, by) && !areTwins(life, by));
    return former.sort((a, b) => incarnationOf(b) - incarnationOf(a))[0];
  }
}

/**
 * Whether a life is this one, or one before it of the same replica. Two machines may have begun one life each after the
 * same one, and sold the same order: it is one order.
 */
function isOrWas(life: WriterId, later: WriterId): boolean {
  return replicaOf(life) === replicaOf(later) && incarnationOf(life) <= incarnationOf(later);
}

/** A writer with all that it did, once: what its histories share, what each added, and of what they moved the greater amount. */
export class Accounts {
  readonly #rows = new Map<WriterId, Map<PoolId, BookRow>>();
  readonly historiesOf = new Map<WriterId, History[]>();
  readonly #disk: SimDisk;

  /** @param disk where they stand: it says who was shut out at which point. */
  constructor(histories: Iterable<History>, disk: SimDisk) {
    this.#disk = disk;
    for (const history of histories) {
      const known = this.historiesOf.get(history.writer) ?? [];
      this.historiesOf.set(history.writer, [...known, history]);
    }
    for (const [writer, all] of this.historiesOf) this.#rows.set(writer, joined(all));
    // A lost life of which no entry is left has an account all the same: what others say of it (F6).
    for (const writer of disk.writers) if (disk.head(writer)?.seq === 0) this.historiesOf.set(writer, []);
  }

  get writers(): Iterable<WriterId> {
    return this.historiesOf.keys();
  }

  row(writer: WriterId, pool: PoolId): BookRow {
    return this.#rows.get(writer)?.get(pool) ?? new BookOfWriter().row(pool);
  }

  /** Units sent that the other has not written down. */
  onItsWay(from: WriterId, to: WriterId, pool: PoolId): number {
    return (this.row(from, pool).sent.get(to) ?? 0) - (this.row(to, pool).took.get(from) ?? 0);
  }

  /** Of what a child surrendered to a life of its parent and nobody took: what it said behind its fence, which stays its own. */
  #void(child: WriterId, to: WriterId, pool: PoolId): number {
    const { fence, parent } = this.#disk.head(child) ?? {};
    if (!fence || !parent) return 0;
    // Of another parent that it named too late, only a live one leaves it what it did not take.
    if (replicaOf(parent) !== replicaOf(to) && this.#disk.head(to)?.fence !== null) return 0;
    // A forgotten life of the authority may have used it (F6).
    const { self } = this.#disk;
    if (self !== null && to !== self && replicaOf(to) === replicaOf(self)) return 0;
    let late = this.row(child, pool).sent.get(to) ?? 0;
    const chain = this.historiesOf.get(child)?.find(({ name }) => name === child);
    for (const { entry } of chain?.entries ?? []) {
      const { body, seq } = entry;
      if (body.type !== 'sent' || body.to !== to || seq > fence.seq) continue;
      for (const item of body.items) if (item.pool === pool) late -= item.n;
    }
    return Math.min(late, Math.max(0, this.onItsWay(child, to, pool)));
  }

  /** Units that a life surrendered when nobody trusted it any more, to those writers. */
  voidTo(writer: WriterId, pool: PoolId, isMeant: (to: WriterId) => boolean): number {
    let units = 0;
    for (const to of this.writers) if (isMeant(to)) units += this.#void(writer, to, pool);
    return units;
  }

  /** Units that a life which was shut out surrendered in time to its parent, and its replica has left that one (F3a). */
  leftBehind(writer: WriterId, pool: PoolId): number {
    const parent = this.#disk.head(writer)?.parent;
    if (!parent) return 0;
    let units = 0;
    for (const to of this.writers) {
      if (replicaOf(to) !== replicaOf(parent) || this.#disk.head(to)?.fence) continue;
      units += Math.max(0, this.onItsWay(writer, to, pool)) - this.#void(writer, to, pool);
    }
    return units;
  }

  /**
   * Units of documents that a writer said too late and that another said as well: T8 counts the first that comes, which
   * is another one where a shop that went from parent to parent told the two by two ways.
   */
  disputed(writer: WriterId, pool: PoolId): number {
    const mine = (this.historiesOf.get(writer) ?? []).flatMap(({ name, entries }) => {
      const fence = this.#disk.head(name)?.fence?.seq ?? Number.POSITIVE_INFINITY;
      return entries.map(({ entry }) => entry).filter(({ seq }) => seq > fence);
    });
    if (mine.length === 0) return 0;
    const elsewhere = new Set<string | undefined>();
    for (const [other, histories] of this.historiesOf)
      for (const { entry } of other === writer ? [] : histories.flatMap(({ entries }) => entries))
        elsewhere.add(documentOf(entry));
    let units = 0;
    for (const entry of mine) {
      const { body } = entry;
      if (documentOf(entry) === undefined || !elsewhere.has(documentOf(entry)) || !('lines' in body))
        continue;
      for (const line of body.lines)
        if (line.pool === pool)
          units += 'quantityBase' in line ? line.quantityBase : 'n' in line ? line.n : 0;
    }
    return units;
  }

  /**
   * What a writer that was shut out has left, or lacks: its rights without its debt, with what
   * came or went and was written down by one side only, and without what was taken back. What it
   * surrendered too late is still its own, whoever settles it.
   */
  left(writer: WriterId, pool: PoolId): number {
    const row = this.row(writer, pool);
    let left = rightsOf(row) - debtOf(row);
    for (const other of this.writers) {
      left += Math.max(0, this.onItsWay(other, writer, pool) - this.#void(other, writer, pool));
      left += Math.min(0, this.onItsWay(writer, other, pool));
      left += this.#void(writer, other, pool);
      left -= this.row(other, pool).reclaimed.get(writer) ?? 0;
    }
    return left;
  }
}

function joined(histories: readonly History[]): Map<PoolId, BookRow> {
  if (histories.length === 1) return (histories[0] as History).book.rows;
  const sum = new BookOfWriter();
  for (const history of histories) {
    for (const { entry, counts } of history.entries) if (counts) sum.add(entry);
  }
  // Cells add up over all entries there; what each history moved in all is the fold of its path.
  const paths = histories.map((history) => {
    const book = new BookOfWriter();
    for (const { entry, counts } of pathOf(history)) if (counts) book.add(entry);
    return book;
  });
  for (const [pool, row] of sum.rows) {
    for (const name of ['sent', 'took'] as const) {
      row[name].clear();
      for (const path of paths)
        for (const [to, n] of path.row(pool)[name]) row[name].set(to, Math.max(n, row[name].get(to) ?? 0));
    }
  }
  return sum.rows;
}
