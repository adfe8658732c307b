/** The tail of the feed at one process of the authority, filled from the books when they say that there is more. */
import type pg from 'pg';
import { held } from '../../events/event.ts';
import type { Read, TailSource } from '../../events/tail.ts';
import { readFeed } from './read-feed.ts';

/** Rendered in one piece: at about a kilobyte each, far below what a call may carry. */
const PAGE = 500;
/** A notice may be lost with its connection. */
const LOOK_MS = 2_000;

export class BooksTailSource implements TailSource {
  readonly #pool: pg.Pool;
  #woken = false;
  #wake: (() => void) | undefined;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Somebody told something. */
  notice(): void {
    this.#woken = true;
    this.#wake?.();
  }

  async read(after: number | undefined, waits: boolean): Promise<Read> {
    this.#woken = false;
    const read = await readBooks(this.#pool, after, PAGE);
    const isNews = 'gone' in read || read.next !== after;
    if (waits && !isNews && !this.#woken) await this.#pause();
    return read;
  }

  /** No event at all: what the tail does not hold is in the books, which are here. */
  glance(): Promise<Read> {
    return readBooks(this.#pool, undefined, 0);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK_MS);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const GONE = {
  retention: 'Events from there on are not kept any more.',
  'put-back': 'The books were put back to an earlier point and forgot events that were sent.',
  future: 'No event has that position yet.',
} as const;

/** Behind a position; at the end where it is undefined. */
export async function readBooks(pool: pg.Pool, after: number | undefined, limit: number): Promise<Read> {
  const read = await readFeed(pool, after ?? 0, after === undefined ? 0 : limit);
  if (after === undefined) return { events: [], next: read.last };
  if ('gone' in read) return { gone: GONE[read.gone], restart: read.last };
  return { events: read.events.map(held), next: read.next };
}

/** Behind a position, or the newest alone where there are more. */
export async function readNewest(pool: pg.Pool, after: number, limit: number): Promise<Read> {
  const end = await readBooks(pool, undefined, 0);
  if ('gone' in end) return end;
  const read = await readBooks(pool, Math.max(after, end.next - limit), limit);
  // Not so many since the books were put back, or since they were cut off.
  return 'gone' in read ? readBooks(pool, after, limit) : read;
}
