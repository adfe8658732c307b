/**
 * Cart log: the updates since each cart's state was written, of all carts in one list, the newest last.
 *
 * Devices of many carts edit at once, and what one commit writes should lie together: a table by cart would
 * touch a page for each of them. Which rows are whose is known in memory; when a file is opened, what is in
 * its log is written into the states, so nothing has to be looked for on disk. Rows that a state holds already
 * do no harm there: Yjs takes an update once. They are deleted from the front, many at a time.
 */
import type Database from 'better-sqlite3';

/** Deleted in one go, which takes some milliseconds. */
const TRIM_ROWS_MAX = 20_000;

export interface Logged {
  readonly nr: number;
  readonly updates: readonly Uint8Array[];
}

export class CartLog {
  /** Of each cart, the rows that its state does not hold. */
  readonly #live = new Map<number, number[]>();
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#sql = prepare(db);
  }

  /** Whether a cart has more than its state. */
  has(nr: number): boolean {
    return this.#live.has(nr);
  }

  /** Within a transaction. @returns the row, to be noted when that is committed */
  add(nr: number, bytes: Uint8Array): number {
    return Number(this.#sql.add.run(nr, bytes).lastInsertRowid);
  }

  /** It is committed. */
  note(nr: number, row: number): void {
    const rows = this.#live.get(nr);
    if (rows === undefined) this.#live.set(nr, [row]);
    else rows.push(row);
  }

  /** The state holds all of a cart now. */
  forget(nr: number): void {
    this.#live.delete(nr);
  }

  updatesOf(nr: number): Uint8Array[] {
    return (this.#live.get(nr) ?? []).map((row) => this.#sql.read.pluck().get(row) as Uint8Array);
  }

  /** Deletes rows that no cart needs, from the front. */
  trim(): void {
    let first = Number.MAX_SAFE_INTEGER;
    for (const [row = first] of this.#live.values()) first = Math.min(first, row);
    this.#sql.trim.run(first, TRIM_ROWS_MAX);
  }

  /** What a process before this one left, one cart after the other; then, within the same transaction, it is gone. */
  *takeOver(): Generator<Logged> {
    const rows = this.#sql.all.all() as { cart: number; bytes: Uint8Array }[];
    for (let from = 0; from < rows.length; ) {
      const nr = rows[from]?.cart as number;
      let to = from;
      while (rows[to]?.cart === nr) to += 1;
      yield { nr, updates: rows.slice(from, to).map(({ bytes }) => bytes) };
      from = to;
    }
    this.#sql.clear.run();
  }
}

function prepare(db: Database.Database) {
  return {
    add: db.prepare('insert into log (cart, bytes) values (?, ?)'),
    read: db.prepare('select bytes from log where nr = ?'),
    all: db.prepare('select cart, bytes from log order by cart, nr'),
    trim: db.prepare('delete from log where nr in (select nr from log where nr < ? order by nr limit ?)'),
    clear: db.prepare('delete from log'),
  };
}
