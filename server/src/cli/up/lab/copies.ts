/** Copies of a till's database, one a minute, so that one of some minutes ago can be put in its place, as an accident would. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';

const EVERY_MS = 60_000;
/** The oldest is five minutes old. */
const COPIES_MAX = 6;
const JOURNAL = 'journal.db';

export class Copies {
  readonly #folder: string;
  readonly #timer: NodeJS.Timeout;
  #copying: Promise<void> = Promise.resolve();

  /** @param folder the replica's own */
  constructor(folder: string) {
    this.#folder = folder;
    rmSync(this.#kept, { recursive: true, force: true });
    mkdirSync(this.#kept, { recursive: true });
    this.#timer = setInterval(() => this.take(), EVERY_MS);
    this.take();
  }

  get #kept(): string {
    return join(this.#folder, 'lab-copies');
  }

  take(): void {
    this.#copying = this.#copying.then(() => this.#take()).catch(() => undefined);
  }

  async #take(): Promise<void> {
    const db = new SqliteDatabase(join(this.#folder, JOURNAL), { readonly: true, fileMustExist: true });
    try {
      await db.backup(join(this.#kept, `${Date.now()}.db`));
    } finally {
      db.close();
    }
    for (const old of this.#names().slice(0, -COPIES_MAX)) rmSync(join(this.#kept, old), { force: true });
  }

  #names(): string[] {
    return existsSync(this.#kept) ? readdirSync(this.#kept).sort() : [];
  }

  /** When the oldest was made, in Unix milliseconds; undefined where there is none. */
  get oldestMs(): number | undefined {
    const [oldest] = this.#names();
    return oldest === undefined ? undefined : Number.parseInt(oldest, 10);
  }

  /** Puts the oldest in the journal's place. The replica must not be running. */
  putBack(): void {
    const [oldest] = this.#names();
    if (oldest === undefined) return;
    const journal = join(this.#folder, JOURNAL);
    for (const beside of ['-wal', '-shm']) rmSync(`${journal}${beside}`, { force: true });
    copyFileSync(join(this.#kept, oldest), journal);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#copying;
  }
}
