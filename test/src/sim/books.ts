/**
 * Books: a second opinion on what entries mean. It shares no code with the core: rows
 * are plain sums of what each kind of entry says, written down from `escrow.md`.
 */
import { decodeEntry, type Entry, type PoolId, type Row, type WriterId } from '@tallystick/crdt';

export interface BookRow {
  received: number;
  reinstated: number;
  used: number;
  departed: number;
  opened: number;
  closed: number;
  owed: number;
  repaid: number;
  readonly sent: Map<WriterId, number>;
  readonly took: Map<WriterId, number>;
  readonly reclaimed: Map<WriterId, number>;
}

export class BookOfWriter {
  readonly rows = new Map<PoolId, BookRow>();
  seq = 0;

  row(pool: PoolId): BookRow {
    let row = this.rows.get(pool);
    if (row === undefined) {
      row = {
        received: 0,
        reinstated: 0,
        used: 0,
        departed: 0,
        opened: 0,
        closed: 0,
        owed: 0,
        repaid: 0,
        sent: new Map(),
        took: new Map(),
        reclaimed: new Map(),
      };
      this.rows.set(pool, row);
    }
    return row;
  }

  /** @returns the pools that the entry touched. */
  add(entry: Entry): Set<PoolId> {
    const touched = new Set<PoolId>();
    const at = (pool: PoolId) => {
      touched.add(pool);
      return this.row(pool);
    };
    this.seq = entry.seq;
    const { body } = entry;
    if (body.type === 'sold' || body.type === 'confirmed') {
      if (body.type === 'confirmed') for (const { pool, n } of body.closes) at(pool).closed += n;
      for (const line of body.lines) {
        const row = at(line.pool);
        row.used += line.quantityBase - line.owed;
        row.owed += line.owed;
        if (line.departed) row.departed += line.quantityBase;
      }
    } else if (body.type === 'counted' || body.type === 'lost') {
      for (const line of body.lines) {
        const row = at(line.pool);
        row.departed += line.less;
        row.used += line.less - line.owed;
        row.owed += line.owed;
        if ('more' in line) row.received += line.more;
      }
    } else if (body.type === 'held') for (const { pool, n } of body.lines) at(pool).opened += n;
    else if (body.type === 'released') for (const { pool, n } of body.closes) at(pool).closed += n;
    else if (body.type === 'cancelled') for (const { pool, n } of body.lines) at(pool).reinstated += n;
    else if (body.type === 'received') for (const { pool, n } of body.lines) at(pool).received += n;
    else if (body.type === 'returned') for (const { pool, n } of body.lines) at(pool).received += n;
    else if (body.type === 'shipped') for (const { pool, n } of body.lines) at(pool).departed += n;
    else if (body.type === 'repaid') {
      for (const { pool, n } of body.lines) {
        at(pool).used += n;
        at(pool).repaid += n;
      }
    } else if (body.type === 'sent') for (const { pool, n } of body.items) add(at(pool).sent, body.to, n);
    else if (body.type === 'reclaimed')
      for (const { pool, n } of body.items) add(at(pool).reclaimed, body.writer, n);
    else if (body.type === 'took') for (const { pool, n } of body.items) at(pool).took.set(body.from, n);
    return touched;
  }
}

export function foldAll(entries: Iterable<Entry>): Map<WriterId, BookOfWriter> {
  const books = new Map<WriterId, BookOfWriter>();
  for (const entry of entries) {
    const book = books.get(entry.writer) ?? new BookOfWriter();
    books.set(entry.writer, book);
    book.add(entry);
  }
  return books;
}

/** The books of all chains, without the other histories of writers that forked. */
export function foldChains(
  stored: readonly { readonly writer: WriterId; readonly bytes: Uint8Array }[],
): Map<WriterId, BookOfWriter> {
  const all = stored.map(({ writer, bytes }) => ({ writer, entry: decodeEntry(bytes) }));
  return foldAll(all.filter(({ writer, entry }) => entry.writer === writer).map(({ entry }) => entry));
}

function add(cells: Map<WriterId, number>, writer: WriterId, n: number): void {
  cells.set(writer, (cells.get(writer) ?? 0) + n);
}

function total(cells: ReadonlyMap<WriterId, number>): number {
  let sum = 0;
  for (const n of cells.values()) sum += n;
  return sum;
}

export function rightsOf(row: BookRow): number {
  return row.received + row.reinstated + total(row.took) + total(row.reclaimed) - total(row.sent) - row.used;
}

export function heldOf(row: BookRow): number {
  return row.opened - row.closed;
}

export function freeOf(row: BookRow): number {
  return rightsOf(row) - heldOf(row);
}

export function debtOf(row: BookRow): number {
  return row.owed - row.repaid;
}

const COUNTERS = [
  'received',
  'reinstated',
  'used',
  'departed',
  'opened',
  'closed',
  'owed',
  'repaid',
] as const;

/** The canonical text of a row, from the books or from the core: equal texts are equal rows. */
export function textOfBook(row: BookRow): string {
  const cells = (map: ReadonlyMap<WriterId, number>) =>
    [...map]
      .map(([w, n]) => `${w}=${n}`)
      .sort()
      .join(' ');
  const counters = COUNTERS.map((name) => row[name]).join(' ');
  return `${counters} | ${cells(row.sent)} | ${cells(row.took)} | ${cells(row.reclaimed)}`;
}

const NOTHING = textOfBook(new BookOfWriter().row('none@none' as PoolId));

/** Whether the core's row is the one of the books: as equal texts would say, without writing them. */
export function isSameRow(book: BookRow, row: Readonly<Row> | undefined): boolean {
  if (row === undefined) return textOfBook(book) === NOTHING;
  for (const name of COUNTERS) if (book[name] !== row[name]) return false;
  return (
    areSameCells(book.sent, row.sent) &&
    areSameCells(book.took, row.took) &&
    areSameCells(book.reclaimed, row.reclaimed)
  );
}

/** Every writer of the books is there with its amount, and nobody else is, nor anybody twice. */
function areSameCells(cells: ReadonlyMap<WriterId, number>, list: Row['sent']): boolean {
  if (cells.size !== list.length) return false;
  for (const [writer, n] of cells) {
    if (!list.some((cell) => cell.writer === writer && cell.n === n)) return false;
  }
  return true;
}

/** A pool that no entry ever changed has no row, which is the same as a row of noughts. */
export function textOfRow(row: Readonly<Row> | undefined): string {
  if (row === undefined) return NOTHING;
  const cells = (list: Row['sent']) =>
    list
      .map(({ writer, n }) => `${writer}=${n}`)
      .sort()
      .join(' ');
  const counters = COUNTERS.map((name) => row[name]).join(' ');
  return `${counters} | ${cells(row.sent)} | ${cells(row.took)} | ${cells(row.reclaimed)}`;
}
