/** The feed at one process of the authority: its tail of the newest events, and what the leading process does with them. */
import type { Log } from '@tallystick/store-agent';
import type pg from 'pg';
import { Tail } from '../../events/tail.ts';
import type { AddressRule } from '../../webhooks/addresses.ts';
import { dispatcher } from '../../webhooks/dispatcher.ts';
import { Poster } from '../../webhooks/post.ts';
import { BooksTailSource, readBooks } from './books-tail.ts';
import { Leader } from './leader.ts';
import { tellLevels } from './levels.ts';
import { retention } from './retention.ts';

export interface BooksFeedOptions {
  readonly pool: pg.Pool;
  readonly databaseUrl: string;
  readonly log: Log;
  /** Pools whose level may be news; what was told is taken out. */
  readonly changedPools: Set<string>;
  /** Where webhooks may go. */
  readonly addresses: AddressRule;
}

/** Read at once for an endpoint that is further behind than the tail. */
const OLDER_EVENTS = 200;

export class BooksFeed {
  /** The newest events, for regions and webhooks. */
  readonly tail: Tail;
  readonly poster: Poster;
  readonly addresses: AddressRule;
  readonly #source: BooksTailSource;
  readonly #leader: Leader;

  constructor({ pool, databaseUrl, log, changedPools, addresses }: BooksFeedOptions) {
    this.addresses = addresses;
    this.poster = new Poster(addresses);
    this.#source = new BooksTailSource(pool);
    this.tail = new Tail(this.#source, log);
    this.#leader = new Leader(databaseUrl, log, [
      retention(pool, log),
      tellLevels(pool, log, changedPools),
      dispatcher({
        pool,
        log,
        tail: this.tail,
        readOlder: (after) => readBooks(pool, after, OLDER_EVENTS),
        poster: this.poster,
      }),
    ]);
  }

  start(): void {
    this.tail.start();
    this.#leader.start();
  }

  /** Somebody told something. */
  notice(): void {
    this.#source.notice();
  }

  async stop(): Promise<void> {
    // Who reads the tail ends before it does.
    await this.#leader.stop();
    this.tail.stop();
    this.poster.close();
  }
}
