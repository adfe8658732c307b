/**
 * Shapes: all that are followed at this process, over one replication slot. The slot is opened for the first
 * reader and given back after the last. Whatever makes it doubtful that a shape is right ends it, and its
 * readers start anew: they never see a wrong row.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Log, Problem } from '@tallystick/store-agent';
import pg from 'pg';
import { clientConfig } from '../authority/postgres/pool.ts';
import { type CallerLimits, roomFor, UNUSED_MS } from './callers.ts';
import { Confirmations } from './confirmations.ts';
import { Following } from './following.ts';
import { LockedTables } from './locked-tables.ts';
import { type PrepareTools, prepareShape, problemOf } from './prepare-shape.ts';
import { WRITES_VALUES } from './replication/log-stream.ts';
import { Publisher } from './replication/publication.ts';
import { definitionKey, type ShapeDefinition } from './shape/definition.ts';
import { keepWithin } from './shape/keep-within.ts';
import { Shape } from './shape/shape.ts';
import type { LogBudget } from './shape/shape-log.ts';
import { TableChanged } from './shape/take-snapshot.ts';
import type { Subset } from './subset/read-subset.ts';
import { takeSubset } from './subset/take-subset.ts';

/** Each costs some kilobytes, its log, and its snapshot on disk. */
const SHAPES_MAX = 10_000;
/** Made for one caller: each takes a snapshot, which others wait for. */
const SHAPES_PER_CALLER_MAX = 500;
const TERMS_PER_CALLER_MAX = 5_000;
/** Changes of all shapes together, in memory, and snapshots on disk. */
const LOGS_BYTES_MAX = 256_000_000;
const SNAPSHOTS_BYTES_MAX = 8_000_000_000;
/** Nobody asked for it for as long. */
const IDLE_MS = 600_000;
/** How soon a change of a table's form is seen where no row changes with it. */
const LOOK_EVERY_MS = 1_000;
/** Snapshots at once; more wait for a connection. */
const CONNECTIONS_MAX = 4;
const SNAPSHOT_TIMEOUT_MS = 600_000;
/** Beside them: whether a table is still as it was must not wait for the snapshots of others. */
const QUESTION_CONNECTIONS_MAX = 2;
const QUESTION_TIMEOUT_MS = 5_000;

export interface ShapesOptions {
  readonly databaseUrl: string;
  /** Snapshots lie here while they are used; it is emptied at the start. */
  readonly folder: string;
  readonly log: Log;
  /** Of one shape: who is behind further starts anew. 16 MB, if left out. */
  readonly logBytesMax?: number;
  /** Of all together: 256 MB, if left out. */
  readonly logsBytesMax?: number;
  readonly lookEveryMs?: number;
  /** 500, if left out. */
  readonly shapesPerCallerMax?: number;
}

export class Shapes {
  readonly #options: ShapesOptions;
  readonly #following: Following;
  /** For who starts. */
  readonly #byKey = new Map<string, Shape>();
  readonly #byHandle = new Map<string, Shape>();
  readonly #budget: LogBudget = { bytes: 0 };
  readonly #pool: pg.Pool;
  readonly #questions: pg.Pool;
  readonly #locked = new LockedTables();
  readonly #publisher: Publisher;
  readonly #confirmations = new Confirmations<number>((oid) => this.#following.check([oid], this.#questions));
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | undefined;
  #isStopped = false;

  constructor(options: ShapesOptions) {
    this.#options = options;
    const end = (shapes: Iterable<Shape>, why: Error) => {
      for (const shape of shapes) this.#end(shape, why);
    };
    this.#following = new Following(options.databaseUrl, options.log, end, () => this.#keepWithinBudget());
    rmSync(options.folder, { recursive: true, force: true });
    mkdirSync(options.folder, { recursive: true });
    this.#pool = poolOf(options, CONNECTIONS_MAX, SNAPSHOT_TIMEOUT_MS);
    this.#questions = poolOf(options, QUESTION_CONNECTIONS_MAX, QUESTION_TIMEOUT_MS);
    this.#publisher = new Publisher(this.#questions, this.#locked);
    this.#timer = setInterval(() => void this.#look(), options.lookEveryMs ?? LOOK_EVERY_MS);
    this.#timer.unref();
  }

  get count(): number {
    return this.#byHandle.size;
  }

  get waiting(): number {
    let waiting = 0;
    for (const shape of this.#byHandle.values()) waiting += shape.waiting;
    return waiting;
  }

  get isFollowing(): boolean {
    return this.#following.isOpen;
  }

  /** Behind each commit that was read, and before the next. */
  get seenLsn(): bigint {
    return this.#following.seenLsn;
  }

  /** The shape of a handle, where it is what is asked for. */
  find(handle: string, definition: ShapeDefinition, caller?: string): Shape | undefined {
    const shape = this.#byHandle.get(handle);
    if (shape === undefined || definitionKey(shape.definition) !== definitionKey(definition))
      return undefined;
    shape.readBy(caller, performance.now());
    return shape;
  }

  /**
   * For who starts: the one that is there, or another.
   * @param caller who reads it @throws Problem where there are too many
   */
  current(definition: ShapeDefinition, caller?: string): Shape {
    const key = definitionKey(definition);
    const found = this.#byKey.get(key);
    // One that has lost its beginning goes on, for who is past that.
    const shape = found?.isWhole === true ? found : this.#make(definition, key, caller);
    shape.readBy(caller, performance.now());
    return shape;
  }

  #make(definition: ShapeDefinition, key: string, caller: string | undefined): Shape {
    if (this.#isStopped) throw new Problem('stopping', 'This server is shutting down.');
    this.#makeRoomFor(caller, { shapes: 1, terms: 0 });
    if (this.#byHandle.size >= SHAPES_MAX && !this.#endOldest((one) => one.waiting === 0))
      throw new Problem('overloaded', 'As many shapes are followed here as can be. Try again later.');
    const { folder, log, logBytesMax } = this.#options;
    const shape = new Shape(definition, this.#budget, logBytesMax);
    this.#byKey.set(key, shape);
    this.#byHandle.set(shape.handle, shape);
    const tools: PrepareTools = {
      pool: this.#pool,
      questions: this.#questions,
      publisher: this.#publisher,
      locked: this.#locked,
      following: this.#following,
      log,
      path: join(folder, shape.handle),
      bytesMax: this.#snapshotBytesLeft(),
      // Once more where it is tried again, which is its own room.
      admit: (terms) => this.#makeRoomFor(caller, { shapes: 0, terms: terms - (shape.rows?.terms ?? 0) }),
    };
    shape.prepare(prepareShape(shape, tools, (why) => this.#end(shape, why)));
    return shape;
  }

  /** Of one caller's own, those that nobody reads any more go. @throws Problem where all are in use */
  #makeRoomFor(caller: string | undefined, more: CallerLimits): void {
    if (caller === undefined) return;
    const shapes = this.#options.shapesPerCallerMax ?? SHAPES_PER_CALLER_MAX;
    const most = { shapes, terms: TERMS_PER_CALLER_MAX };
    const going = roomFor(caller, this.#byHandle.values(), more, most, performance.now());
    for (const shape of going ?? []) this.#end(shape, new Error('Its caller wants another.'));
    if (going !== undefined) return;
    throw new Problem(
      'rate_limited',
      `These credentials may follow ${shapes} shapes at once, with ${TERMS_PER_CALLER_MAX} comparisons in their clauses, and this would be more. Stop some, or ask for fewer and larger ones.`,
      { retryAfterS: UNUSED_MS / 1_000 },
    );
  }

  /** Some of its rows as they are now. @returns undefined where it is over with it @throws Problem */
  async subset(shape: Shape, subset: Subset): Promise<string | undefined> {
    if (shape.rows === undefined || shape.isEnded) return undefined;
    try {
      return await takeSubset(this.#pool, this.#locked, shape.rows, subset, this.#following.seesAllRead());
    } catch (error) {
      if (!(error instanceof TableChanged)) throw problemOf(error as Error, this.#options.log);
      this.#end(shape, error);
      return undefined;
    }
  }

  /**
   * Of a partitioned table Postgres does not tell that a partition came or went: asked after what is to be said of it
   * was read, and before it is said. What is not so any more has ended then. @throws Problem
   */
  async confirm({ rows }: Shape): Promise<void> {
    if (rows?.source.table.partitions === undefined) return;
    try {
      await this.#confirmations.confirm(rows.source.table.oid);
    } catch (error) {
      throw problemOf(error as Error, this.#options.log);
    }
  }

  #snapshotBytesLeft(): number {
    let left = SNAPSHOTS_BYTES_MAX;
    for (const { snapshot } of this.#byHandle.values()) left -= snapshot?.bytes ?? 0;
    return Math.max(0, left);
  }

  #keepWithinBudget(): void {
    const most = this.#options.logsBytesMax ?? LOGS_BYTES_MAX;
    keepWithin(most, this.#budget, this.#byHandle, (shape) =>
      this.#end(shape, new Error('Others need its room.')),
    );
  }

  #endOldest(may: (shape: Shape) => boolean): boolean {
    let oldest: Shape | undefined;
    for (const shape of this.#byHandle.values())
      if (may(shape) && (oldest === undefined || shape.touchedMs < oldest.touchedMs)) oldest = shape;
    if (oldest !== undefined) this.#end(oldest, new Error('Others need its room.'));
    return oldest !== undefined;
  }

  #end(shape: Shape, why: Error): void {
    if (shape.isEnded) return;
    if (shape.rows !== undefined) this.#following.remove(shape, shape.rows.source);
    this.#byHandle.delete(shape.handle);
    const key = definitionKey(shape.definition);
    if (this.#byKey.get(key) === shape) this.#byKey.delete(key);
    shape.end(why);
  }

  #look(): Promise<void> {
    this.#looking ??= this.#lookNow()
      .catch((err: unknown) =>
        this.#options.log.debug({ err }, 'the tables of shapes could not be looked at'),
      )
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    const before = performance.now() - IDLE_MS;
    for (const shape of [...this.#byHandle.values()])
      if (shape.touchedMs < before && shape.waiting === 0) this.#end(shape, new Error('Nobody reads it.'));
    if (this.#byHandle.size === 0) {
      if (this.#following.isOpen) await this.#following.close(new Error('Nobody reads any shape.'));
      return;
    }
    const { tables } = this.#following;
    if (tables.length === 0) return;
    await this.#following.noteXid(this.#questions);
    await this.#following.check(tables, this.#questions);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    const why = new Problem('stopping', 'This server is shutting down.');
    for (const shape of [...this.#byHandle.values()]) this.#end(shape, why);
    await this.#looking;
    await this.#following.close(why);
    await Promise.all([this.#pool.end(), this.#questions.end()]);
    rmSync(this.#options.folder, { recursive: true, force: true });
  }
}

function poolOf({ databaseUrl, log }: ShapesOptions, max: number, statementTimeoutMs: number): pg.Pool {
  const pool = new pg.Pool({
    ...clientConfig(databaseUrl, 'tallystick-shapes'),
    // Compiling a question about a table with many partitions takes longer than all else about it.
    options: `${WRITES_VALUES} -c jit=off`,
    statement_timeout: statementTimeoutMs,
    max,
    idleTimeoutMillis: 10_000,
  });
  pool.on('error', (err) => log.warn({ err }, 'an idle connection of the shapes broke'));
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
