/**
 * Feed mark: the highest position of the feed that this process heard of, kept in a file beside the books (F6).
 *
 * The witness knows only what the authority itself wrote. Events come from its children's turns as well, so books that
 * were put back may go on as the same writer and still have forgotten events that somebody has seen. A mark ahead of
 * the feed shows it. So does none at all where something was told: a lost folder, or a process that is new here.
 * A jump that was not due costs a reader nothing, so in that doubt the feed jumps.
 *
 * A mark behind the feed is the usual sight where others told something meanwhile, and no doubt. What it may miss is
 * the last tenth of a second before a process was killed.
 */
import { constants, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@tallystick/store-agent';
import type pg from 'pg';
import { Every } from './every.ts';

/** As the witness: each write costs the disk a flush. */
const WRITE_EVERY_MS = 100;
/** A slow disk is left alone for as long as it took. */
const REST = { factor: 1, msMax: 1_000 };

export class FeedMark {
  readonly #pool: pg.Pool;
  readonly #path: string;
  readonly #log: Log;
  readonly #writing: Every;
  #written = -1;
  #heard = 0;
  /** Something was told, and nobody said how far. */
  #mustLook = true;

  /** Lets the feed jump where the mark says that it must; before anything is told. @throws where the folder or the books fail */
  static async open(pool: pg.Pool, folder: string, log: Log): Promise<FeedMark> {
    const path = join(folder, 'feed-mark');
    const kept = read(path);
    if (await jumpWhereDue(pool, kept)) log.warn({ kept }, 'the feed goes on behind a jump');
    const mark = new FeedMark(pool, path, log);
    await mark.#write();
    return mark;
  }

  private constructor(pool: pg.Pool, path: string, log: Log) {
    this.#pool = pool;
    this.#path = path;
    this.#log = log;
    this.#writing = new Every(
      WRITE_EVERY_MS,
      log,
      'the mark of the feed could not be written',
      () => this.#write(),
      REST,
    );
  }

  /** @param position the newest, of a commit; undefined where that is not known */
  note(position: number | undefined): void {
    if (position === undefined) this.#mustLook = true;
    else if (position > this.#heard) this.#heard = position;
  }

  start(): void {
    this.#writing.start();
  }

  /** Writes down the very last; never rejects. */
  async stop(): Promise<void> {
    await this.#writing.stop();
    this.#mustLook = true;
    await this.#write().catch((error: unknown) =>
      this.#log.warn({ err: error }, 'the last mark of the feed could not be written'),
    );
  }

  async #write(): Promise<void> {
    if (this.#mustLook) {
      this.#mustLook = false;
      try {
        this.note(await lastOf(this.#pool));
      } catch (error) {
        this.#mustLook = true;
        throw error;
      }
    }
    const heard = this.#heard;
    if (heard <= this.#written) return;
    // In place and always as long, so that a full disk does not silence it.
    const digits = String(heard).padStart(16, '0');
    const file = await open(this.#path, constants.O_WRONLY | constants.O_CREAT);
    try {
      await file.write(`${digits} ${digits}\n`, 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    this.#written = heard;
  }
}

/** Undefined where there is none, or half of one. */
function read(path: string): number | undefined {
  try {
    const said = /^(\d{16}) \1\n$/.exec(readFileSync(path, 'utf8'))?.[1];
    return said === undefined ? undefined : Number(said);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function lastOf(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ last: number }>('select last from tallystick.feed');
  return rows[0]?.last ?? 0;
}

async function jumpWhereDue(pool: pg.Pool, kept: number | undefined): Promise<boolean> {
  if (kept !== undefined) return feedSeen(pool, kept, kept);
  if ((await lastOf(pool)) === 0) return false;
  await pool.query('select tallystick.feed_put_back()');
  return true;
}

/**
 * Somebody heard of a position who hears nothing but this feed: it jumps where the books do not know it.
 * @param atLeast where it leads if the clock is behind that, as one that was set back may be
 * @returns whether it jumped
 */
export async function feedSeen(pool: pg.Pool, seen: number, atLeast = 0): Promise<boolean> {
  const { rows } = await pool.query<{ jumped: boolean }>(
    `select tallystick.feed_seen($1,
      greatest($2, floor(extract(epoch from clock_timestamp()) * 1000)::bigint * 100)) as jumped`,
    [seen, atLeast],
  );
  return rows[0]?.jumped === true;
}
