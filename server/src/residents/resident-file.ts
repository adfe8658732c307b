/**
 * Resident file: personal data of customers whom a region keeps to itself, in a SQLite file of the region's own.
 *
 * Each person is sealed under a key of their own, which the region's master key wraps; the master key is not in the
 * file. What the books are to hear of a change stands in the same commit, until they have it.
 */
import { JournalError, onDisk } from '@tallystick/store-agent';
import Database from 'better-sqlite3';
import type { Vault } from '../authority/vault.ts';
import { STEPS, type Statements, statements } from './resident-sql.ts';

/** 'RESI': says whose file this is. */
const APPLICATION_ID = 0x52455349;
/** Rows of one pass over all people. */
const AT_ONCE = 500;
/** `pragma synchronous` as a number. */
const FULL = 2;

export type Personal = Readonly<Record<string, unknown>>;

export interface Resident {
  readonly id: string;
  readonly version: number;
  readonly client: string | null;
  readonly personal: Personal;
  readonly createdAt: string;
}

export interface ErasedResident {
  readonly id: string;
  readonly client: string | null;
  readonly erasedAt: string;
}

/** What the books are told of a change: never what the data say. */
export interface Note {
  readonly id: string;
  readonly action: 'changed' | 'erased';
  readonly version: number;
  readonly fields: readonly string[];
  readonly by: { readonly actor: string; readonly from?: string };
}

/** A copy of somebody whom the books are about to give away: as of when, and for which asking. */
export interface Copied extends Version {
  readonly move: string;
}

export interface Arriving extends Copied {
  readonly client: string | null;
  readonly personal: Personal;
  readonly createdAtMs: number;
  /** What was asked for under an Idempotency-Key when they were registered: hashes in hex. */
  readonly requests: readonly { readonly key: string; readonly hash: string; readonly madeAtMs: number }[];
}

export interface Version {
  readonly id: string;
  readonly version: number;
}

interface Row {
  readonly id: string;
  readonly version: number;
  readonly client: string | null;
  readonly sealed: Buffer | null;
  readonly master: string | null;
  readonly wrapped: Buffer | null;
  readonly createdMs: number;
  readonly erasedMs: number | null;
}

export class ResidentFile {
  readonly #path: string;
  readonly #db: Database.Database;
  readonly #sql: Statements;
  readonly #vault: Vault;

  /** @throws JournalError where the disk does not give what is needed */
  constructor(path: string, vault: Vault) {
    this.#path = path;
    this.#vault = vault;
    this.#db = onDisk(path, () => open(path));
    this.#sql = statements(this.#db);
    onDisk(path, () => this.#wrapAnew());
  }

  find(id: string): Resident | ErasedResident | undefined {
    return onDisk(this.#path, () => this.#read(this.#sql.find.get(id) as Row | undefined));
  }

  #read(row: Row | undefined): Resident | ErasedResident | undefined {
    if (row === undefined) return undefined;
    const { id, version, client, sealed, master, wrapped, createdMs, erasedMs } = row;
    if (erasedMs !== null) return { id, client, erasedAt: new Date(erasedMs).toISOString() };
    const key = this.#vault.unwrap(id, { master: master as string, wrapped: wrapped as Buffer });
    const personal = this.#vault.unsealJson(id, key, sealed as Buffer) as Personal;
    return { id, version, client, personal, createdAt: new Date(createdMs).toISOString() };
  }

  /** On disk when it returns. Nothing where it is there already. */
  add(id: string, personal: Personal, client: string | null, nowMs: number): void {
    const { key, stored } = this.#vault.makeKey(id);
    const sealed = this.#vault.sealJson(id, key, personal);
    onDisk(this.#path, () => this.#sql.add.run(id, client, sealed, stored.master, stored.wrapped, nowMs));
  }

  /**
   * A copy of somebody, on disk when it returns: nothing is said of them here before the books have given them away.
   * An older copy, which they then never will, makes room.
   */
  arrive({ id, version, move, client, personal, createdAtMs, requests }: Arriving): void {
    const { key, stored } = this.#vault.makeKey(id);
    const sealed = this.#vault.sealJson(id, key, personal);
    const { master, wrapped } = stored;
    const asked = JSON.stringify(requests);
    onDisk(this.#path, () =>
      this.#sql.arrive.run(id, version, move, client, sealed, master, wrapped, createdAtMs, asked),
    );
  }

  /** Copies of which the books have not said yet what becomes of them. */
  arriving(limit: number): Copied[] {
    return onDisk(this.#path, () => this.#sql.arriving.all(limit)) as Copied[];
  }

  arrivingOf(id: string): Copied | undefined {
    return onDisk(this.#path, () => this.#sql.arrivingOf.get(id)) as Copied | undefined;
  }

  /** Of this very copy the books said that it counts, or that it never will: then it is forgotten. Told twice, it is done once. */
  arrived({ id, version, move }: Copied, isKept: boolean): void {
    this.#inOneGo(() => {
      if (isKept) {
        this.#sql.keep.run(id, version, move);
        this.#sql.keepRequests.run(id, version, move);
      }
      this.#sql.leave.run(id, version, move);
    });
    // As where somebody is erased: nothing of a copy that is none of ours is left in the log.
    if (!isKept) onDisk(this.#path, () => this.#db.pragma('wal_checkpoint(TRUNCATE)'));
  }

  /** @returns false where it has another version by now, or was erased */
  change(before: Resident, personal: Personal, fields: readonly string[], by: Note['by']): boolean {
    const { id, version } = before;
    return this.#inOneGo(() => {
      const row = this.#sql.find.get(id) as Row | undefined;
      if (row === undefined || row.version !== version || row.erasedMs !== null) return false;
      const key = this.#vault.unwrap(id, { master: row.master as string, wrapped: row.wrapped as Buffer });
      this.#sql.change.run(this.#vault.sealJson(id, key, personal), id);
      this.#note({ id, action: 'changed', version: version + 1, fields, by });
      return true;
    });
  }

  /** Destroys the key, and what it sealed; twice is once. */
  erase(id: string, by: Note['by'], nowMs: number): void {
    const isNew = this.#inOneGo(() => {
      const row = this.#sql.find.get(id) as Row | undefined;
      if (row === undefined || row.erasedMs !== null) return false;
      this.#sql.erase.run(nowMs, id);
      this.#sql.forgetRequests.run(id);
      this.#note({ id, action: 'erased', version: row.version + 1, fields: [], by });
      return true;
    });
    // Out of the log too: until it is carried over, it holds pages as they were.
    if (isNew) onDisk(this.#path, () => this.#db.pragma('wal_checkpoint(TRUNCATE)'));
  }

  #note(note: Note): void {
    this.#sql.note.run(JSON.stringify(note));
  }

  /** What the books have not heard yet, oldest first. */
  notes(limit: number): { readonly nr: number; readonly note: Note }[] {
    const rows = onDisk(this.#path, () => this.#sql.notes.all(limit)) as { nr: number; note: string }[];
    return rows.map(({ nr, note }) => ({ nr, note: JSON.parse(note) as Note }));
  }

  /** The books have it. */
  heard(nr: number): void {
    onDisk(this.#path, () => this.#sql.heard.run(nr));
  }

  /** The books know a later version than a file that was put back. */
  goOnFrom(id: string, version: number): void {
    onDisk(this.#path, () => this.#sql.goOn.run(version, id));
  }

  /** People who are not erased, by id, behind one of them. */
  living(after: string): Version[] {
    return onDisk(this.#path, () => this.#sql.living.all(after, AT_ONCE)) as Version[];
  }

  /** What was asked under an Idempotency-Key: a hash of it, and who was made. */
  request(key: string): { readonly hash: Buffer; readonly id: string } | undefined {
    return onDisk(this.#path, () => this.#sql.request.get(key)) as { hash: Buffer; id: string } | undefined;
  }

  rememberRequest(key: string, hash: Buffer, id: string, nowMs: number, keptMs: number): void {
    this.#inOneGo(() => {
      this.#sql.oldRequests.run(nowMs - keptMs);
      this.#sql.remember.run(key, hash, id, nowMs);
    });
  }

  /** Keys that an older master key wrapped. */
  #wrapAnew(): void {
    const { wrappedByOthers, wrap, arrivingByOthers, wrapArriving } = this.#sql;
    for (const [others, put] of [
      [wrappedByOthers, wrap],
      [arrivingByOthers, wrapArriving],
    ] as const)
      while (this.#wrapSome(others, put));
  }

  #wrapSome(others: Database.Statement, put: Database.Statement): boolean {
    const rows = others.all(this.#vault.current, AT_ONCE) as Row[];
    this.#inOneGo(() => {
      for (const { id, master, wrapped } of rows) {
        const old = { master: master as string, wrapped: wrapped as Buffer };
        const anew = this.#vault.wrap(id, this.#vault.unwrap(id, old));
        put.run(anew.master, anew.wrapped, id);
      }
    });
    return rows.length > 0;
  }

  #inOneGo<T>(act: () => T): T {
    return onDisk(this.#path, () => this.#db.transaction(act).immediate());
  }

  close(): void {
    this.#db.close();
  }
}

function open(path: string): Database.Database {
  const db = new Database(path, { timeout: 0 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > STEPS.length)
      throw new JournalError(
        'too_new',
        `${path} was written by a newer release. Install that release again.`,
      );
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    // What is deleted is overwritten: a key that was destroyed is not left in a free page.
    db.pragma('secure_delete = ON');
    db.transaction(() => {
      for (const step of STEPS.slice(version)) db.exec(step);
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${STEPS.length}`);
    }).immediate();
    const wanted = {
      application_id: APPLICATION_ID,
      journal_mode: 'wal',
      synchronous: FULL,
      secure_delete: 1,
    };
    for (const [name, value] of Object.entries(wanted)) {
      const found = db.pragma(name, { simple: true });
      if (found !== value)
        throw new JournalError(
          'unsafe',
          `${path}: SQLite says ${name} is ${String(found)} where ${value} is needed.`,
        );
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
