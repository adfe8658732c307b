/**
 * Cart log: the updates since each cart's state was written, of all carts in one list, the newest last.
 *
 * Devices of many carts edit at once, and what one commit writes should lie together: a table by cart would
 * touch a page for each of them, and a row for each a statement. So a row holds what a commit brought, one update
 * after the other. Where whose updates are is known in memory; when a file is opened, what is in its log is written
 * into the states, so nothing has to be looked for on disk. Updates that a state holds already do no harm there:
 * Yjs takes an update once. Rows are deleted from the front, many at a time.
 */
import type Database from 'better-sqlite3';

/** Deleted in one go, which takes some milliseconds. */
const TRIM_ROWS_MAX = 500;
/** A row that has more is over: to read an update of it, SQLite goes through what stands before. */
const ROW_BYTES = 32 * 1024;
/** Before each update in a row: the number of its cart, in so many bytes, and its length. */
const CART_BYTES = 6;
const HEAD_BYTES = CART_BYTES + 4;
/** The cart of a row that holds updates of several; an older release wrote a row for each, under its cart. */
const SEVERAL = 0;

export interface NewUpdate {
  readonly nr: number;
  readonly bytes: Uint8Array;
}

export interface Logged {
  readonly nr: number;
  readonly updates: readonly Uint8Array[];
}

/** Where an update is. */
export interface Place {
  readonly row: number;
  /** From 1, as SQL counts. */
  readonly from: number;
  readonly length: number;
}

export class CartLog {
  /** Of each cart, the updates that its state does not hold, in their order. */
  readonly #live = new Map<number, Place[]>();
  readonly #sql: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#sql = prepare(db);
  }

  /** Whether a cart has more than its state. */
  has(nr: number): boolean {
    return this.#live.has(nr);
  }

  /** Within a transaction. @returns where each of them is, to be noted when that is committed */
  add(updates: readonly NewUpdate[]): Place[] {
    const places: Place[] = [];
    for (let from = 0; from < updates.length; ) {
      let to = from;
      let size = 0;
      while (to < updates.length && size < ROW_BYTES) {
        size += HEAD_BYTES + (updates[to] as NewUpdate).bytes.length;
        to += 1;
      }
      this.#addRow(updates.slice(from, to), size, places);
      from = to;
    }
    return places;
  }

  #addRow(updates: readonly NewUpdate[], size: number, places: Place[]): void {
    const bytes = Buffer.allocUnsafe(size);
    const starts: number[] = [];
    let at = 0;
    for (const update of updates) {
      bytes.writeUIntBE(update.nr, at, CART_BYTES);
      bytes.writeUInt32BE(update.bytes.length, at + CART_BYTES);
      bytes.set(update.bytes, at + HEAD_BYTES);
      starts.push(at + HEAD_BYTES + 1);
      at += HEAD_BYTES + update.bytes.length;
    }
    const row = Number(this.#sql.add.run(SEVERAL, bytes).lastInsertRowid);
    updates.forEach((update, i) => {
      places.push({ row, from: starts[i] as number, length: update.bytes.length });
    });
  }

  /** It is committed. */
  note(nr: number, place: Place): void {
    const places = this.#live.get(nr);
    if (places === undefined) this.#live.set(nr, [place]);
    else places.push(place);
  }

  /** The state holds all of a cart now. */
  forget(nr: number): void {
    this.#live.delete(nr);
  }

  updatesOf(nr: number): Uint8Array[] {
    return (this.#live.get(nr) ?? []).map(
      ({ row, from, length }) => this.#sql.read.pluck().get(from, length, row) as Uint8Array,
    );
  }

  /** Deletes rows that no cart needs, from the front. */
  trim(): void {
    let first = Number.MAX_SAFE_INTEGER;
    for (const [place] of this.#live.values()) first = Math.min(first, place?.row ?? first);
    this.#sql.trim.run(first, TRIM_ROWS_MAX);
  }

  /** What a process before this one left, one cart after the other; then, within the same transaction, it is gone. */
  *takeOver(): Generator<Logged> {
    const byCart = new Map<number, Uint8Array[]>();
    for (const { nr, bytes } of this.#rows()) {
      const known = byCart.get(nr);
      if (known === undefined) byCart.set(nr, [bytes]);
      else known.push(bytes);
    }
    for (const [nr, updates] of byCart) yield { nr, updates };
    this.#sql.clear.run();
  }

  *#rows(): Generator<NewUpdate> {
    for (const { cart, bytes } of this.#sql.all.all() as { cart: number; bytes: Buffer }[]) {
      if (cart !== SEVERAL) yield { nr: cart, bytes };
      for (let at = 0; cart === SEVERAL && at < bytes.length; ) {
        const start = at + HEAD_BYTES;
        const end = start + bytes.readUInt32BE(at + CART_BYTES);
        yield { nr: bytes.readUIntBE(at, CART_BYTES), bytes: bytes.subarray(start, end) };
        at = end;
      }
    }
  }
}

function prepare(db: Database.Database) {
  return {
    add: db.prepare('insert into log (cart, bytes) values (?, ?)'),
    read: db.prepare('select substr(bytes, ?, ?) from log where nr = ?'),
    all: db.prepare('select cart, bytes from log order by nr'),
    trim: db.prepare('delete from log where nr in (select nr from log where nr < ? order by nr limit ?)'),
    clear: db.prepare('delete from log'),
  };
}
