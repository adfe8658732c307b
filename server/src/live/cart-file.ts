/**
 * Cart file: the carts of one region on its disk, in a SQLite file of their own.
 *
 * A cart is a state and the updates since; many updates of many carts share one commit. What a
 * commit has returned from survives the plug.
 */
import { randomBytes } from 'node:crypto';
import { JournalError, onDisk } from '@tallystick/store-agent';
import Database from 'better-sqlite3';
import * as Y from 'yjs';

/** 'CART': says whose file this is. */
const APPLICATION_ID = 0x43415254;
const TABLES_VERSION = 1;
const TABLES = `
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
`;
/** `pragma synchronous` as a number. */
const FULL = 2;
const CACHE_KIB = 8 * 1024;
/** A page that many commits touch is carried over once for all of them: a hundred carts touch a hundred pages a commit. */
const WAL_PAGES = 8_192;
const PAGE_BYTES = 4_096;

export interface StoredCart {
  readonly nr: number;
  readonly state: Uint8Array;
  readonly updates: readonly Uint8Array[];
  /** The number that the next update gets. */
  readonly nextSeq: number;
}

export interface NewUpdate {
  readonly nr: number;
  readonly seq: number;
  readonly bytes: Uint8Array;
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

  /** @throws JournalError where the disk does not give what carts need */
  constructor(path: string) {
    this.#path = path;
    this.#db = onDisk(path, () => open(path));
    this.#sql = prepare(this.#db);
    this.secret = onDisk(path, () => this.#secret());
  }

  #secret(): Uint8Array {
    const known = this.#db.prepare("select value from secrets where name = 'tokens'").pluck().get();
    if (known !== undefined) return known as Uint8Array;
    const secret = randomBytes(32);
    this.#db.prepare("insert into secrets (name, value) values ('tokens', ?)").run(secret);
    return secret;
  }

  /** On disk when it returns. */
  create(id: string, state: Uint8Array, nowMs: number): void {
    onDisk(this.#path, () => this.#sql.create.run(id, state, nowMs));
  }

  /** Its number; undefined where there is no such cart. */
  find(id: string): number | undefined {
    return onDisk(this.#path, () => this.#sql.number.pluck().get(id) as number | undefined);
  }

  load(id: string): StoredCart | undefined {
    return onDisk(this.#path, () => {
      const cart = this.#sql.find.get(id) as { nr: number; state: Uint8Array } | undefined;
      if (cart === undefined) return undefined;
      const rows = this.#sql.updates.all(cart.nr) as { seq: number; bytes: Uint8Array }[];
      return {
        ...cart,
        updates: rows.map(({ bytes }) => bytes),
        nextSeq: (rows.at(-1)?.seq ?? 0) + 1,
      };
    });
  }

  /** One commit for all of it. @throws JournalError, and nothing was written */
  commit(updates: readonly NewUpdate[], whole: readonly WholeCart[], nowMs: number): void {
    onDisk(this.#path, () =>
      this.#db
        .transaction(() => {
          for (const { nr, seq, bytes } of updates) this.#sql.add.run(nr, seq, bytes);
          for (const { nr, state } of whole) {
            this.#sql.replace.run(state, nowMs, nr);
            this.#sql.forget.run(nr);
          }
        })
        .immediate(),
    );
  }

  /** Carts that nobody touched since, a bounded number at a time. @returns how many were removed */
  removeUntouched(sinceMs: number, limit: number): number {
    return onDisk(this.#path, () =>
      this.#db
        .transaction(() => {
          const old = this.#sql.old.pluck().all(sinceMs, limit) as number[];
          for (const nr of old) {
            this.#sql.forget.run(nr);
            this.#sql.remove.run(nr);
          }
          return old.length;
        })
        .immediate(),
    );
  }

  close(): void {
    this.#db.close();
  }
}

/** The document of what is stored. */
export function documentOf({ state, updates }: StoredCart): Y.Doc {
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
    find: db.prepare('select nr, state from carts where id = ?'),
    updates: db.prepare('select seq, bytes from updates where cart = ? order by seq'),
    add: db.prepare('insert into updates (cart, seq, bytes) values (?, ?, ?)'),
    replace: db.prepare('update carts set state = ?, touched_ms = ? where nr = ?'),
    forget: db.prepare('delete from updates where cart = ?'),
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
    if (version > TABLES_VERSION) {
      throw new JournalError(
        'too_new',
        `${path} was written by a newer release. Install that release again.`,
      );
    }
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma(`journal_size_limit = ${WAL_PAGES * PAGE_BYTES}`);
    db.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
    if (version === 0) {
      db.transaction(() => {
        db.exec(TABLES);
        db.pragma(`application_id = ${APPLICATION_ID}`);
        db.pragma(`user_version = ${TABLES_VERSION}`);
      }).immediate();
    }
    assertSafe(db, path);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Set is not enough: a build or a file system may have said no without an error. */
function assertSafe(db: Database.Database, path: string): void {
  const wanted = { application_id: APPLICATION_ID, journal_mode: 'wal', synchronous: FULL, foreign_keys: 1 };
  for (const [name, value] of Object.entries(wanted)) {
    const found = db.pragma(name, { simple: true });
    if (found === value) continue;
    throw new JournalError(
      'unsafe',
      `${path}: SQLite says ${name} is ${String(found)} where ${value} is needed. Use a local disk.`,
    );
  }
}
