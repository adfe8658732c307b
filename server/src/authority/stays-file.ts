/** Stays file: what the authority's witness tells of its children's stays (F6), in a small SQLite file beside the books. */
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

  /** @throws where the folder cannot be written, or the file is none of its own. */
  constructor(folder: string, log: Log) {
    this.#log = log;
    this.#db = new Database(join(folder, 'stays.db'), { timeout: 0 });
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
