/** Stays file: what the authority's witness tells of its children's stays (F6), in a small SQLite file beside the books. */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import {
  isWriterId,
  type Ledger,
  type Replica,
  type ReplicaId,
  type Stay,
  Stays,
  type Stream,
} from '@tallystick/crdt';
import { JournalError, type Log, onDisk } from '@tallystick/store-agent';
import Database from 'better-sqlite3';

export class StaysFile {
  readonly #db: Database.Database;
  readonly #write: (stays: readonly Stay[]) => void;
  readonly #stays: Stays;
  readonly #log: Log;
  /** Begun, and not on disk yet. */
  #due: Stay[] = [];

  /** A damaged file is set aside, and said: children that stand there now are noted anew. @throws JournalError */
  static open(folder: string, log: Log): StaysFile {
    const path = join(folder, 'stays.db');
    const open = () => onDisk(path, () => StaysFile.#openFile(path, log));
    try {
      return open();
    } catch (error) {
      if (!(error instanceof JournalError) || error.code !== 'corrupt') throw error;
      log.warn({ err: error, path }, 'since when children stand below the authority cannot be read');
      for (const end of ['', '-wal', '-shm'])
        if (existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${path}${end}.damaged`);
      return open();
    }
  }

  static #openFile(path: string, log: Log): StaysFile {
    const db = new Database(path, { timeout: 0 });
    try {
      return new StaysFile(db, log);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  private constructor(db: Database.Database, log: Log) {
    this.#log = log;
    this.#db = db;
    this.#db.pragma('journal_mode = wal');
    this.#db.pragma('synchronous = full');
    this.#db.exec(
      'create table if not exists stays (writer text primary key, seq integer not null) strict, without rowid',
    );
    const kept = this.#db.prepare<[], { writer: string; seq: number }>('select writer, seq from stays').all();
    this.#stays = new Stays(kept.flatMap(({ writer, seq }) => (isWriterId(writer) ? [{ writer, seq }] : [])));
    const insert = this.#db.prepare<[string, number]>(
      'insert into stays values (?, ?) on conflict do update set seq = max(seq, excluded.seq)',
    );
    this.#write = this.#db.transaction((stays) => {
      for (const { writer, seq } of stays) insert.run(writer, seq);
    });
  }

  /** Writes down the stays that have begun, durably; hardly ever any. As with the witness, a disk that fails is said. */
  note(streams: Iterable<Stream>, { ledger }: Pick<Replica, 'ledger'>): void {
    if (!ledger.hasLife) return;
    this.#due.push(...this.#stays.note(streams, ledger.self.writer));
    if (this.#due.length === 0) return;
    try {
      this.#write(this.#due);
      this.#due = [];
    } catch (error) {
      this.#log.warn({ err: error }, 'since when children stand below the authority could not be written');
    }
  }

  lacking(ledger: Ledger): { missing: ReplicaId[]; untold: ReplicaId[] } {
    return this.#stays.lacking(ledger);
  }

  close(): void {
    this.#db.close();
  }
}
