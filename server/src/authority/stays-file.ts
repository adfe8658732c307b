/** Stays file: what the authority's witness tells of its children's stays (F6), in a small SQLite file beside the books. */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isWriterId, type Ledger, type ReplicaId, type Stay, Stays, type Stream } from '@tallystick/crdt';
import type { Log } from '@tallystick/store-agent';
import Database from 'better-sqlite3';

export class StaysFile {
  readonly #db: Database.Database;
  readonly #write: (stays: readonly Stay[]) => void;
  readonly #stays: Stays;
  readonly #log: Log;
  /** Begun, and not on disk yet. */
  #due: Stay[] = [];

  /** A file that cannot be read is set aside, and said: children that stand there now are noted anew. */
  static open(folder: string, log: Log): StaysFile {
    const path = join(folder, 'stays.db');
    try {
      return new StaysFile(path, log);
    } catch (error) {
      log.warn({ err: error, path }, 'since when children stand below the authority could not be read');
      for (const end of ['-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
      renameSync(path, `${path}.damaged`);
      return new StaysFile(path, log);
    }
  }

  private constructor(path: string, log: Log) {
    this.#log = log;
    this.#db = new Database(path, { timeout: 0 });
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
  note(streams: Iterable<Stream>, ledger: Ledger): void {
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
