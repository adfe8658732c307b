/** The feed at one process of the authority: its tail of the newest events, and what the leading process does with them. */
import { Past, type PastReader } from '../../events/past.ts';
import { type Read, Tail } from '../../events/tail.ts';
import type { AddressRule } from '../../webhooks/addresses.ts';
import { dispatcher } from '../../webhooks/dispatcher.ts';
import { Endpoints } from '../../webhooks/endpoints.ts';
import { Poster } from '../../webhooks/post.ts';
import type { Authority } from '../authority.ts';
import type { AuthorityOptions } from '../authority-options.ts';
import { forgetCustomers } from '../forget-customers.ts';
import { DEFAULT_RETENTION } from '../retention-rule.ts';
import { BooksTailSource, readBooks } from './books-tail.ts';
import type { Every } from './every.ts';
import type { FeedMark } from './feed-mark.ts';
import { Leader, SILENT_MS } from './leader.ts';
import { tellLevels } from './levels.ts';
import { watchLinks } from './links.ts';
import { retention } from './retention.ts';
import { openSession } from './session.ts';

/** Read at once for an endpoint that is further behind than the tail. */
const OLDER_EVENTS = 200;
/** Of regions' readers and of endpoints: the books have other things to do. */
const PAST = { atOnce: 2, waitingMax: 2_000, rests: true };

export class BooksFeed {
  /** The newest events, for regions and webhooks. */
  readonly tail: Tail;
  /** Whoever stops this feed stops it as well, once nothing more is told. */
  readonly mark: FeedMark;
  readonly poster: Poster;
  readonly endpoints: Endpoints;
  /** Where webhooks may go. */
  readonly addresses: AddressRule;
  readonly #source: BooksTailSource;
  readonly #leader: Leader;
  readonly #links: Every;
  readonly #past: Past;

  /** @param changedPools pools whose level may be news; what was told is taken out */
  constructor(authority: Authority, options: AuthorityOptions, changedPools: Set<string>, mark: FeedMark) {
    this.mark = mark;
    const { pool } = authority;
    this.#past = new Past(PAST, (after, limit) => readBooks(pool, after, limit));
    const { databaseUrl, log, vault, retention: rule = DEFAULT_RETENTION } = options;
    this.addresses = { allowLoopback: options.allowLoopbackWebhooks ?? false };
    this.poster = new Poster(this.addresses);
    this.endpoints = new Endpoints(pool, vault);
    this.#source = new BooksTailSource(pool);
    this.tail = new Tail(this.#source, log);
    this.#links = watchLinks(authority, options.offlineAfterMs);
    const connect = () => openSession(databaseUrl, SILENT_MS);
    this.#leader = new Leader({ connect, log, nowMs: () => performance.now() }, [
      retention(pool, log, rule.eventsDays),
      ...(rule.customersDays === undefined
        ? []
        : [forgetCustomers(pool, authority.customers, log, rule.customersDays)]),
      tellLevels(pool, log, changedPools),
      dispatcher({
        pool,
        log,
        tail: this.tail,
        readOlder: (after, isWaiting) => this.readPast({ whose: 'webhooks', isWaiting }, after, OLDER_EVENTS),
        poster: this.poster,
        endpoints: this.endpoints,
        keepDays: rule.deliveriesDays,
      }),
    ]);
  }

  start(): void {
    this.mark.start();
    this.tail.start();
    this.#leader.start();
    this.#links.start();
  }

  /** Somebody told something. @param position the newest as it was notified; empty where notices may be lost */
  notice(position = ''): void {
    this.mark.note(position === '' ? undefined : Number(position));
    this.#source.notice();
  }

  /** What no tail holds, in turns. @param reader a region, or whoever else asks @throws Problem `overloaded` */
  readPast(reader: PastReader, after: number, limit: number): Promise<Read> {
    return this.#past.read(after, limit, reader);
  }

  async stop(): Promise<void> {
    // Who reads the tail ends before it does.
    await Promise.all([this.#leader.stop(), this.#links.stop()]);
    this.tail.stop();
    this.poster.close();
  }
}
