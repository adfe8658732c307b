/**
 * Authority: the root replica. The same core as in a till, with Postgres as its journal.
 *
 * Any number of processes may run it on one set of books; each serves the children
 * that connected to it, and learns of the others' commits by notice.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { defaultSettings, Replica, type ReplicaId, type Writes } from '@tallystick/crdt';
import { type CallResult, TurnRefused } from '@tallystick/crdt/host';
import { Catalogue, callInTrace, Host, type Log, sha256, Witness } from '@tallystick/store-agent';
import type pg from 'pg';
import { anchorHeads } from './audit.ts';
import type { AuthorityOptions } from './authority-options.ts';
import { serveCall } from './calls/serve-call.ts';
import { CATALOGUE_CHANNEL, catalogueSince } from './catalogue.ts';
import { bringCatalogueBack, raiseCatalogue } from './catalogue-recovery.ts';
import { Customers } from './customers.ts';
import { DuplicateOrders } from './duplicate-orders.ts';
import { BooksFeed } from './feed/books-feed.ts';
import { FeedMark } from './feed/feed-mark.ts';
import { FEED_CHANNEL } from './feed/read-feed.ts';
import { FleetWatch } from './fleet-watch.ts';
import { BOOKS_CHANNEL, PgJournal } from './journal.ts';
import { migrate } from './migrate.ts';
import { Movements } from './movements.ts';
import { listen } from './postgres/listen.ts';
import { openPool } from './postgres/pool.ts';
import { beginAnew, findPutBack } from './put-back.ts';
import { recoveryLine } from './recovery.ts';
import { enrolReplica } from './registry.ts';
import { StaysFile } from './stays-file.ts';
import { catchUpPatiently, pgTurnJournal } from './turn-journal.ts';
import { inTheNameOf } from './who-asks.ts';
import { type Why, why } from './why.ts';
import { witnessed } from './witnessed.ts';

export const AUTHORITY = 'authority' as ReplicaId;

/** What was taken in longer ago stands in the trail. */
const ANCHOR_EVERY_MS = 10_000;
/** Catalogue items read from the books at once. */
const ITEMS_MAX = 5_000;

export class Authority {
  readonly host: Host;
  readonly catalogue: Catalogue;
  readonly pool: pg.Pool;
  readonly customers: Customers;
  readonly log: Log;
  readonly movements: Movements;
  readonly feed: BooksFeed;
  readonly fleet = new FleetWatch(this);
  /** Since this process started. */
  readonly worked = { turns: 0, entries: 0, refused: 0 };
  readonly options: AuthorityOptions;
  /** Since when each child stands below it. */
  readonly stays: StaysFile;
  readonly #journal: PgJournal;
  readonly #stopListening: () => Promise<void>;
  readonly #witness: Witness;
  readonly #duplicates: DuplicateOrders;
  #witnessTimer: NodeJS.Timeout | undefined;
  #anchorTimer: NodeJS.Timeout | undefined;
  #refreshing: Promise<void> | undefined;
  #anchoring: Promise<void> | undefined;
  #refreshAgain = false;
  failure: string | undefined;

  /** @throws DatabaseUnreachable, and whatever a migration does not like. */
  static async open(options: AuthorityOptions): Promise<Authority> {
    mkdirSync(options.dataDir, { recursive: true });
    const pool = await openPool(options.databaseUrl, {
      onIdleError: (error) => options.log.warn({ err: error }, 'an idle connection to the books broke'),
    });
    try {
      await migrate(pool);
      const mark = await FeedMark.open(pool, options.dataDir, options.log);
      const journal = new PgJournal(pool);
      const catalogue = new Catalogue(join(options.dataDir, 'catalogue.db'));
      const settings = defaultSettings(AUTHORITY, 'authority');
      const replica = new Replica(
        {
          ...settings,
          link: {
            ...settings.link,
            resendMs: options.resendMs,
            gatherMs: options.gatherMs ?? settings.link.gatherMs,
          },
          policy: { ...settings.policy, ...options.policy },
        },
        await journal.load(),
        journal.view,
        { sha256, nonce: () => randomBytes(16).toString('hex'), directory: catalogue },
      );
      const witness = Witness.open(join(options.dataDir, 'witness'));
      const putBack = await findPutBack(pool, journal, replica.ledger, witness);
      if (putBack !== undefined) options.log.warn({ why: putBack.why }, 'these books were put back');
      const items = await bringCatalogueBack(pool, catalogue);
      if (items > 0) options.log.warn({ items }, 'the books had forgotten these items of the catalogue');
      const stays = StaysFile.open(options.dataDir, options.log);
      const authority = new Authority(options, pool, journal, catalogue, replica, { witness, stays }, mark);
      await authority.refreshCatalogue();
      await authority.customers.sealAll();
      await authority.feed.endpoints.sealAll();
      // Before anybody is let in: the former life says not one word more. The feed jumps in the same commit.
      if (putBack !== undefined)
        await authority.host.engine.runDurably((self, now) => beginAnew(self, putBack, now));
      // Also those that a process which died, or another one, took in.
      stays.note(replica.ledger.streams.values(), replica);
      return authority;
    } catch (error) {
      await pool.end();
      throw error;
    }
  }

  private constructor(
    options: AuthorityOptions,
    pool: pg.Pool,
    journal: PgJournal,
    catalogue: Catalogue,
    replica: Replica,
    beside: { readonly witness: Witness; readonly stays: StaysFile },
    mark: FeedMark,
  ) {
    this.#witness = beside.witness;
    this.stays = beside.stays;
    this.options = options;
    this.pool = pool;
    this.customers = new Customers(pool, options.vault);
    this.log = options.log;
    this.movements = new Movements(pool, options.log);
    this.catalogue = catalogue;
    this.#journal = journal;
    this.host = new Host({
      id: AUTHORITY,
      replica,
      journal: witnessed(pgTurnJournal(journal, options.log), {
        ...beside,
        replica: () => this.host.engine.replica,
        flush: () => this.#flushWitness(),
      }),
      catalogue: {
        version: () => catalogue.copy.version,
        since: (version, limit) => catalogue.since(version, limit),
        publicKeyOf: (id) => catalogue.publicKeyOf(id, AUTHORITY),
        parentOf: (id) => catalogue.parentOf(id),
        replica: (id) => catalogue.replica(id),
        behind: (version) => void this.#catalogueBehind(version),
      },
      log: options.log,
      resendMs: options.resendMs,
      serve: (body, _waitMs, from) => serveCall(this, body, from),
      enrol: async (frame) => {
        const result = await this.enrol({
          replica: frame.replica,
          code: frame.code,
          publicKey: Buffer.from(frame.publicKey).toString('base64'),
          parent: AUTHORITY,
        });
        if (!result.ok) return { kind: 'refuse', code: result.code, message: result.message };
        const { kind, location } = result.value as { kind: 'region'; location: string | null };
        return { kind: 'enrolled', replicaKind: kind, location: location ?? '' };
      },
      onTurn: (writes) => this.#turned(writes),
      onRefused: (by, outcome, error) => {
        this.worked.refused += 1;
        options.log.error({ err: error, by }, `the books refused a turn; ${outcome}`);
      },
      onFailure: (error) => {
        const whose = error instanceof TurnRefused ? ' that no replica is to blame for' : '';
        this.failure = error instanceof Error ? error.message : String(error);
        options.log.error({ err: error }, `the books refused a turn${whose}; this process stops deciding`);
        this.host.children.stop();
        options.onFatal?.();
      },
    });
    this.#duplicates = new DuplicateOrders({
      pool,
      log: options.log,
      call: (target, body, waitMs) => this.call(target, body, waitMs),
    });
    this.feed = new BooksFeed(this, options, journal.changedPools, mark);
    this.#stopListening = listen({
      url: options.databaseUrl,
      channels: [BOOKS_CHANNEL, CATALOGUE_CHANNEL, FEED_CHANNEL],
      onNotice: (channel, payload) => {
        if (channel === CATALOGUE_CHANNEL) void this.refreshCatalogue();
        else if (channel === FEED_CHANNEL) this.feed.notice(payload);
        else this.#lookForOthers(payload === '' ? Number.POSITIVE_INFINITY : Number(payload));
      },
      onLost: (error) => options.log.warn({ err: error }, 'the notice connection broke'),
    });
  }

  /** Asks a replica; in the trace of whatever asks. Never rejects. */
  call(target: ReplicaId, body: object, waitMs: number): Promise<CallResult> {
    return callInTrace(target, body, (asked) => this.host.calls.call(target, asked, waitMs));
  }

  start(): void {
    this.host.engine.run((replica, now) => replica.beginLife(null, now));
    this.#registryChanged();
    this.host.start();
    this.#duplicates.start();
    this.movements.start();
    this.feed.start();
    this.fleet.start();
    this.#witnessTimer = setInterval(() => this.#flushWitness(), 200).unref();
    const anchorMs = this.options.anchorEveryMs ?? ANCHOR_EVERY_MS;
    this.#anchorTimer = setInterval(() => void this.#anchor(), anchorMs).unref();
  }

  /** Writers' heads go into the trail, so that what stands before them can no more be changed unnoticed. */
  #anchor(): Promise<void> {
    this.#anchoring ??= anchorHeads(this.pool)
      .catch((error: unknown) => this.log.warn({ err: error }, 'heads could not be put into the trail'))
      .finally(() => {
        this.#anchoring = undefined;
      });
    return this.#anchoring;
  }

  /** A witness that cannot be written is said, and tried again: the books themselves are whole. */
  #flushWitness(): void {
    try {
      this.#witness.flushIfDue(performance.now());
    } catch (error) {
      this.log.warn({ err: error }, 'the witness could not be written');
    }
  }

  /** A child's copy of the catalogue is ahead: the books were put back, and no newer copy stood beside them (F6). */
  async #catalogueBehind(version: number): Promise<void> {
    await raiseCatalogue(this.pool, version).catch((error: unknown) =>
      this.log.warn({ err: error }, 'the catalogue could not be brought beyond its copies'),
    );
    await this.refreshCatalogue();
  }

  /** Somebody committed up to a position; where it was not this process, its memory catches up. */
  #lookForOthers(position: number): void {
    const { engine } = this.host;
    // Mostly it was this process, which then knows already.
    if (position <= engine.replica.ledger.durablePosition) return;
    engine.idle(async (replica) => {
      if (position <= replica.ledger.durablePosition) return;
      await catchUpPatiently(this.#journal, replica, this.log);
      // This folder may be the one that is left.
      this.stays.note(replica.ledger.streams.values(), replica);
    });
  }

  #registryChanged(): void {
    this.host.engine.run((replica) => replica.moving.registryChanged());
    this.host.children.recheck();
  }

  #turned(writes: Writes): void {
    this.worked.turns += 1;
    for (const run of writes.runs) this.worked.entries += run.entries.length;
  }

  /** Brings this process's copy of the catalogue up to the books', and tells its children. */
  refreshCatalogue(): Promise<void> {
    this.#refreshAgain = true;
    this.#refreshing ??= this.#refresh();
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    try {
      while (this.#refreshAgain) {
        this.#refreshAgain = false;
        for (;;) {
          const from = this.catalogue.copy.version;
          const items = await catalogueSince(this.pool, from, ITEMS_MAX);
          const last = items.at(-1);
          this.catalogue.apply({ from, to: last?.version ?? from, items }, Date.now());
          if (items.some(({ kind }) => kind === 'replica')) this.#registryChanged();
          if (items.length < ITEMS_MAX) break;
        }
      }
      this.host.feedCatalogue();
    } catch (error) {
      this.log.warn({ err: error }, 'the catalogue could not be read from the books');
    } finally {
      this.#refreshing = undefined;
    }
  }

  /** Trades a one-time code for an enrolment. */
  async enrol(ask: {
    replica: string;
    code: string;
    publicKey: string;
    parent: string;
  }): Promise<CallResult> {
    const { replica, code, parent } = ask;
    const asker = { actor: `replica:${replica}`, via: parent };
    const enrolled = await inTheNameOf(asker, () =>
      enrolReplica(this.pool, {
        replica: replica as ReplicaId,
        code,
        parent: parent as ReplicaId,
        publicKey: Buffer.from(ask.publicKey, 'base64'),
      }),
    );
    if (!enrolled.ok) return { ok: false, code: 'enrolment_refused', message: enrolled.message };
    await this.refreshCatalogue();
    this.log.info({ replica, parent }, 'replica enrolled');
    return { ok: true, value: { kind: enrolled.kind, location: enrolled.location } };
  }

  why(sku: string): Why {
    const found = why(this.host.engine.replica.ledger, sku, this.catalogue.product(sku)?.names.en);
    const waits = recoveryLine(this);
    return waits === undefined ? found : { ...found, words: `${waits}\n\n${found.words}` };
  }

  async stop(): Promise<void> {
    clearInterval(this.#witnessTimer);
    await this.fleet.stop();
    await this.feed.stop();
    clearInterval(this.#anchorTimer);
    await this.#anchoring;
    await this.#duplicates.stop();
    await this.movements.stop();
    await this.host.stop();
    await this.#stopListening();
    this.#witness.close();
    this.stays.close();
    await this.feed.mark.stop();
    await this.pool.end();
    this.catalogue.close();
  }
}
