/**
 * Journal: a replica's entries, rows and marks on disk, in one SQLite file that this
 * process alone owns (D2).
 *
 *   const journal = SqliteJournal.open({ folder });
 *   const replica = new Replica(settings, journal.load(), journal.view, tools);
 *   journal.commit(writes);      // returns when it is durable, or throws a JournalError
 *   journal.close();
 *
 * After an error that is not a full disk, nothing is committed any more: what the disk
 * holds is only known again once the journal was opened anew (D3).
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Hash, JournalView, WriterId, Writes } from '@tallystick/crdt';
import type { Database } from 'better-sqlite3';
import { copyJournal } from './backup.ts';
import { Commit } from './commit.ts';
import { type DatabaseOptions, openDatabase, PAGE_BYTES, WAL_BYTES_KEPT } from './database.ts';
import { asJournalError, isDiskFull, JournalError, onDisk } from './errors.ts';
import { INCOMING_FILE, JOURNAL_FILE, RESERVE_FILE } from './files.ts';
import { type Loaded, load } from './load.ts';
import { lengthenLog } from './log-length.ts';
import { Names } from './names.ts';
import { type Pruned, type PruneOptions, prune } from './prune.ts';
import { RESERVE_BYTES, Reserve } from './reserve.ts';
import { Seals } from './seals.ts';
import { type VerifyReport, verifySteps } from './verify.ts';
import { SqliteView } from './view.ts';

export interface JournalOptions extends DatabaseOptions {
  readonly folder: string;
  /** Wall clock, for retention alone. */
  readonly wallMs?: () => number;
  readonly reserveBytes?: number;
}

export class SqliteJournal {
  readonly path: string;
  readonly view: JournalView;
  readonly #db: Database;
  readonly #names: Names;
  readonly #seals: Seals;
  readonly #commit: Commit;
  readonly #reserve: Reserve;
  readonly #reserveBytes: number;
  #position: number;
  #failure: JournalError | undefined;

  /** @throws JournalError: locked, read_only, corrupt, too_new, unsafe, io_error. */
  static open(options: JournalOptions): SqliteJournal {
    const path = join(options.folder, JOURNAL_FILE);
    // Between its last two renames a restore leaves no journal; a new, empty one would forget everything.
    if (!existsSync(path) && existsSync(join(options.folder, INCOMING_FILE))) {
      throw new JournalError('unsafe', `A restore into ${options.folder} did not end. Run it again.`);
    }
    const db = openDatabase(path, options);
    try {
      return onDisk(path, () => new SqliteJournal(db, path, options));
    } catch (error) {
      db.close();
      throw error;
    }
  }

  private constructor(db: Database, path: string, options: JournalOptions) {
    this.path = path;
    this.#db = db;
    this.#names = new Names(db);
    this.#seals = new Seals(db);
    this.#names.onNew = (id, writer) => this.#seals.add('names', [id, writer]);
    this.#commit = new Commit(db, this.#names, this.#seals, options.wallMs ?? Date.now);
    this.view = new SqliteView(db, this.#names, (read) => {
      try {
        if (!db.open) throw new JournalError('io_error', `${path} is closed until the disk works again.`);
        return read();
      } catch (error) {
        throw this.#failed(error);
      }
    });
    this.#position = this.#seals.meta.position;
    this.#reserveBytes = options.reserveBytes ?? RESERVE_BYTES;
    this.#reserve = new Reserve(join(options.folder, RESERVE_FILE), this.#reserveBytes);
    this.#reserve.hold();
  }

  /** What a `Replica` or `Ledger` starts from. Its streams belong to whoever called. */
  load(): Loaded {
    return onDisk(this.path, () => load(this.#db, this.#names, this.#seals));
  }

  /** The last own entry on disk, for the witness. */
  head(): { readonly writer: WriterId; readonly seq: number; readonly hash: Hash } | undefined {
    return onDisk(this.path, () => {
      const { self } = this.#seals.meta;
      if (self === null) return undefined;
      const writer = this.#names.writerOf(self);
      const seq = this.#db
        .prepare<[number], number>('select seq from streams where writer = ?')
        .pluck()
        .get(self);
      const hash = seq === undefined ? undefined : this.view.hashAt(writer, seq);
      return seq === undefined || hash === undefined ? undefined : { writer, seq, hash };
    });
  }

  /**
   * Makes a turn durable, all of it or nothing.
   * @throws JournalError. After `read_only` (the disk is full) the journal stays usable; after any other,
   *   close it, open it again and compare (D3).
   */
  commit(writes: Writes): 'committed' {
    if (this.#failure !== undefined) throw this.#failure;
    if (writes.position !== this.#position) {
      throw new Error(`D5: a turn from position ${writes.position} met a journal at ${this.#position}.`);
    }
    try {
      this.#position = this.#commit.run(writes);
      return 'committed';
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(error: unknown): unknown {
    if (isDiskFull(error)) this.#reserve.release();
    const named = asJournalError(error, this.path);
    if (named instanceof JournalError && named.code !== 'read_only') this.#failure = named;
    return named;
  }

  /** False from the moment the disk was full: be a read-only shop until `makeRoom` says otherwise (D3). */
  get hasRoom(): boolean {
    return this.#reserve.isHeld;
  }

  /**
   * Tries to take the reserve again, and to write.
   * @returns whether there is room to sell.
   * @throws JournalError where the disk is not full and yet takes nothing.
   */
  makeRoom(): boolean {
    return onDisk(this.path, () => {
      if (!this.#reserve.hold() || this.#pagesLeft() * PAGE_BYTES < this.#reserveBytes) return false;
      this.#db.exec('update meta set position = position');
      return true;
    });
  }

  /** One small step for a moment in which nobody sells. @returns whether the log has its full length. */
  lengthenLog(): boolean {
    return onDisk(this.path, () => lengthenLog(`${this.path}-wal`, WAL_BYTES_KEPT));
  }

  #pagesLeft(): number {
    const [max, used, free] = ['max_page_count', 'page_count', 'freelist_count'].map((name) =>
      Number(this.#db.pragma(name, { simple: true })),
    ) as [number, number, number];
    return max - used + free;
  }

  /** Changes the bound that `pagesMax` set. */
  setPagesMax(pages: number): void {
    this.#db.pragma(`max_page_count = ${pages}`);
  }

  /** D5: recomputes everything from its first entry or checkpoint on, and lets the loop run in between. */
  async verify(signal?: AbortSignal): Promise<VerifyReport> {
    const steps = verifySteps(this.#db, this.#names, this.#seals);
    for (;;) {
      signal?.throwIfAborted();
      const step = onDisk(this.path, () => steps.next());
      if (step.done === true) return step.value;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  /** One bounded step of pruning (D7). Call again while `more` is true. */
  prune(options: PruneOptions): Pruned {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return prune(this.#db, this.#names, this.#seals, options);
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Copies the journal, as of one moment, into a new file while it goes on working. */
  backup(file: string): Promise<void> {
    return copyJournal(this.#db, file);
  }

  close(): void {
    this.#db.close();
  }
}
