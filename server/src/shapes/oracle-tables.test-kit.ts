/** The tables of the oracle: what is written to them, and what becomes of them. All have the same columns, and are unlike else. */
import type { Random } from './oracle-random.test-kit.ts';

const KEYS = 60;
const FORM = 'a int, b text, name text, n int, at timestamptz, gone bool';
const COLUMNS = ['a', 'b', 'name', 'n', 'at', 'gone'] as const;

export interface OracleTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Each shape must have them. */
  readonly key: readonly string[];
  readonly makeSql: string;
}

/** Between these, `a` is in the partition that comes and goes. */
const [FROM, TO] = [20, KEYS];

export const ORACLE_TABLES: readonly OracleTable[] = [
  {
    ...{ name: 'public.things', columns: COLUMNS, key: ['a', 'b'] },
    makeSql: `create table public.things (${FORM}, primary key (a, b))`,
  },
  {
    ...{ name: 'public.parts', columns: COLUMNS, key: ['a', 'b'] },
    makeSql: `create table public.parts (${FORM}, primary key (a, b)) partition by range (a);
      create table public.parts_low partition of public.parts for values from (minvalue) to (${FROM});
      create table public.parts_0 partition of public.parts for values from (${FROM}) to (${TO});
      create table public.parts_high partition of public.parts for values from (${TO}) to (maxvalue) partition by list (b);
      create table public.parts_high_x partition of public.parts_high for values in ('x');
      create table public.parts_high_rest (gone bool, at timestamptz, name text, n int, b text not null, a int not null);
      alter table public.parts_high attach partition public.parts_high_rest default`,
  },
  {
    // Without a primary key: rows are told apart by all that they have.
    ...{ name: 'public.loose', columns: COLUMNS, key: COLUMNS },
    makeSql: `create table public.loose (${FORM}, unique (a, b))`,
  },
  {
    ...{ name: 'public.sums', columns: [...COLUMNS, 'twice'], key: ['a', 'b'] },
    makeSql: `create table public.sums (${FORM}, twice int generated always as (n * 2) stored, primary key (a, b))`,
  },
];

/** One transaction; now and then one that is taken back. */
export function transactionSql(random: Random): string {
  const statements = Array.from({ length: 1 + random.below(6) }, () => statementSql(random));
  return `begin; ${statements.join('; ')}; ${random.isSo(0.1) ? 'rollback' : 'commit'}`;
}

function statementSql(random: Random): string {
  const { name } = random.pick(ORACLE_TABLES);
  const a = random.below(KEYS);
  const b = random.pick(['x', 'y', 'z/"q"']);
  const at = `a = ${a} and b = '${b}'`;
  const n = random.pick(['null', '3', '4', '6', '9']);
  switch (
    random.pick(['insert', 'insert', 'insert', 'update', 'update', 'many', 'key', 'delete', 'same'] as const)
  ) {
    case 'insert':
      return `insert into ${name} (a, b, name, n, at, gone) values (${a}, '${b}', '${random.pick(['ab', 'b', 'Äa'])}', ${n},
        timestamptz '2026-01-01' + interval '1 day' * ${random.below(300)}, ${random.pick(['true', 'false', 'null'])})
        on conflict (a, b) do update set n = excluded.n, gone = excluded.gone`;
    case 'update':
      return `update ${name} set n = ${n}, name = '${random.pick(['abc', 'c'])}' where ${at}`;
    case 'many':
      return `update ${name} set n = n + 1 where a % 7 = ${a % 7}`;
    case 'key':
      return `update ${name} set a = a + ${KEYS} where ${at} and not exists (select from ${name} where a = ${a + KEYS} and b = '${b}')`;
    case 'delete':
      return `delete from ${name} where a in (${a}, ${a + KEYS}) and b = '${b}'`;
    case 'same':
      return `update ${name} set name = name where a = ${a}`;
  }
}

/** What changes a table's form, writes it anew, or empties it: SQL, made when it is wanted. */
export function tableChanges(random: Random): Readonly<Record<string, () => string>> {
  let made = 0;
  const any = () => random.pick(ORACLE_TABLES).name;
  /** In the place of the partition that is there. */
  const another = (how: (fresh: string, range: string) => string) => () => {
    const [last, fresh] = [`public.parts_${made}`, `public.parts_${made + 1}`];
    made += 1;
    const range = `for values from (${FROM}) to (${TO})`;
    return `begin; alter table public.parts detach partition ${last}; ${how(fresh, range)}; ${statementSql(random)}; commit`;
  };
  return {
    truncate: () => `truncate ${any()}`,
    'a partition is emptied': () => `truncate ${random.pick(['public.parts_low', 'public.parts_high_x'])}`,
    'another column': () => `alter table ${any()} add column c${random.below(1e9)} int default 1`,
    'another partition': another(
      (fresh, range) => `create table ${fresh} partition of public.parts ${range}`,
    ),
    'another type': () =>
      `alter table ${any()} alter column name type ${random.pick(['varchar(50)', 'text'])} using left(name || 1::text, 40)`,
    'a partition with rows': another(
      (fresh, range) => `create table ${fresh} (like public.parts including all);
        insert into ${fresh} (a, b, name, n) select g, 'x', 'attached', g % 10 from generate_series(${FROM}, ${TO - 1}, 3) g;
        alter table public.parts attach partition ${fresh} ${range}`,
    ),
    'written anew': () => `vacuum full ${any()}`,
    'written anew, and more': () => {
      const name = any();
      return `begin; alter table ${name} alter column name type text using left(name || '!', 40); update ${name} set n = n + 1 where a % 5 = 1; commit`;
    },
  };
}
