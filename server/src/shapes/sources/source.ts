/**
 * Source: what a shape is cut from. A table as it is, or one made for readers out of a table's columns. What
 * it derives, it derives twice: as SQL for the snapshot, and here for each change; the same, word for word.
 */

import type { Tuple } from '../replication/pgoutput.ts';
import { quoteName } from '../where/sql.ts';
import { rowsSql, type Table, type TableColumn, type Untold } from './describe.ts';

export interface Source {
  /** As clients see it. */
  readonly relation: readonly [schema: string, name: string];
  readonly columns: readonly TableColumn[];
  /** What it would have beside them, if Postgres told of it. */
  readonly untold: readonly Untold[];
  /** The table that is followed. */
  readonly table: Table;
  /** `(select …) s`, with the columns' names, each value as its type. */
  readonly fromSql: string;
  /** A column of `s` as text, as it stands in changes. */
  textSql(column: TableColumn): string;
  /** The row that a reader sees; null where there is none. */
  derive(row: Tuple): Tuple | null;
}

/** Of these a cast to text says the same as what a change carries. */
const PLAIN: ReadonlySet<string> = new Set([
  'int2',
  'int4',
  'int8',
  'numeric',
  'float4',
  'float8',
  'text',
  'varchar',
  'uuid',
  'date',
  'time',
  'timetz',
  'timestamp',
  'timestamptz',
  'interval',
  'json',
  'jsonb',
  'bytea',
  'bool',
]);

/** @param hidden columns that nobody is shown */
export function tableSource(table: Table, hidden: ReadonlySet<string> = new Set()): Source {
  const columns = table.columns.filter(({ name }) => !hidden.has(name));
  const places = columns.map(({ name }) => table.columns.findIndex((column) => column.name === name));
  const isAll = columns.length === table.columns.length;
  const bools = columns.flatMap(({ type, dims }, i) => (type === 'bool' && dims === 0 ? [i] : []));
  return {
    relation: [table.schema, table.name],
    columns,
    untold: table.untold.filter(({ name }) => !hidden.has(name)),
    table,
    fromSql: `(select ${columns.map(({ name }) => quoteName(name)).join(', ')} from ${rowsSql(table)}) s`,
    textSql: ({ name, type, dims }) =>
      PLAIN.has(type) && dims === 0
        ? `${quoteName(name)}::text`
        : // What a cast would write otherwise than a change does: inet, char(3), and whatever else there is.
          `case when num_nulls(${quoteName(name)}) = 1 then null else format('%s', ${quoteName(name)}) end`,
    derive: (row) => {
      const picked = isAll ? row : places.map((place) => row[place] ?? null);
      for (const i of bools) picked[i] = boolText(picked[i] ?? null);
      return picked;
    },
  };
}

/** A change says t or f, and a cast true or false. */
export function boolText(text: string | null): string | null {
  return text === 't' ? 'true' : text === 'f' ? 'false' : text;
}
