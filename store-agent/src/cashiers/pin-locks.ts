/**
 * PIN locks: after a few wrong PINs in a row a name waits, twice as long after each further one, up to an hour. What is
 * known of it is on disk, so that pulling the plug gives no new tries; times are the wall clock's, and whoever can set
 * that has the whole till in their hands.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Log } from '../log.ts';

const FILE = 'pin-locks.json';
const LOCK_MS = 60_000;
const LOCK_MS_MAX = 3_600_000;
/** Names that nobody has: those are forgotten when the till is started again. */
const STRANGERS_MAX = 1_000;

const tries = z.strictObject({ wrong: z.int().min(0), untilMs: z.int().min(0) });
const fileSchema = z.record(z.string(), tries);
type Tries = z.infer<typeof tries>;

export class PinLocks {
  readonly #path: string;
  readonly #log: Log;
  readonly #triesMax: number;
  readonly #known: Map<string, Tries>;
  readonly #strangers = new Map<string, Tries>();

  constructor(folder: string, triesMax: number, log: Log) {
    this.#path = join(folder, FILE);
    this.#triesMax = triesMax;
    this.#log = log;
    this.#known = read(this.#path, log);
  }

  /** How long this name still waits; 0 where it may be tried. */
  waitMs(name: string, isKnown: boolean, nowMs: number): number {
    const { untilMs } = this.#triesOf(isKnown).get(name) ?? { untilMs: 0 };
    // A clock that was set back since does not lock anybody out for longer than a lock can last.
    return Math.min(Math.max(0, untilMs - nowMs), LOCK_MS_MAX);
  }

  /** @returns for how long the name is locked now */
  wrong(name: string, isKnown: boolean, nowMs: number): number {
    const all = this.#triesOf(isKnown);
    const wrong = (all.get(name)?.wrong ?? 0) + 1;
    const over = wrong - this.#triesMax;
    const lockMs = over < 0 ? 0 : Math.min(LOCK_MS_MAX, LOCK_MS * 2 ** Math.min(over, 10));
    if (!isKnown && all.size >= STRANGERS_MAX) all.delete(all.keys().next().value as string);
    all.set(name, { wrong, untilMs: lockMs === 0 ? 0 : nowMs + lockMs });
    if (isKnown) this.#write();
    return lockMs;
  }

  right(name: string): void {
    if (this.#known.delete(name)) this.#write();
  }

  /** Leaves out who is not here any more. */
  keepOnly(isHere: (name: string) => boolean): void {
    for (const name of [...this.#known.keys()]) if (!isHere(name)) this.#known.delete(name);
  }

  #triesOf(isKnown: boolean): Map<string, Tries> {
    return isKnown ? this.#known : this.#strangers;
  }

  #write(): void {
    try {
      writeFileSync(`${this.#path}.new`, JSON.stringify(Object.fromEntries(this.#known)), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch (error) {
      this.#log.warn({ err: error }, 'wrong PINs could not be written down: they count until the next start');
    }
  }
}

function read(path: string, log: Log): Map<string, Tries> {
  try {
    return new Map(Object.entries(fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')))));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      log.warn(`${path} could not be read: wrong PINs are counted anew`);
    return new Map();
  }
}
