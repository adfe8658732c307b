/**
 * Copies of a till's database, so that one of some minutes ago can be put in its place, as an accident would.
 *
 * The till stands still for the milliseconds of a copy: its files are then what a power cut would leave, and it keeps
 * its database to itself while it runs.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetProcess } from '../../fleet/child-process.ts';

const EVERY_MS = 100_000;
/** The oldest is up to five minutes old; each takes some 16 MiB. */
const COPIES_MAX = 3;
const FILES = ['journal.db', 'journal.db-wal'];

export class Copies {
  readonly #folder: string;
  readonly #process: FleetProcess;
  readonly #timer: NodeJS.Timeout;

  /** @param folder the replica's own */
  constructor(folder: string, process: FleetProcess) {
    this.#folder = folder;
    this.#process = process;
    rmSync(this.#kept, { recursive: true, force: true });
    this.#timer = setInterval(() => this.#take(), EVERY_MS);
    this.#take();
  }

  get #kept(): string {
    return join(this.#folder, 'lab-copies');
  }

  #take(): void {
    const copy = join(this.#kept, String(Date.now()));
    this.#process.kill('SIGSTOP');
    try {
      mkdirSync(copy, { recursive: true });
      for (const name of FILES)
        if (existsSync(join(this.#folder, name))) copyFileSync(join(this.#folder, name), join(copy, name));
    } catch {
      // A full disk costs the lab a copy, and nobody anything else.
      rmSync(copy, { recursive: true, force: true });
    } finally {
      this.#process.kill('SIGCONT');
    }
    for (const old of this.#names().slice(0, -COPIES_MAX))
      rmSync(join(this.#kept, old), { recursive: true, force: true });
  }

  #names(): string[] {
    return existsSync(this.#kept) ? readdirSync(this.#kept).sort() : [];
  }

  /** When the oldest was made, in Unix milliseconds; undefined where there is none. */
  get oldestMs(): number | undefined {
    const [oldest] = this.#names();
    return oldest === undefined ? undefined : Number(oldest);
  }

  /** Puts the oldest in the journal's place. The replica must not be running. Never throws. */
  putBack(): void {
    const [oldest] = this.#names();
    if (oldest === undefined) return;
    for (const name of [...FILES, 'journal.db-shm']) rmSync(join(this.#folder, name), { force: true });
    for (const name of readdirSync(join(this.#kept, oldest)))
      copyFileSync(join(this.#kept, oldest, name), join(this.#folder, name));
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
