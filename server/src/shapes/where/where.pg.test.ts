/**
 * Where clauses against the real Postgres: for random clauses and rows it must say of every row what we say
 * of it here, and what our own SQL says. Seeded: SEED=… repeats a run.
 */
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { evaluator } from './evaluate.ts';
import { parseWhere } from './parse.ts';
import { pinOf } from './pin.ts';
import type { WhereColumn } from './predicate.ts';
import { whereSql, writtenByPostgres } from './sql.ts';
import { WhereError } from './where-error.ts';

const COLUMNS: readonly WhereColumn[] = [
  { name: 'i', type: 'int4' },
  { name: 'b', type: 'int8' },
  { name: 'n', type: 'numeric' },
  { name: 'f', type: 'float8' },
  { name: 'r', type: 'float4' },
  { name: 's', type: 'text' },
  { name: 'Odd name', type: 'varchar' },
  { name: 'ok', type: 'bool' },
  { name: 'u', type: 'uuid' },
  { name: 'd', type: 'date' },
  { name: 'z', type: 'timestamptz' },
  { name: 't', type: 'timestamp' },
  { name: 'm', type: 'time' },
  { name: 'c', type: 'bpchar' },
  { name: 'e', type: 'enum', labels: ['sad', 'so so', 'happy'] },
];
/** As it is declared, where that is not the type's name. */
const DECLARED: Readonly<Record<string, string>> = { c: 'char(4)', e: 'pg_temp."a mood"' };

const UUIDS = ['00000000-0000-0000-0000-000000000001', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'];
const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'Äb',
  'äb',
  '100%',
  'a_b',
  'a\\b',
  "it's",
  '🦊',
  '\uffff',
  'line\nbreak',
  'aXbXc',
];
const DATES = ['2026-01-01', '0044-03-15 BC', 'infinity', '-infinity', '12026-02-28', '2024-02-29'];
const TIMES = [
  '2026-01-01 10:00:00+00',
  '2026-01-01 11:00:00.5+01',
  '1999-12-31 23:59:59.999999-08',
  'infinity',
];
/** Of each column, what it may hold and be compared with; each stands in quotes or as a parameter. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  i: ['0', '1', '-5', '2147483647', '42'],
  b: ['0', '9007199254740993', '9007199254740992', '-9223372036854775808', '42'],
  n: [
    '0',
    '1.10',
    '1.1',
    '-0.000001',
    '123456789012345678901234567890.5',
    'NaN',
    'Infinity',
    '-Infinity',
    '42',
  ],
  f: ['0', '-0', '0.1', '1e300', '-1e-300', 'NaN', 'Infinity', '42'],
  r: ['0', '0.1', '1e30', 'NaN', '-Infinity', '42'],
  s: TEXTS,
  'Odd name': TEXTS,
  ok: ['true', 'false'],
  u: UUIDS,
  d: DATES,
  z: TIMES,
  t: ['2026-01-01 10:00:00', '2026-01-01 10:00:00.000001', '-infinity', '0001-01-01 00:00:00 BC'],
  m: ['00:00:00', '10:00:00', '10:00:00.5', '24:00:00'],
  c: ['', ' ', 'a', 'a ', ' a', 'Ä', '🦊', 'ab', 'ab\n'],
  e: ['sad', 'so so', 'happy'],
};
const NUMBERS = ['0', '1', '-5', '1.1', '42', '0.1', '9007199254740993', '1e300', '.5'];
const PATTERNS = ['%', 'a%', '%b', '_', '%X%X%', 'a\\_b', '100\\%', 'A%', '%', '__', '%\\\\%', ''];

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

class Clauses {
  readonly #random: () => number;
  readonly params: Record<string, string> = {};

  constructor(random: () => number) {
    this.#random = random;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }

  clause(depth = 3): string {
    const roll = this.#random();
    if (depth > 0 && roll < 0.25) return `${this.clause(depth - 1)} and ${this.clause(depth - 1)}`;
    if (depth > 0 && roll < 0.45) return `(${this.clause(depth - 1)} OR ${this.clause(depth - 1)})`;
    if (depth > 0 && roll < 0.6) return `not (${this.clause(depth - 1)})`;
    if (depth > 0 && roll < 0.65)
      return `(${this.clause(depth - 1)}) is ${this.pick(['', 'not '])}${this.pick(['true', 'false', 'unknown', 'null'])}`;
    return this.#atom();
  }

  #atom(): string {
    const { name, type } = this.pick(COLUMNS);
    const column = name === 'Odd name' ? '"Odd name"' : this.pick([name, name.toUpperCase()]);
    const not = this.pick(['', '', 'not ']);
    const value = () => this.#value(name);
    const kind = this.pick([
      ...(['compare', 'compare', 'in', 'any', 'null', 'like', 'columns', 'bool'] as const),
      type === 'enum' ? ('in' as const) : ('between' as const),
    ]);
    const op = () => (type === 'enum' ? this.pick(['=', '<>']) : this.#comparison());
    switch (kind) {
      case 'compare':
        return this.#random() < 0.2 ? `${value()} ${op()} ${column}` : `${column} ${op()} ${value()}`;
      case 'any': {
        const items = Array.from({ length: Math.floor(this.#random() * 4) }, () =>
          this.#random() < 0.1 ? 'NULL' : JSON.stringify(this.pick(VALUES[name] as readonly string[])),
        );
        // JSON writes a line break as letters, an array does not.
        const list = `{${items.join(',').replaceAll('\\n', '\n')}}`;
        return `${column} = ${this.pick(['any', 'ANY'])}(${this.#quoted(list)})`;
      }
      case 'between':
        return `${column} ${not}between ${value()} AND ${value()}`;
      case 'in':
        return `${column} ${not}in (${Array.from({ length: 1 + Math.floor(this.#random() * 4) }, value).join(', ')})`;
      case 'null':
        return `${column} is ${not}null`;
      case 'like': {
        const text =
          type === 'text' || type === 'varchar'
            ? column
            : this.pick(['i::text', 'cast(d as text)', 'ok::text', 'e::text']);
        return `${text} ${not}${this.pick(['like', 'ilike'])} ${this.#quoted(this.pick([...PATTERNS, ...PATTERNS, 'tru_', '4%']))}`;
      }
      case 'columns': {
        const [a, b] = this.pick([
          ['i', 'b'],
          ['b', 'n'],
          ['f', 'i'],
          ['r', 'f'],
          ['n', 'r'],
          ['s', '"Odd name"'],
          ['d', 'z'],
          ['t', 'z'],
          ['d', 't'],
          ['b::numeric', 'n'],
          ['i::float8', 'r'],
        ] as const);
        return `${a} ${this.#comparison()} ${b}`;
      }
      case 'bool':
        return this.pick(['ok', 'not ok', 'true', 'ok = true', 'null', "ok <> 'f'", 'false']);
    }
  }

  #comparison(): string {
    return this.pick(['=', '<>', '!=', '<', '<=', '>', '>=']);
  }

  #value(name: string): string {
    const roll = this.#random();
    if (roll < 0.05) return 'null';
    const isNumber = ['i', 'b', 'n', 'f', 'r'].includes(name);
    // Among others Postgres takes it for a float4, which it is too large for.
    if (isNumber && roll < 0.35) return this.pick(NUMBERS.filter((one) => name !== 'r' || one !== '1e300'));
    return this.#quoted(this.pick(VALUES[name] as readonly string[]));
  }

  #quoted(text: string): string {
    if (this.#random() < 0.5) return `'${text.replaceAll("'", "''")}'`;
    const number = String(Object.keys(this.params).length + 1);
    this.params[number] = text;
    return `$${number}`;
  }
}

const SEED = Number(process.env.SEED ?? 20_260_101);
const ROWS = 120;
const CLAUSES = 400;

test('what a clause says of a row is what Postgres says, and where it is true the row has what its pin wants', async () => {
  const random = prng(SEED);
  const client = new pg.Client({
    connectionString: inject('templateUrl').replace(/[^/]*$/, 'postgres'),
    options: '-c TimeZone=UTC',
  });
  await client.connect();
  try {
    const declared = COLUMNS.map(({ name, type }) => `"${name}" ${DECLARED[name] ?? type}`).join(', ');
    await client.query(`create type pg_temp."a mood" as enum ('sad', 'so so', 'happy')`);
    await client.query(`create temp table rows (${declared})`);
    const pick = new Clauses(random);
    for (let i = 0; i < ROWS; i += 1) {
      const row = COLUMNS.map(({ name }) =>
        random() < 0.15 ? null : pick.pick(VALUES[name] as readonly string[]),
      );
      await client.query(`insert into rows values (${COLUMNS.map((_, n) => `$${n + 1}`).join(', ')})`, row);
    }
    // As changes carry them: a cast would take the spaces from the end of a char(4).
    const texts = COLUMNS.map(({ name }) =>
      name === 'c' ? `case when c is null then null else format('%s', c) end` : `"${name}"::text`,
    ).join(', ');
    let [asked, found, pinned, passed] = [0, 0, 0, 0];
    for (let i = 0; i < CLAUSES; i += 1) {
      const clauses = new Clauses(random);
      const clause = clauses.clause();
      const where = await writtenByPostgres(client, parseWhere(clause, COLUMNS, clauses.params));
      const says = evaluator(where);
      const pin = pinOf(where);
      // What a parameter is stands in the text, as if it were written there: an untyped value either way.
      const plain = clause.replace(
        /\$(\d+)/g,
        (_, n: string) => `'${clauses.params[n]?.replaceAll("'", "''")}'`,
      );
      const { rows } = await client.query<(string | null | boolean)[]>({
        text: `select (${plain})::bool, (${whereSql(where, COLUMNS)})::bool, ${texts} from rows`,
        values: where.constants.map(({ text }) => text),
        rowMode: 'array',
      } as never);
      for (const [theirs, ours, ...row] of rows) {
        const here = says(row as (string | null)[]);
        expect({ clause, params: clauses.params, row, here, ours }).toEqual({
          clause,
          params: clauses.params,
          row,
          here: theirs,
          ours: theirs,
        });
        asked += 1;
        if (here === true) found += 1;
        if (pin === undefined) continue;
        const value = (row as (string | null)[])[pin.column] ?? null;
        const passes = value !== null && pin.values.has(pin.read(value));
        if (here === true) expect({ clause, row, passes }).toEqual({ clause, row, passes: true });
        pinned += 1;
        if (passes) passed += 1;
      }
    }
    expect(asked).toBe(ROWS * CLAUSES);
    expect(found).toBeGreaterThan(asked / 20);
    // Pins were there, and kept rows away.
    expect(pinned).toBeGreaterThan(asked / 20);
    expect(passed).toBeLessThan(pinned / 2);
  } finally {
    await client.end();
  }
});

test.each([
  ['', 'needs a column or a value'],
  ['i = ', 'needs a column or a value'],
  ['i = 1 and', 'needs a column or a value'],
  ['nothing = 1', 'none of the columns'],
  ['i = 1 i', 'needs the end'],
  ['s = 1', 'cast one of them'],
  ['i', 'needs a condition'],
  ['i = $1', 'params[1] is not given'],
  ['i in ()', 'needs a column or a value'],
  ['s::int = 1', 'may fail or round'],
  ["s like 'a\\'", 'ends with a backslash'],
  ['i = (select 1)', 'none of the columns'],
  ['pg_sleep(10) is null', 'none of the columns'],
  ["s = 'a'; drop table x", 'not understood'],
  ["e = 'glad'", 'none of sad, so so, happy'],
  ["e in ('sad', 'glad')", 'none of sad'],
  ["e < 'happy'", 'by its order'],
  ['e = s', 'no string or parameter'],
  ['e = e', 'no string or parameter'],
  ["e like 'h%'", 'cast it with ::text'],
  ["c like 'a%'", 'cast it with ::text'],
  ["c::text = 'a'", 'may fail or round'],
  ['i = any (b)', 'a parameter or a string'],
  ["i = any ('1,2')", 'a list such as'],
  ["i = any ('{{1},{2}}')", 'a list such as'],
  ["i = any ('{1,2')", 'a list such as'],
  ["i <> any ('{1}')", 'none of the columns'],
  [`i = any ('{${'1,'.repeat(5_000)}1}')`, 'more than 5000'],
  [`${'('.repeat(200)}ok${')'.repeat(200)}`, 'nested too deep'],
  [`${'not '.repeat(4_000)}ok`, 'nested too deep'],
  ['ok or '.repeat(4_000), 'is longer than'],
  ["n > '1e1_001'", 'more than 1000 characters'],
  [`n > '${'0'.repeat(1_001)}'`, 'more than 1000 characters'],
])('refused in words: %#', (clause, why) => {
  expect(() => parseWhere(clause, COLUMNS)).toThrow(why);
  expect(() => parseWhere(clause, COLUMNS)).toThrow(WhereError);
});

test('values of a clause are so many and so long together, however often one is named', () => {
  const parse = (clause: string, value: string) => () => parseWhere(clause, COLUMNS, { '1': value });
  const list = `{${Array(4_000).fill('1').join()}}`;
  expect(parse(Array(3).fill('i = any ($1)').join(' or '), list)).toThrow('more than 10000 values');
  expect(parse(Array(11).fill('s = $1').join(' or '), 'x'.repeat(100_000))).toThrow('1000000 characters');
  expect(parse(Array(11).fill('i = any ($1)').join(' or '), `{1${' '.repeat(100_000)}}`)).toThrow('1000000');
  expect(parse('s = $1', 'x'.repeat(100_000))().constants).toHaveLength(1);
});

test('a value that is none of its type is refused with what Postgres says', async () => {
  const client = new pg.Client({ connectionString: inject('templateUrl').replace(/[^/]*$/, 'postgres') });
  await client.connect();
  try {
    for (const clause of [
      "i = 'x'",
      "d > '2026-02-30'",
      "u = 'no'",
      "i = '99999999999'",
      "s = 'a' and b = '1.5'",
    ])
      await expect(writtenByPostgres(client, parseWhere(clause, COLUMNS))).rejects.toThrow(WhereError);
    // Longer as Postgres writes it than as it was given.
    const long = parseWhere(`n in (${"'1e999', ".repeat(1_100)} '1')`, COLUMNS);
    await expect(writtenByPostgres(client, long)).rejects.toThrow('1000000 characters together');
    const small = parseWhere("n = '1e-1000'", COLUMNS);
    await expect(writtenByPostgres(client, small)).rejects.toThrow('more than 1000 characters');
  } finally {
    await client.end();
  }
});
