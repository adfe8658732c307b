/**
 * Level file: levels as they were last heard, in a SQLite file of their own, for a till that is started while it
 * is cut off. They are hints: whatever goes wrong here keeps nobody from selling, and what is lost comes again.
 */
import { rmSync } from 'node:fs';
import type { PoolId } from '@tallystick/crdt';
import Database from 'better-sqlite3';
import type { Log } from '../log.ts';
import type { Levels } from './levels.ts';

/** Written at once: a millisecond or two, in which nothing is sold. */
const ITEMS_PER_SAVE = 500;
/** Where only their age changes. */
const AGE_EVERY_MS = 10_000;

interface Open {
  readonly db: Database.Database;
  readonly put: Database.Statement;
  readonly say: Database.Statement;
}

export class LevelFile {
  readonly #levels: Levels;
  readonly #log: Log;
  #open: Open | undefined;
  #savedAsOfMs: number | null = null;
  #isFailing = false;

  /** Reads what is there into `levels`; a file that cannot be read is begun anew. */
  constructor(path: string, levels: Levels, log: Log) {
    this.#levels = levels;
    this.#log = log;
    try {
      this.#open = this.#read(path);
    } catch (error) {
      log.warn({ err: error }, 'the file of levels cannot be read; it is begun anew');
      try {
        for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
        this.#open = this.#read(path);
      } catch (again) {
        log.warn({ err: again }, 'levels are not kept over a restart');
      }
    }
  }

  #read(path: string): Open {
    const db = new Database(path);
    try {
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = NORMAL');
      db.exec(`
        create table if not exists level (
          pool text primary key, on_hand integer not null, available integer not null
        ) without rowid;
        create table if not exists heard (one integer primary key check (one = 1), as_of_ms integer not null);
      `);
      const items = db.prepare('select pool, on_hand as onHand, available from level').all();
      this.#savedAsOfMs =
        (db.prepare('select as_of_ms from heard').pluck().get() as number | undefined) ?? null;
      this.#levels.remember(
        items as { pool: PoolId; onHand: number; available: number }[],
        this.#savedAsOfMs,
      );
      return {
        db,
        put: db.prepare('insert or replace into level (pool, on_hand, available) values (?, ?, ?)'),
        say: db.prepare('insert or replace into heard (one, as_of_ms) values (1, ?)'),
      };
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** A bounded piece of what changed; their age once all of it is there. @returns whether there is more */
  save(ageEveryMs = AGE_EVERY_MS): boolean {
    if (this.#open === undefined) return false;
    const { db, put, say } = this.#open;
    const { asOfMs } = this.#levels;
    const items = this.#levels.takeUnsaved(ITEMS_PER_SAVE);
    const isMore = items.length === ITEMS_PER_SAVE;
    const isOlder = asOfMs !== null && Math.abs(asOfMs - (this.#savedAsOfMs ?? 0)) >= ageEveryMs;
    if (items.length === 0 && !isOlder) return false;
    try {
      db.transaction(() => {
        for (const { pool, onHand, available } of items) put.run(pool, onHand, available);
        if (!isMore) say.run(asOfMs);
      })();
      if (!isMore) this.#savedAsOfMs = asOfMs;
      this.#isFailing = false;
      return isMore;
    } catch (error) {
      this.#levels.giveBack(items);
      // A disk that stays full is said once.
      if (!this.#isFailing) this.#log.warn({ err: error }, 'levels could not be saved');
      this.#isFailing = true;
      return false;
    }
  }

  close(): void {
    while (this.save(1));
    this.#open?.db.close();
    this.#open = undefined;
  }
}
