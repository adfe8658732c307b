/**
 * Oracle: random writes to tables of several kinds, many shapes followed by the stock client, and disturbances. What a client has at an
 * `up-to-date` must be what plain SQL said after one of the transactions, in their order; and when it is quiet,
 * what SQL says now. Seeded.
 */
import { createHash } from 'node:crypto';
import { type Row, Shape, ShapeStream, type ShapeStreamInterface } from '@electric-sql/client';
import { Random } from './oracle-random.test-kit.ts';
import { type OracleShape, oracleShapes } from './oracle-shapes.test-kit.ts';
import { ORACLE_TABLES, tableChanges, transactionSql } from './oracle-tables.test-kit.ts';

const TRANSACTIONS = 25;
const QUIET_WAIT_MS = 60_000;

export interface OracleOptions {
  readonly seed: number;
  /** That are followed at once. */
  readonly shapes: number;
  /** Of the door, such as `http://127.0.0.1:7400/v1/shape`: the same over restarts. */
  readonly url: string;
  readonly headers?: Record<string, string>;
  query(sql: string): Promise<Record<string, unknown>[]>;
}

class Follower {
  readonly columns: readonly string[];
  /** In SQL. */
  readonly where: string;
  readonly table: string;
  readonly name: string;
  /** What SQL said after each transaction. */
  states: string[] = [];
  /** What the client had at each `up-to-date`, as long as it was not judged yet. */
  sightings: string[] = [];
  refetches = 0;
  readonly errors: Error[] = [];
  readonly shape: Shape<Row>;
  readonly #stop = new AbortController();

  constructor(followed: OracleShape, { url, headers }: OracleOptions) {
    const { table, where, sql, params, columns, replica, liveSse, isChangesOnly } = followed;
    this.columns = columns ?? table.columns;
    this.where = sql ?? where ?? 'true';
    this.table = table.name;
    this.name = JSON.stringify({ ...followed, table: table.name });
    const stream = new ShapeStream<Row>({
      url,
      params: {
        table: table.name,
        ...(where === undefined ? {} : { where }),
        ...(params === undefined || params.length === 0 ? {} : { params: [...params] }),
        ...(columns === undefined ? {} : { columns: [...columns] }),
        ...(replica === undefined ? {} : { replica }),
      },
      ...(headers === undefined ? {} : { headers }),
      ...(isChangesOnly ? { log: 'changes_only', offset: 'now' } : {}),
      liveSse: liveSse === true,
      signal: this.#stop.signal,
      backoffOptions: { initialDelay: 20, maxDelay: 200, multiplier: 2 },
      onError: (error) => {
        this.errors.push(error);
      },
    });
    stream.subscribe((messages) => {
      for (const { headers: of } of messages) if (of.control === 'must-refetch') this.refetches += 1;
    });
    this.shape = new Shape<Row>(stream as ShapeStreamInterface<Row>);
    if (isChangesOnly)
      // Asked for again by the client itself, whenever it begins anew.
      void this.shape.requestSnapshot({ where: 'a >= 0' }).catch((error: Error) => {
        if (!this.#stop.signal.aborted) this.errors.push(error);
      });
    this.shape.subscribe(({ rows }) => {
      if (this.shape.isUpToDate && !isChangesOnly) this.sightings.push(digest(rows, this.columns));
    });
  }

  get now(): string {
    return digest(this.shape.currentRows, this.columns);
  }

  stop(): void {
    this.#stop.abort();
  }
}

export class Oracle {
  readonly #random: Random;
  readonly #options: OracleOptions;
  readonly #followers: Follower[] = [];
  /** Rows that were compared when it was quiet, and sightings that were judged. */
  rows = 0;
  sightings = 0;

  static async begin(options: OracleOptions): Promise<Oracle> {
    for (const { makeSql } of ORACLE_TABLES) await options.query(makeSql);
    const oracle = new Oracle(options);
    for (const shape of oracleShapes(oracle.#random, options.shapes))
      oracle.#followers.push(new Follower(shape, options));
    await oracle.#note();
    return oracle;
  }

  private constructor(options: OracleOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  get refetches(): number {
    return this.#followers.reduce((sum, { refetches }) => sum + refetches, 0);
  }

  get errors(): Error[] {
    return this.#followers.flatMap(({ errors }) => errors);
  }

  stop(): void {
    for (const follower of this.#followers) follower.stop();
  }

  /** Transactions, the disturbance at one of them, and a comparison once it is quiet. @throws Error where it differs */
  async round(what: string, disturb: () => Promise<unknown>): Promise<void> {
    const at = this.#random.below(TRANSACTIONS);
    for (let i = 0; i < TRANSACTIONS; i += 1) {
      await this.#options.query(transactionSql(this.#random));
      await this.#note();
      if (i !== at) continue;
      await disturb();
      await this.#note();
    }
    for (const follower of this.#followers) await this.#settle(follower, what);
  }

  /** One question a table: which of its rows each shape has, in the words of SQL. */
  async #note(): Promise<void> {
    for (const table of ORACLE_TABLES) {
      const followers = this.#followers.filter((one) => one.table === table.name);
      const marks = followers.map(({ where }, i) => `coalesce((${where}), false) as "in ${i}"`);
      const said = await this.#options.query(
        `select ${[...table.columns, ...marks].join(', ')} from ${table.name}`,
      );
      for (const [i, follower] of followers.entries()) {
        const rows = said.filter((row) => row[`in ${i}`] === true);
        this.rows += rows.length;
        const state = digest(rows, follower.columns);
        if (state !== follower.states.at(-1)) follower.states.push(state);
      }
    }
  }

  async #settle(follower: Follower, what: string): Promise<void> {
    const { seed } = this.#options;
    const wanted = follower.states.at(-1) as string;
    const untilMs = performance.now() + QUIET_WAIT_MS;
    while (follower.now !== wanted) {
      // Nor does a client go on after an error that it tells.
      if (performance.now() > untilMs || follower.errors.length > 0)
        throw new Error(
          `seed ${seed}, ${what}, ${follower.name}: not what SQL says, in time; ${follower.errors.join()}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { sightings, states } = follower;
    let at = 0;
    for (const [i, seen] of sightings.entries()) {
      const found = states.indexOf(seen, at);
      if (found < 0)
        throw new Error(
          `seed ${seed}, ${what}, ${follower.name}: what it had at up-to-date ${i + 1} of ${sightings.length} was true after none of ` +
            `${states.length - at} transactions${states.includes(seen) ? ', but after an older one' : ''}`,
        );
      at = found;
    }
    this.sightings += sightings.length;
    follower.sightings = [];
    follower.states = [wanted];
  }

  /** What changes a table's form, writes it anew, or empties it. */
  get tableChanges(): Readonly<Record<string, () => Promise<unknown>>> {
    const changes = Object.entries(tableChanges(this.#random));
    return Object.fromEntries(changes.map(([what, sql]) => [what, () => this.#options.query(sql())]));
  }
}

/** Rows as they are compared: in any order, times by their instant, whoever wrote them. */
function digest(rows: readonly Record<string, unknown>[], columns: readonly string[]): string {
  const texts = rows.map((row) =>
    JSON.stringify(
      columns.map((name) => {
        const value = row[name] ?? null;
        return name === 'at' && value !== null ? new Date(value as string).getTime() : value;
      }),
    ),
  );
  return `${rows.length} ${createHash('sha1').update(texts.sort().join('\n')).digest('hex')}`;
}
