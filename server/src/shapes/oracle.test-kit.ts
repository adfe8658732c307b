/**
 * Oracle: random writes, several shapes followed by the stock client, and disturbances. What a client has at an
 * `up-to-date` must be what plain SQL said after one of the transactions, in their order; and when it is quiet,
 * what SQL says now. Seeded.
 */
import { createHash } from 'node:crypto';
import { type Row, Shape, ShapeStream, type ShapeStreamInterface } from '@electric-sql/client';

const TRANSACTIONS = 25;
const KEYS = 60;
const COLUMNS = ['a', 'b', 'name', 'n', 'at', 'gone'];
const QUIET_WAIT_MS = 60_000;

const SHAPES: readonly { where?: string; columns?: string[]; replica?: 'full'; liveSse?: true }[] = [
  {},
  { where: 'n > 5' },
  { where: `name like 'a%' or n is null`, replica: 'full' },
  { where: `at between '2026-01-01' and '2026-06-01' and not gone`, columns: ['a', 'b', 'n'] },
  { where: `b in ('x', 'y') and n <> 3`, liveSse: true },
  { where: 'gone is not true', liveSse: true, replica: 'full' },
];

/** Mulberry32: small, and the same everywhere. */
function prng(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface OracleOptions {
  readonly seed: number;
  /** Of the door, such as `http://127.0.0.1:7400/v1/shape`: the same over restarts. */
  readonly url: string;
  readonly headers?: Record<string, string>;
  query(sql: string): Promise<Record<string, unknown>[]>;
}

class Follower {
  readonly columns: readonly string[];
  readonly where: string;
  readonly name: string;
  /** What SQL said after each transaction. */
  states: string[] = [];
  /** What the client had at each `up-to-date`, as long as it was not judged yet. */
  sightings: string[] = [];
  refetches = 0;
  readonly errors: Error[] = [];
  readonly shape: Shape<Row>;
  readonly #stop = new AbortController();

  constructor(
    { where, columns, replica, liveSse }: (typeof SHAPES)[number],
    { url, headers }: OracleOptions,
  ) {
    this.columns = columns ?? COLUMNS;
    this.where = where === undefined ? '' : ` where ${where}`;
    this.name = JSON.stringify({ where, columns, replica, liveSse });
    const stream = new ShapeStream<Row>({
      url,
      params: {
        table: 'public.things',
        ...(where === undefined ? {} : { where }),
        ...(columns === undefined ? {} : { columns }),
        ...(replica === undefined ? {} : { replica }),
      },
      ...(headers === undefined ? {} : { headers }),
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
    this.shape.subscribe(({ rows }) => {
      if (this.shape.isUpToDate) this.sightings.push(digest(rows, this.columns));
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
  readonly random: () => number;
  readonly #options: OracleOptions;
  readonly #followers: Follower[] = [];
  /** Rows that were compared when it was quiet, and sightings that were judged. */
  rows = 0;
  sightings = 0;

  static async begin(options: OracleOptions): Promise<Oracle> {
    await options.query(
      'create table public.things (a int, b text, name text, n int, at timestamptz, gone bool, primary key (a, b))',
    );
    const oracle = new Oracle(options);
    await oracle.#note();
    for (const shape of SHAPES) {
      const follower = new Follower(shape, options);
      follower.states.push(await oracle.#said(follower));
      oracle.#followers.push(follower);
    }
    return oracle;
  }

  private constructor(options: OracleOptions) {
    this.#options = options;
    this.random = prng(options.seed);
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
    const at = Math.floor(this.random() * TRANSACTIONS);
    for (let i = 0; i < TRANSACTIONS; i += 1) {
      await this.#options.query(this.#transaction());
      await this.#note();
      if (i !== at) continue;
      await disturb();
      await this.#note();
    }
    for (const follower of this.#followers) await this.#settle(follower, what);
  }

  async #said({ columns, where }: Follower): Promise<string> {
    const rows = await this.#options.query(`select * from public.things${where}`);
    this.rows += rows.length;
    return digest(rows, columns);
  }

  async #note(): Promise<void> {
    for (const follower of this.#followers) {
      const said = await this.#said(follower);
      if (said !== follower.states.at(-1)) follower.states.push(said);
    }
  }

  async #settle(follower: Follower, what: string): Promise<void> {
    const { seed } = this.#options;
    const wanted = follower.states.at(-1) as string;
    const untilMs = performance.now() + QUIET_WAIT_MS;
    while (follower.now !== wanted) {
      if (performance.now() > untilMs)
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

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.random() * list.length)] as T;
  }

  #transaction(): string {
    const statements = Array.from({ length: 1 + Math.floor(this.random() * 4) }, () => this.#statement());
    const end = this.random() < 0.1 ? 'rollback' : 'commit';
    return `begin; ${statements.join('; ')}; ${end}`;
  }

  #statement(): string {
    const a = Math.floor(this.random() * KEYS);
    const b = this.#pick(['x', 'y', 'z/"q"']);
    const at = `a = ${a} and b = '${b}'`;
    const n = this.#pick(['null', '3', '4', '6', '9']);
    switch (
      this.#pick(['insert', 'insert', 'insert', 'update', 'update', 'many', 'key', 'delete', 'same'] as const)
    ) {
      case 'insert':
        return `insert into public.things (a, b, name, n, at, gone) values (${a}, '${b}', '${this.#pick(['ab', 'b', 'Äa'])}', ${n},
          timestamptz '2026-01-01' + interval '1 day' * ${Math.floor(this.random() * 300)}, ${this.#pick(['true', 'false', 'null'])})
          on conflict (a, b) do update set n = excluded.n, gone = excluded.gone`;
      case 'update':
        return `update public.things set n = ${n}, name = '${this.#pick(['abc', 'c'])}' where ${at}`;
      case 'many':
        return `update public.things set n = n + 1 where a % 7 = ${a % 7}`;
      case 'key':
        return `update public.things set a = a + ${KEYS} where ${at} and not exists (select from public.things where a = ${a + KEYS} and b = '${b}')`;
      case 'delete':
        return `delete from public.things where a in (${a}, ${a + KEYS}) and b = '${b}'`;
      case 'same':
        return `update public.things set name = name where a = ${a}`;
    }
  }

  /** What changes the table's form, writes it anew, or empties it. */
  get tableChanges(): Readonly<Record<string, () => Promise<unknown>>> {
    const run = (sql: () => string) => () => this.#options.query(sql());
    return {
      truncate: run(() => 'truncate public.things'),
      'another column': run(
        () => `alter table public.things add column c${Math.floor(this.random() * 1e9)} int default 1`,
      ),
      'another type': run(
        () =>
          `alter table public.things alter column name type ${this.#pick(['varchar(50)', 'text'])} using left(name || 1::text, 40)`,
      ),
      'written anew': run(() => 'vacuum full public.things'),
    };
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
