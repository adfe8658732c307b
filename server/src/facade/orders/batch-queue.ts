/**
 * Batch queue: batches whose callers did not wait. What was taken on is on disk before it is said (D1),
 * and is placed, one after the other, also where the region is started anew in between: orders have ids,
 * so that placing them once more is placing them once.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Agent, Problem, problemJson } from '@tallystick/store-agent';
import Database from 'better-sqlite3';
import type { z } from 'zod';
import { maySee, type Principal } from '../../access/principal.ts';
import type { NewBatch } from './place-batch.ts';
import type { batchStatusSchema } from './schema.ts';

/** Batches that wait to be placed, at most. */
const WAITING_MAX = 32;
/** Of those that were placed, so many can still be asked for. */
const DONE_KEPT = 200;
/** Before it is tried again what could not be done now. */
const AGAIN_MS = 100;
/** After what nobody foresaw, such as a disk that is full where the batches are kept. */
const AFTER_FAILURE_MS = 1_000;
/** After a start, for the lines to come up over which goods are asked for. */
const LINES_WAIT_MS = 10_000;
/** Nobody's fault, and gone after a while. */
const PASSING: ReadonlySet<string> = new Set(['stopping', 'request_under_way', 'read_only', 'overloaded']);

export interface QueuedBatch {
  readonly id: string;
  readonly body: NewBatch;
  readonly isPartial: boolean;
}

/** Whoever sent it, as far as its orders say it. */
type Sender = Pick<Principal, 'credential' | 'role' | 'client' | 'actor'>;
interface Waiting {
  readonly sender: Sender;
  readonly batch: QueuedBatch;
}
type Place = (principal: Principal, batch: QueuedBatch) => Promise<{ results: BatchStatus['results'] }>;

type BatchStatus = z.output<typeof batchStatusSchema>;
type Placed = Pick<BatchStatus, 'results' | 'problem'>;

const SCHEMA = `
  create table if not exists batch (
    place integer primary key,
    id text not null unique,
    hash text not null,
    -- Whose it is; null: the merchant's own.
    client text,
    -- What is to be placed, until it was.
    asked text,
    -- What became of it: results, or the problem.
    became text
  ) strict`;

export class BatchQueue {
  readonly #agent: Agent;
  readonly #place: Place;
  readonly #db: Database.Database;
  readonly #openedMs = performance.now();
  /** Up to this place they were taken on before this start. */
  readonly #lastOfBefore: number;
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(agent: Agent, place: Place) {
    this.#agent = agent;
    this.#place = place;
    this.#db = new Database(join(agent.dataDir, 'batches.db'));
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = FULL');
    this.#db.exec(SCHEMA);
    this.#lastOfBefore = this.#db
      .prepare('select coalesce(max(place), 0) from batch')
      .pluck()
      .get() as number;
  }

  /**
   * Takes a batch on; it is durable then. @returns whether it was known already.
   * @throws Problem: `document_differs`, or `overloaded` where too many wait
   */
  add({ credential, role, client, actor }: Principal, batch: QueuedBatch): boolean {
    const sender: Sender = { credential, role, client, actor };
    const asked = JSON.stringify({ sender, batch } satisfies Waiting);
    const hash = createHash('sha256')
      .update(JSON.stringify([client, batch]))
      .digest('base64url');
    const known = this.#db.prepare('select hash from batch where id = ?').pluck().get(batch.id);
    if (known !== undefined) {
      if (known === hash) return true;
      throw new Problem('document_differs', `Another batch was sent as ${batch.id}. Take a new id.`);
    }
    const waiting = this.#db.prepare('select count(*) from batch where became is null').pluck().get();
    if (Number(waiting) >= WAITING_MAX)
      throw new Problem(
        'overloaded',
        `${WAITING_MAX} batches wait to be placed already. Send it again later.`,
      );
    this.#db
      .prepare('insert into batch (id, hash, client, asked) values (?, ?, ?, ?)')
      .run(batch.id, hash, client ?? null, asked);
    this.goOn();
    return false;
  }

  /** Undefined where no such batch is known, to this caller. */
  status(principal: Principal, id: string): BatchStatus | undefined {
    const row = this.#db
      .prepare<[string], { became: string | null; client: string | null }>(
        'select became, client from batch where id = ?',
      )
      .get(id);
    if (row === undefined || !maySee(principal, row.client ?? undefined)) return undefined;
    if (row.became === null) return { id, status: 'running' };
    return { id, status: 'done', ...(JSON.parse(row.became) as Placed) };
  }

  /** Places what waits, if nobody does yet. */
  goOn(): void {
    if (this.#running !== undefined || this.#isStopped) return;
    this.#running = this.#placeAll().finally(() => {
      this.#running = undefined;
    });
  }

  /** Never rejects: nothing is lost, as a batch stays on disk until it is known what became of it. */
  async #placeAll(): Promise<void> {
    let hasMore = true;
    while (hasMore && !this.#isStopped) {
      try {
        hasMore = await this.#placeNext();
      } catch (error) {
        if (!this.#isStopped) this.#agent.log.error({ err: error }, 'a batch could not be placed');
        await this.#agent.when(() => this.#isStopped, AFTER_FAILURE_MS);
      }
    }
  }

  /** @returns false where none waits */
  async #placeNext(): Promise<boolean> {
    const batch = this.#next();
    if (batch === undefined) return false;
    const became = this.#agent.unready() === undefined ? await this.#became(batch) : undefined;
    if (became === undefined) await this.#agent.when(() => this.#isStopped, AGAIN_MS);
    else this.#done(batch.place, became);
    return true;
  }

  #next(): (Waiting & { readonly place: number }) | undefined {
    const row = this.#db
      .prepare<[], { place: number; asked: string }>(
        'select place, asked from batch where became is null order by place limit 1',
      )
      .get();
    return row === undefined ? undefined : { place: row.place, ...(JSON.parse(row.asked) as Waiting) };
  }

  /** Undefined where it was in nobody's power now, and is to be tried again. */
  async #became({ place, ...waiting }: Waiting & { readonly place: number }): Promise<Placed | undefined> {
    const became = await this.#placed(waiting);
    const codes = [became.problem, ...(became.results ?? []).map(({ problem }) => problem)].map(
      (problem) => problem?.code ?? '',
    );
    if (codes.some((code) => PASSING.has(code))) return undefined;
    const isJustStarted = place <= this.#lastOfBefore && performance.now() - this.#openedMs < LINES_WAIT_MS;
    return isJustStarted && codes.includes('insufficient_stock') ? undefined : became;
  }

  async #placed({ sender, batch }: Waiting): Promise<Placed> {
    try {
      const { results } = await this.#place(
        { ...sender, client: sender.client ?? undefined, scopes: new Set() },
        batch,
      );
      // Orders have calls of their own, and a thousand of them would be kept here twice.
      return { results: results?.map(({ order: _, ...result }) => result) };
    } catch (error) {
      if (error instanceof Problem) return { problem: problemJson(error) };
      throw error;
    }
  }

  #done(place: number, became: Placed): void {
    this.#db
      .prepare('update batch set asked = null, became = ? where place = ?')
      .run(JSON.stringify(became), place);
    this.#db
      .prepare(
        `delete from batch where place in (
           select place from batch where became is not null order by place desc limit -1 offset ${DONE_KEPT})`,
      )
      .run();
  }

  /** Leaves the one under way to whoever starts next: it was taken on, and is found there. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    this.#db.close();
  }
}
