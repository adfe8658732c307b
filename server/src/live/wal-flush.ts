/**
 * Flushing of a write-ahead log beside the loop. SQLite would wait for the disk within each commit (`synchronous=FULL`),
 * and the loop with it; with `NORMAL` a commit is written and not waited for, and what makes it durable, a flush of
 * the log, is done here, in a thread of Node's. Commits are in the log one after the other: what is on disk after
 * the power went is all of them up to some commit, and never less than a flush that has ended.
 */
import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import type Database from 'better-sqlite3';

/** How a file's bytes get to the disk; tests have one that fails. */
export type Flush = (fd: number) => Promise<void>;

export class WalFlush {
  readonly #db: Database.Database;
  readonly #path: string;
  readonly #flush: Flush;
  #fd: number | undefined;
  #underWay = 0;
  #isClosed = false;
  /** A flush failed: what is read may never reach the disk. */
  #isDoubtful = false;

  constructor(db: Database.Database, path: string, flush: Flush = promisify(fdatasync)) {
    this.#db = db;
    this.#path = `${path}-wal`;
    this.#flush = flush;
  }

  /** Resolves when all that was committed before is on disk. */
  async later(): Promise<void> {
    this.#underWay += 1;
    try {
      await this.#flush(this.#open());
    } catch (error) {
      this.#isDoubtful = true;
      throw error;
    } finally {
      this.#underWay -= 1;
      if (this.#isClosed) this.#close();
    }
  }

  /** The same, while the loop waits. */
  now(): void {
    try {
      fdatasyncSync(this.#open());
    } catch (error) {
      this.#isDoubtful = true;
      throw error;
    }
  }

  /**
   * Before anything is read or written: where a flush has failed, the system may take pages for written that are not.
   * So all of the log is carried over into the file, which is flushed by itself. @throws where that fails too
   */
  mend(): void {
    if (!this.#isDoubtful) return;
    const [found] = this.#db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    if (found?.busy !== 0) throw Object.assign(new Error('the log cannot be carried over'), { code: 'EIO' });
    this.#isDoubtful = false;
  }

  /** SQLite makes the log with the first commit and keeps it. Its locks are on the file beside it. */
  #open(): number {
    this.#fd ??= openSync(this.#path, 'r+');
    return this.#fd;
  }

  close(): void {
    this.#isClosed = true;
    this.#close();
  }

  #close(): void {
    if (this.#underWay > 0 || this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
  }
}
