/**
 * Cart file: the carts of one region on its disk, in a SQLite file of their own.
 *
 * A cart is a state and the updates since; many updates of many carts share one commit, and many commits one
 * flush. What was committed before a flush that has ended survives the plug.
 */
import { randomBytes } from 'node:crypto';
import { asJournalError, JournalError, onDisk } from '@tallystick/store-agent';
import Database from 'better-sqlite3';
import * as Y from 'yjs';
import { CartLog, type NewUpdate, type Place } from './cart-log.ts';
import { type Flush, WalFlush } from './wal-flush.ts';

/** 'CART': says whose file this is. */
const APPLICATION_ID = 0x43415254;
/** How the tables came to be; a file has taken so many of these steps as its version says. */
const STEPS: readonly string[] = [
  `
  create table secrets (name text primary key, value blob not null) strict;
  create table carts (
    nr integer primary key,
    id text not null unique,
    state blob not null,
    touched_ms integer not null
  ) strict;
  create index carts_by_touch on carts (touched_ms);
  create table updates (
    cart integer not null references carts,
    seq integer not null,
    bytes blob not null,
    primary key (cart, seq)
  ) strict, without rowid;
  `,
  // Whether "order" is pressed and not answered; what was told of a cart that was left (see LEFT).
  `
  alter table carts add column pressed integer not null default 0;
  alter table carts add column left_told integer not null default 0;
  create index carts_pressed on carts (nr) where pressed = 1;
  create index carts_untold on carts (touched_ms) where left_told = 0;
  `,
  // Updates of all carts in one list (see CartLog).
  `
  create table log (nr integer primary key, cart integer not null, bytes blob not null) strict;
  insert into log (cart, bytes) select cart, bytes from updates order by cart, seq;
  drop table updates;
  `,
  // What one commit brought of all carts in one row, which a release before this one would not find.
  '',
];
/** Nothing told yet; told, once and for all; looked at, and nothing to tell until it changes. */
export const LEFT = { untold: 0, told: 1, nothing: 2 } as const;
/** `pragma synchronous` as a number: commits are flushed beside the loop (see WalFlush). */
const NORMAL = 1;
const CACHE_KIB = 8 * 1024;
/** A page that many commits touch is carried over once for all of them. */
const WAL_PAGES = 8_192;
const PAGE_BYTES = 4_096;
/** Commits; so many bring fewer rows of the log than are trimmed in one go. */
const TRIM_EVERY = 32;

export interface StoredCart {
  readonly nr: number;
  readonly state: Uint8Array;
  readonly isPressed: boolean;
  readonly updates: readonly Uint8Array[];
}

/** What one commit writes. */
export interface Saved {
  readonly updates: readonly NewUpdate[];
  readonly whole: readonly WholeCart[];
  /** Carts where "order" is pressed now, or is no more. */
  readonly pressed: readonly { readonly nr: number; readonly isPressed: boolean }[];
}

/** A cart that nobody touched for a while. */
export interface Untouched {
  readonly id: string;
  readonly nr: number;
  readonly touchedMs: number;
}

/** A cart as it is now, in place of its state and all updates so far. */
export interface WholeCart {
  readonly nr: number;
  readonly state: Uint8Array;
}

export class CartFile {
  readonly secret: Uint8Array;
  readonly #db: Database.Database;
  readonly #path: string;
  readonly #sql: ReturnType<typeof prepare>;
  readonly #log: CartLog;
  readonly #wal: WalFlush;
  #commits = 0;

  /** @throws JournalError where the disk does not give what carts need */
  constructor(path: string, nowMs = Date.now(), flush?: Flush) {
    this.#path = path;
    this.#db = onDisk(path, () => open(path));
    this.#sql = prepare(this.#db);
    this.#log = new CartLog(this.#db);
    this.#wal = new WalFlush(this.#db, path, flush);
    this.#onDisk(() => this.#takeOver(nowMs));
    this.secret = this.#onDisk(() => this.#secret());
  }

  #onDisk<T>(act: () => T): T {
    return onDisk(this.#path, () => {
      this.#wal.mend();
      return act();
    });
  }

  /** Resolves when all that was committed before is on disk. @throws JournalError, and nobody knows what is */
  async flush(): Promise<void> {
    try {
      await this.#wal.later();
    } catch (error) {
      throw asJournalError(error, this.#path);
    }
  }

  /** The same, while the loop waits. */
  flushNow(): void {
    this.#onDisk(() => this.#wal.now());
  }

  #secret(): Uint8Array {
    const known = this.#db.prepare("select value from secrets where name = 'tokens'").pluck().get();
    if (known !== undefined) return known as Uint8Array;
    const secret = randomBytes(32);
    this.#db.prepare("insert into secrets (name, value) values ('tokens', ?)").run(secret);
    this.#wal.now();
    return secret;
  }

  /** On disk when it returns. */
  create(id: string, state: Uint8Array, nowMs: number): void {
    this.#onDisk(() => {
      this.#sql.create.run(id, state, nowMs);
      this.#wal.now();
    });
  }

  /** Its number; undefined where there is no such cart. */
  find(id: string): number | undefined {
    return this.#onDisk(() => this.#sql.number.pluck().get(id) as number | undefined);
  }

  load(id: string): StoredCart | undefined {
    return this.#onDisk(() => {
      const cart = this.#sql.find.get(id) as { nr: number; state: Uint8Array; pressed: number } | undefined;
      if (cart === undefined) return undefined;
      const { nr, state, pressed } = cart;
      return { nr, state, isPressed: pressed === 1, updates: this.#log.updatesOf(nr) };
    });
  }

  /** One commit for all of it, which a flush makes durable. @throws JournalError, and nothing was written */
  commit({ updates, whole, pressed }: Saved, nowMs: number): void {
    const places = this.#onDisk(() =>
      this.#db
        .transaction(() => {
          this.#commits += 1;
          // Before anything is added: what is added is not known to be needed until it is committed.
          if (this.#commits % TRIM_EVERY === 0) this.#log.trim();
          for (const { nr, state } of whole) this.#sql.replace.run(state, nowMs, nr);
          for (const { nr, isPressed } of pressed) this.#sql.press.run(isPressed ? 1 : 0, nr);
          return this.#log.add(updates);
        })
        .immediate(),
    );
    updates.forEach(({ nr }, i) => {
      this.#log.note(nr, places[i] as Place);
    });
    // Written whole, a cart has these updates in its state too.
    for (const { nr } of whole) this.#log.forget(nr);
  }

  /** Forgets updates that stand in states by now: called now and then. */
  trim(): void {
    this.#onDisk(() => this.#log.trim());
  }

  /** Carts where "order" is pressed and not answered. */
  pressed(limit: number): string[] {
    return this.#onDisk(() => this.#sql.pressed.pluck().all(limit) as string[]);
  }

  /** Who has updates beside its state was used when this file was closed last, whatever ended that. */
  #takeOver(nowMs: number): void {
    this.#db
      .transaction(() => {
        for (const { nr, updates } of this.#log.takeOver()) {
          const state = this.#sql.state.pluck().get(nr) as Uint8Array | undefined;
          if (state === undefined) continue;
          const doc = documentOf({ state, updates });
          this.#sql.replace.run(Y.encodeStateAsUpdate(doc), nowMs, nr);
          doc.destroy();
        }
      })
      .immediate();
  }

  /** Carts that nobody touched since and of which nothing was told, the one first that was left first. */
  untouched(sinceMs: number, limit: number): Untouched[] {
    const found = this.#onDisk(() => this.#sql.untouched.all(sinceMs, limit) as Untouched[]);
    // Its time is that of its state; what came in since stands beside it.
    return found.filter(({ nr }) => !this.#log.has(nr));
  }

  noteLeft(nr: number, told: (typeof LEFT)[keyof typeof LEFT]): void {
    this.#onDisk(() => this.#sql.noteLeft.run(told, nr));
  }

  /** Carts that nobody touched since, a bounded number at a time. @returns how many were removed */
  removeUntouched(sinceMs: number, limit: number): number {
    return this.#onDisk(() =>
      this.#db
        .transaction(() => {
          const found = this.#sql.old.pluck().all(sinceMs, limit) as number[];
          const old = found.filter((nr) => !this.#log.has(nr));
          for (const nr of old) this.#sql.remove.run(nr);
          return old.length;
        })
        .immediate(),
    );
  }

  close(): void {
    this.#wal.close();
    this.#db.close();
  }
}

/** The document of what is stored. */
export function documentOf({ state, updates }: Pick<StoredCart, 'state' | 'updates'>): Y.Doc {
  const doc = new Y.Doc();
  doc.transact(() => {
    Y.applyUpdate(doc, state);
    for (const update of updates) Y.applyUpdate(doc, update);
  });
  return doc;
}

function prepare(db: Database.Database) {
  return {
    create: db.prepare('insert into carts (id, state, touched_ms) values (?, ?, ?)'),
    number: db.prepare('select nr from carts where id = ?'),
    find: db.prepare('select nr, state, pressed from carts where id = ?'),
    state: db.prepare('select state from carts where nr = ?'),
    replace: db.prepare(
      `update carts set state = ?, touched_ms = ?,
        left_told = iif(left_told = ${LEFT.told}, ${LEFT.told}, ${LEFT.untold}) where nr = ?`,
    ),
    press: db.prepare('update carts set pressed = ? where nr = ?'),
    pressed: db.prepare('select id from carts where pressed = 1 order by nr limit ?'),
    untouched: db.prepare(
      `select id, nr, touched_ms as touchedMs from carts where left_told = ${LEFT.untold} and touched_ms < ?
        order by touched_ms limit ?`,
    ),
    noteLeft: db.prepare('update carts set left_told = ? where nr = ?'),
    old: db.prepare('select nr from carts where touched_ms < ? limit ?'),
    remove: db.prepare('delete from carts where nr = ?'),
  };
}

function open(path: string): Database.Database {
  const db = new Database(path, { timeout: 0 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma(`cache_size = -${CACHE_KIB}`);
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > STEPS.length) {
      throw new JournalError(
        'too_new',
        `${path} was written by a newer release. Install that release again.`,
      );
    }
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.pragma('foreign_keys = ON');
    db.pragma(`journal_size_limit = ${WAL_PAGES * PAGE_BYTES}`);
    db.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
    db.transaction(() => {
      for (const step of STEPS.slice(version)) db.exec(step);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${STEPS.length}`);
    }).immediate();
    assertSafe(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Set is not enough: a build or a file system may have said no without an error. */
function assertSafe(db: Database.Database, path: string): void {
  const wanted = {
    application_id: APPLICATION_ID,
    journal_mode: 'wal',
    synchronous: NORMAL,
    foreign_keys: 1,
  };
  for (const [name, value] of Object.entries(wanted)) {
    const found = db.pragma(name, { simple: true });
    if (found === value) continue;
    throw new JournalError(
      'unsafe',
      `${path}: SQLite says ${name} is ${String(found)} where ${value} is needed. Use a local disk.`,
    );
  }
}
