/** Shapes for the oracle to follow: those that found something once, and as many more as it likes, from its seed. */
import type { Random } from './oracle-random.test-kit.ts';
import { ORACLE_TABLES, type OracleTable } from './oracle-tables.test-kit.ts';

export interface OracleShape {
  readonly table: OracleTable;
  /** As the client sends it. */
  readonly where?: string;
  readonly params?: readonly string[];
  /** As plain SQL has it. */
  readonly sql?: string;
  readonly columns?: readonly string[];
  readonly replica?: 'full';
  readonly liveSse?: true;
  /** Changes from now on, and beside them all rows as one subset: without a word of when it has both. */
  readonly isChangesOnly?: true;
}

const [THINGS] = ORACLE_TABLES as [OracleTable];
const KNOWN: readonly Omit<OracleShape, 'table'>[] = [
  {},
  { where: 'n > 5' },
  { where: `name like 'a%' or n is null`, replica: 'full' },
  { where: `at between '2026-01-01' and '2026-06-01' and not gone`, columns: ['a', 'b', 'n'] },
  { where: `b in ('x', 'y') and n <> 3`, liveSse: true },
  { where: 'gone is not true', liveSse: true, replica: 'full' },
];

export function oracleShapes(random: Random, count: number): OracleShape[] {
  const known = KNOWN.map((one) => ({ ...one, table: THINGS }));
  return Array.from({ length: count }, (_, i) => known[i] ?? shape(random, i));
}

function shape(random: Random, i: number): OracleShape {
  // Each in turn: of none there are too few.
  const table = ORACLE_TABLES[i % ORACLE_TABLES.length] as OracleTable;
  const params: string[] = [];
  const clause = random.isSo(0.15) ? undefined : or(random, table, params);
  const columns = table.columns.filter((name) => table.key.includes(name) || random.isSo(0.5));
  return {
    table,
    ...(clause === undefined ? {} : { where: clause, params, sql: filledIn(clause, params) }),
    // Of a table without a key all must be there, and soon there are more.
    ...(random.isSo(0.4) && table.key !== table.columns ? { columns } : {}),
    ...(random.isSo(0.35) ? { replica: 'full' } : {}),
    ...(random.isSo(0.25) ? { liveSse: true } : {}),
    ...(random.isSo(0.12) ? { isChangesOnly: true } : {}),
  };
}

function or(random: Random, table: OracleTable, params: string[]): string {
  const terms = Array.from({ length: 1 + random.below(2) }, () => and(random, table, params));
  return terms.join(' or ');
}

function and(random: Random, table: OracleTable, params: string[]): string {
  const terms = Array.from({ length: 1 + random.below(3) }, () => {
    const term = comparison(random, table, params);
    return random.isSo(0.2) ? `not (${term})` : term;
  });
  return terms.join(' and ');
}

function comparison(random: Random, table: OracleTable, params: string[]): string {
  const given = (value: string | number) => {
    if (!random.isSo(0.3)) return typeof value === 'number' ? String(value) : `'${value}'`;
    params.push(String(value));
    return `$${params.length}`;
  };
  const number = random.pick(['n', 'n', 'a', table.columns.includes('twice') ? 'twice' : 'n']);
  const some = () => random.below(number === 'a' ? 60 : 12);
  const day = () => `2026-0${1 + random.below(9)}-01`;
  switch (
    random.pick([
      'order',
      'equal',
      'in',
      'between',
      'null',
      'like',
      'label',
      'time',
      'truth',
      'bool',
    ] as const)
  ) {
    case 'order':
      return `${number} ${random.pick(['<', '<=', '>', '>='])} ${given(some())}`;
    case 'equal':
      return `${number} ${random.pick(['=', '<>'])} ${given(some())}`;
    case 'in':
      return `${number} ${random.pick(['in', 'not in'])} (${given(some())}, ${given(some())}, 7)`;
    case 'between':
      return `${number} between ${given(some())} and ${given(some() + 4)}`;
    case 'null':
      return `${random.pick(['n', 'gone', 'at', 'name'])} is ${random.pick(['', 'not '])}null`;
    case 'like':
      return `name ${random.pick(['like', 'ilike', 'not like'])} ${given(random.pick(['a%', '%b%', '_', '%a']))}`;
    case 'label':
      return `b = ${given(random.pick(['x', 'y', 'z/"q"']))}`;
    case 'time':
      return `at ${random.pick(['<', '>='])} ${given(day())}`;
    case 'truth':
      return `gone is ${random.pick(['true', 'not true', 'false', 'not false', 'unknown'])}`;
    case 'bool':
      return random.pick(['gone', 'not gone']);
  }
}

/** Postgres reads a constant in quotes as whatever it is compared with. */
function filledIn(clause: string, params: readonly string[]): string {
  return clause.replace(/\$(\d+)/g, (_, number) => `'${params[Number(number) - 1]}'`);
}
