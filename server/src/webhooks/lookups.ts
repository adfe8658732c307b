/**
 * Lookups: names are resolved a few at a time.
 *
 * The resolver of the system holds a thread while it waits, and a process has four of them for its files as well: a
 * few names whose servers do not answer would stop everything. A name that is being looked up is not looked up again.
 */
import type { LookupAddress, LookupOptions, lookup } from 'node:dns';

/** Half of the threads. */
const RUNNING_MAX = 2;
/** More than there are endpoints, each with one attempt under way. */
const WAITING_MAX = 1_000;

type Done = (error: NodeJS.ErrnoException | null, found: LookupAddress[]) => void;

interface Asked {
  readonly host: string;
  readonly options: LookupOptions & { readonly all: true };
  readonly waiting: Done[];
}

export class Lookups {
  readonly #resolve: typeof lookup;
  /** Under way and still to come, by name. */
  readonly #asked = new Map<string, Asked>();
  #queue: Asked[] = [];
  #running = 0;
  #waiting = 0;

  constructor(resolve: typeof lookup) {
    this.#resolve = resolve;
  }

  lookup(host: string, options: LookupOptions, done: Done): void {
    if (this.#waiting >= WAITING_MAX) {
      const busy = new Error('Too many names are being looked up: their servers do not answer.');
      return void process.nextTick(done, busy, []);
    }
    this.#waiting += 1;
    const key = `${host} ${options.family ?? 0}`;
    const known = this.#asked.get(key);
    if (known !== undefined) return void known.waiting.push(done);
    const asked = { host, options: { ...options, all: true as const }, waiting: [done] };
    this.#asked.set(key, asked);
    this.#queue.push(asked);
    this.#next();
  }

  #next(): void {
    while (this.#running < RUNNING_MAX) {
      const [asked, ...others] = this.#queue;
      if (asked === undefined) return;
      this.#queue = others;
      this.#running += 1;
      this.#resolve(asked.host, asked.options, (error, found) => this.#answer(asked, error, found));
    }
  }

  #answer(asked: Asked, error: NodeJS.ErrnoException | null, found: LookupAddress[]): void {
    this.#running -= 1;
    this.#waiting -= asked.waiting.length;
    this.#asked.delete(`${asked.host} ${asked.options.family ?? 0}`);
    for (const done of asked.waiting) done(error, found);
    this.#next();
  }
}
