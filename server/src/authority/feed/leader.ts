/**
 * Leader: of all processes that share the books, the one that does what one alone should do.
 *
 * It is whoever holds a lock of a Postgres session: when that process or its connection ends, Postgres gives
 * the lock to the next. A leader that has lost its connection may go on for a moment beside its successor,
 * so leading makes things cheap, and never right: whatever a leader does must be right when two do it.
 */
import type { Log } from '@tallystick/store-agent';
import pg from 'pg';
import { clientConfig } from '../postgres/pool.ts';

/** Any number will do, as long as every release uses the same. */
const LOCK = 7_214_012;
/** How soon another takes over, once the lock is free. */
const TRY_EVERY_MS = 500;
/** A lock whose connection died without a word is noticed after as long. */
const PROBE_EVERY_MS = 2_000;

/** Something that runs while this process leads. */
export interface Duty {
  start(): void;
  stop(): Promise<void>;
}

export class Leader {
  readonly #url: string;
  readonly #log: Log;
  readonly #duties: readonly Duty[];
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #step: Promise<void> = Promise.resolve();
  #isEnded = false;
  #leads = false;

  constructor(url: string, log: Log, duties: readonly Duty[]) {
    this.#url = url;
    this.#log = log;
    this.#duties = duties;
  }

  get leads(): boolean {
    return this.#leads;
  }

  start(): void {
    this.#evaluateLater(0);
  }

  async stop(): Promise<void> {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    await this.#step;
    await this.#resign();
  }

  #evaluateLater(ms: number): void {
    if (this.#isEnded) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#step = this.#evaluate().catch((error: unknown) => {
        this.#log.warn({ err: error }, 'leading the feed is not possible now');
        return this.#resign();
      });
      void this.#step.then(() => this.#evaluateLater(this.#leads ? PROBE_EVERY_MS : TRY_EVERY_MS));
    }, ms);
    this.#timer.unref();
  }

  async #evaluate(): Promise<void> {
    this.#client ??= await this.#connect();
    if (this.#leads) {
      await this.#client.query('select 1');
      return;
    }
    const { rows } = await this.#client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [
      LOCK,
    ]);
    if (rows[0]?.got !== true) return;
    this.#leads = true;
    this.#log.info('this process leads the feed');
    for (const duty of this.#duties) duty.start();
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(clientConfig(this.#url, 'tallystick-leader'));
    client.on('error', () => {
      // The session is gone and the lock with it: whoever is quicker leads next.
      if (this.#client === client) this.#evaluateLater(0);
    });
    await client.connect();
    return client;
  }

  async #resign(): Promise<void> {
    const wasLeader = this.#leads;
    this.#leads = false;
    if (wasLeader) {
      this.#log.info('this process leads the feed no more');
      await Promise.all(this.#duties.map((duty) => duty.stop()));
    }
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }
}
