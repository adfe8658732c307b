/**
 * Following: one replication stream, and the shapes that take from it. Each change is read once, derived
 * once for each source, and asked of each shape that may want it; a transaction's changes come to a shape with its commit.
 */
import type { Log } from '@tallystick/store-agent';
import type pg from 'pg';
import { FollowedTables, isAsKnown, ordered } from './followed-tables.ts';
import { LogStream } from './replication/log-stream.ts';
import type { IsInSnapshot } from './replication/moment.ts';
import type { ChangeReader, Relation, Tuple } from './replication/pgoutput.ts';
import { makePublication, PUBLICATION } from './replication/publication.ts';
import { fullXid } from './replication/xid.ts';
import { patiently, seeing } from './seeing.ts';
import type { Transaction } from './shape/pending.ts';
import type { Shape } from './shape/shape.ts';
import { marksOf } from './sources/describe.ts';
import type { Source } from './sources/source.ts';

/** Commits that are remembered: one that was read may still be a moment from being seen by a snapshot. */
const RECENT_MAX = 5_000;

/** There is no stream: try again. */
export class StreamLost extends Error {}

interface Commit extends Transaction {
  readonly number: number;
}

export class Following {
  readonly #url: string;
  readonly #log: Log;
  readonly #end: (shapes: Iterable<Shape>, why: Error) => void;
  readonly #onGrown: () => void;
  #stream: LogStream | undefined;
  #opening: Promise<void> | undefined;
  readonly #tables = new FollowedTables();
  /** That is being read. */
  #reading: Transaction | undefined;
  /** Tables that were asked for after it, which need not be asked for again with each of their partitions. */
  readonly #checked = new Set<number>();
  /** A transaction of this cluster that was not long ago. */
  #nearXid = 0n;
  #seenLsn = 0n;
  #commits = 0;
  /** Of them, those that everybody sees. */
  #seenCommits = 0;
  #recent: Commit[] = [];
  readonly #touched = new Set<Shape>();
  /** Came while a transaction was being read, which they are to find in their snapshots. */
  readonly #late = new Set<Shape>();

  /**
   * @param end what is not sure to be right any more
   * @param onGrown after changes have come to their shapes
   */
  constructor(
    url: string,
    log: Log,
    end: (shapes: Iterable<Shape>, why: Error) => void,
    onGrown: () => void,
  ) {
    this.#onGrown = onGrown;
    this.#url = url;
    this.#log = log;
    this.#end = end;
  }

  get isOpen(): boolean {
    return this.#stream !== undefined;
  }

  /** Behind each commit that was read, and before the next. */
  get seenLsn(): bigint {
    return this.#seenLsn;
  }

  get tables(): readonly number[] {
    return this.#tables.oids;
  }

  /** @throws what Postgres throws */
  open(pool: pg.Pool): Promise<void> {
    if (this.#stream !== undefined) return Promise.resolve();
    this.#opening ??= this.#open(pool).finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(pool: pg.Pool): Promise<void> {
    await makePublication(pool);
    await this.noteXid(pool);
    this.#reading = undefined;
    this.#late.clear();
    this.#checked.clear();
    const opened = await LogStream.open({
      url: this.#url,
      publication: PUBLICATION,
      reader: this.#reader(pool),
      log: this.#log,
      onPassed: (lsn) => {
        // Its last byte: a commit may begin right behind it.
        if (this.#reading === undefined && lsn - 1n > this.#seenLsn) this.#seenLsn = lsn - 1n;
      },
      onLost: (error) => {
        this.#stream = undefined;
        this.#log.warn({ err: error }, 'the replication stream broke; shapes begin anew');
        this.#endAll(error);
      },
    });
    this.#stream = opened;
    this.#seenLsn = opened.startLsn;
    this.#recent = [];
    this.#log.info('shapes follow the books');
  }

  /** To be told now and then: changes name the last half of a transaction's id alone. @throws what Postgres throws */
  async noteXid(pool: pg.Pool): Promise<void> {
    const { rows } = await pool.query<{ xid: string }>(
      'select pg_snapshot_xmax(pg_current_snapshot())::text as xid',
    );
    this.#nearXid = BigInt(rows[0]?.xid ?? 0);
  }

  async close(why: Error): Promise<void> {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#endAll(why);
    await this.#opening?.catch(() => {});
    await stream?.close();
  }

  #endAll(why: Error): void {
    for (const oid of this.tables)
      for (const [, shapes] of this.#tables.sources(oid)) this.#end(shapes.all, why);
  }

  shared(source: Source): Source {
    return this.#tables.shared(source);
  }

  /**
   * @throws StreamLost
   * @returns asked at the moment of its snapshot: whether something was read before that it would miss
   */
  add(shape: Shape, source: Source): (isInSnapshot: IsInSnapshot) => boolean {
    // Between its question and now the stream may have broken: nobody would tell this shape of anything.
    if (this.#stream === undefined) throw new StreamLost('The replication stream broke.');
    this.#tables.add(shape, source);
    this.#checked.delete(source.table.oid);
    const [from, reading] = [this.#commits, this.#reading];
    // What came of this transaction before is not told again: the snapshot must have all of it.
    if (reading !== undefined) this.#late.add(shape);
    shape.sinceLsn = reading === undefined ? this.#seenLsn : reading.lsn + 1n;
    return (isInSnapshot) =>
      (reading !== undefined && !isInSnapshot(reading.xid, reading.lsn)) ||
      this.#recent.some(({ number, xid, lsn }) => number < from && !isInSnapshot(xid, lsn));
  }

  remove(shape: Shape, source: Source): void {
    this.#touched.delete(shape);
    this.#late.delete(shape);
    this.#tables.remove(shape, source);
  }

  /** Asks whether tables are as they were, after all that was read: shapes of those that are not have ended then. @throws what Postgres throws */
  async check(oids: readonly number[], pool: pg.Pool): Promise<void> {
    const { marks } = await seeing(
      () => patiently(() => marksOf(pool, PUBLICATION, oids)),
      this.seesAllRead(),
    );
    const why = new Error('The table was changed.');
    for (const oid of oids)
      for (const [{ table }, shapes] of this.#tables.sources(oid))
        if (table.mark !== marks.get(oid)) this.#end(shapes.all, why);
  }

  /** @returns whether a moment has what was read until now */
  seesAllRead(): (isIn: IsInSnapshot) => boolean {
    const [until, reading] = [this.#commits, this.#reading];
    return (isIn) => (reading === undefined || isIn(reading.xid, reading.lsn)) && this.#areIn(isIn, until);
  }

  /** Whether a moment has all commits before one: those that were seen once are not asked for again. */
  #areIn(isIn: IsInSnapshot, until: number): boolean {
    const unsure = this.#commits - this.#seenCommits;
    if (unsure > 0)
      for (const { number, xid, lsn } of this.#recent.slice(-unsure))
        if (number < until && !isIn(xid, lsn)) return false;
    this.#seenCommits = Math.max(this.#seenCommits, until);
    return true;
  }

  /** All that wants what is told of a table. */
  #endTold(oid: number, why: Error): void {
    for (const { shapes } of [...this.#tables.followers(oid)]) this.#end(shapes.all, why);
  }

  #reader(pool: pg.Pool): ChangeReader {
    return {
      wants: (oid) => this.#tables.isWanted(oid),
      begin: (lsn, xid) => {
        this.#nearXid = fullXid(xid, this.#nearXid);
        this.#reading = { xid: this.#nearXid, lsn };
        this.#checked.clear();
      },
      relation: (relation) => this.#relation(relation, pool),
      insert: (oid, row) => this.#take(oid, null, row),
      update: (oid, before, row) => {
        if (before !== undefined) this.#take(oid, before, row);
        else this.#endTold(oid, new Error('Its rows are not told as they were.'));
      },
      delete: (oid, before) => {
        if (before !== undefined) this.#take(oid, before, null);
        else this.#endTold(oid, new Error('Its rows are not told as they were.'));
      },
      truncate: (oids) => {
        for (const oid of oids) this.#endTold(oid, new Error('It was truncated.'));
      },
      commit: () => this.#commit(),
    };
  }

  /** Comes before the first change, and again after whatever may have changed the table. */
  #relation(relation: Relation, pool: pg.Pool): void {
    const why = new Error('The columns of the table were changed.');
    for (const follower of [...this.#tables.followers(relation.oid)])
      if (!isAsKnown(follower, relation)) this.#end(follower.shapes.all, why);
    // All rows may be others under the same columns, and no change says so: that is asked before any more is read.
    const tables = [...this.#tables.followers(relation.oid)].map(({ source }) => source.table.oid);
    const unsure = tables.filter((oid) => !this.#checked.has(oid));
    if (unsure.length > 0) this.#stream?.hold(this.#checkNow(relation.oid, unsure, pool));
  }

  async #checkNow(toldOid: number, tables: readonly number[], pool: pg.Pool): Promise<void> {
    const reading = this.#reading;
    try {
      await this.check(tables, pool);
      // What was asked for after another says nothing of this one.
      if (this.#reading === reading) for (const oid of tables) this.#checked.add(oid);
    } catch (error) {
      this.#endTold(toldOid, error as Error);
    }
  }

  #take(oid: number, before: Tuple | null, after: Tuple | null): void {
    const reading = this.#reading as Transaction;
    for (const { source, shapes, order } of this.#tables.followers(oid))
      try {
        const [was, is] = [
          before && source.derive(ordered(before, order)),
          after && source.derive(ordered(after, order)),
        ];
        if (was === null && is === null) continue;
        for (const shape of shapes.offered(was, is)) {
          if (this.#late.has(shape)) continue;
          if (shape.take(was, is, reading)) this.#touched.add(shape);
          if (shape.isTooMuch) this.#end([shape], new Error('A transaction is larger than what is kept.'));
        }
      } catch (error) {
        // A value that cannot be read is no guess.
        this.#log.error({ err: error }, 'a change could not be taken into its shapes');
        this.#end(shapes.all, error as Error);
      }
    this.#onGrown();
  }

  #commit(): void {
    const committed = this.#reading as Transaction;
    this.#reading = undefined;
    this.#late.clear();
    this.#commits += 1;
    this.#recent.push({ number: this.#commits - 1, ...committed });
    if (this.#recent.length > 2 * RECENT_MAX) this.#recent = this.#recent.slice(-RECENT_MAX);
    this.#seenLsn = committed.lsn + 1n;
    for (const shape of this.#touched) shape.commit(committed);
    this.#touched.clear();
    this.#onGrown();
  }
}
