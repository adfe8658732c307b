/**
 * Opening the file: every promise that the journal makes about durability is asked
 * of SQLite here and read back, and the process goes no further without it (D2).
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { Damage, JournalError, onDisk } from './errors.ts';
import { makeFolder } from './make-folder.ts';
import { MIGRATIONS } from './migrations.ts';

export interface DatabaseOptions {
  /** Bound of SQLite's page cache. 16 MiB hold the upper levels of every index of a million entries. */
  readonly cacheBytes?: number;
  /** The file never grows beyond this many pages of 4 KiB; SQLite then says that the disk is full. */
  readonly pagesMax?: number;
  /** Refuse to make a new file. */
  readonly mustExist?: boolean;
}

/** 'TALY': says whose file this is, to SQLite's `file` magic and to us. */
const APPLICATION_ID = 0x54414c59;
const CACHE_BYTES = 16 * 1024 * 1024;
/** A log that grew in a busy hour is cut back to this once it was carried over. */
export const WAL_BYTES_KEPT = 16 * 1024 * 1024;

/** SQLite's own page size, which no journal changes. */
export const PAGE_BYTES = 4096;

/** `pragma synchronous` as numbers. */
const FULL = 2;

/** Opens a journal's file for this process alone, and brings its tables up to date. */
export function openDatabase(path: string, options: DatabaseOptions = {}): Database.Database {
  return onDisk(path, () => {
    if (options.mustExist !== true) makeFolder(dirname(path));
    // On a disk that takes no writes SQLite opens what is there, and speaks of an I/O error at the first lock.
    if (existsSync(path)) accessSync(path, constants.W_OK);
    // No waiting for a lock: whoever holds it holds it for as long as it runs.
    const db = new Database(path, { timeout: 0, fileMustExist: options.mustExist === true });
    try {
      prepare(db, path, options);
      return db;
    } catch (error) {
      db.close();
      // Nothing that is asked here can be wrong but the file's own description of itself.
      throw isPlainSqlError(error) ? new Damage(error.message) : error;
    }
  });
}

function prepare(db: Database.Database, path: string, options: DatabaseOptions): void {
  // Before the first read: the lock is then taken by it and held until close, and no shared memory is used.
  db.pragma('locking_mode = EXCLUSIVE');
  db.pragma(`cache_size = -${Math.ceil((options.cacheBytes ?? CACHE_BYTES) / 1024)}`);
  assertOurs(db, path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = ON');
  db.pragma(`journal_size_limit = ${WAL_BYTES_KEPT}`);
  db.pragma('temp_store = MEMORY');
  // A hot page is carried over once for as many commits as the log is long; so much is read at a start.
  db.pragma(`wal_autocheckpoint = ${WAL_BYTES_KEPT / PAGE_BYTES}`);
  if (options.pagesMax !== undefined) db.pragma(`max_page_count = ${options.pagesMax}`);
  // The first write makes sure that the lock is ours and that the disk takes it.
  db.exec('begin immediate; commit');
  assertSafe(db, path);
  migrate(db, path);
  assertTables(db);
}

function isPlainSqlError(error: unknown): error is Error {
  return error instanceof Database.SqliteError && error.code === 'SQLITE_ERROR';
}

/** A flipped bit in a table's description would else come up as a bug of ours, wherever the table is used. */
function assertTables(db: Database.Database): void {
  const model = new Database(':memory:');
  try {
    for (const step of MIGRATIONS) model.exec(step);
    const [expected, found] = [tablesOf(model), tablesOf(db)];
    const changed = [...new Set([...expected.keys(), ...found.keys()])].filter(
      (name) => expected.get(name) !== found.get(name),
    );
    if (changed.length > 0)
      throw new Damage(`its description of ${changed.map(String).join(', ')} was changed`);
  } finally {
    model.close();
  }
}

function tablesOf(db: Database.Database): Map<unknown, string> {
  const lines = db.prepare<[], unknown[]>('select name, type, tbl_name, sql from sqlite_schema').raw().all();
  return new Map(lines.map(([name, ...rest]) => [name, JSON.stringify(rest)]));
}

function assertOurs(db: Database.Database, path: string): void {
  const owner = db.pragma('application_id', { simple: true });
  const tables = db.prepare('select count(*) from sqlite_schema').pluck().get();
  if (owner === APPLICATION_ID || tables === 0) return;
  throw new JournalError('corrupt', `${path} is a database, but not a journal. Point to the right folder.`);
}

/** D2: set is not enough; a build or a file system may have said no without an error. */
function assertSafe(db: Database.Database, path: string): void {
  const wanted = { journal_mode: 'wal', synchronous: FULL, locking_mode: 'exclusive', foreign_keys: 1 };
  for (const [name, value] of Object.entries(wanted)) {
    const found = db.pragma(name, { simple: true });
    if (found === value) continue;
    throw new JournalError(
      'unsafe',
      `${path}: SQLite says ${name} is ${String(found)} where ${value} is needed. Use a local disk.`,
    );
  }
}

function migrate(db: Database.Database, path: string): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version > MIGRATIONS.length) {
    throw new JournalError(
      'too_new',
      `${path} was written by a newer release (its tables have version ${version}, this release knows ` +
        `${MIGRATIONS.length}). Install that release again; nothing was changed.`,
    );
  }
  if (version === MIGRATIONS.length) return;
  db.transaction(() => {
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  }).immediate();
}
