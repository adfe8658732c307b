/** A table as Postgres knows it now: its columns and key, and marks by which it is seen that it was changed. */
import type pg from 'pg';
import { type IsInSnapshot, isIn, MOMENT_SQL, type MomentRow, momentOf } from '../replication/moment.ts';
import { quoteName } from '../where/sql.ts';

export interface TableColumn {
  readonly name: string;
  /** Of the element where it is an array; domains resolved. */
  readonly type: string;
  readonly typeOid: number;
  readonly dims: number;
  readonly typeModifier: number;
  readonly isNotNull: boolean;
  /** From 0; null where it is no part of the primary key. */
  readonly keyIndex: number | null;
  /** Of an enum, or a list of one: what it may be, in its order. */
  readonly labels?: readonly string[] | null;
}

/** What Postgres tells the changes of: a table, or a partition of one. */
export interface Told {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** Each change carries the whole row as it was, and is told. */
  readonly isTold: boolean;
}

/** A table in which rows of a partitioned one stand. */
export interface Partition extends Told {
  /** Undefined: as it should be. */
  readonly kind: 'foreign' | 'unlogged' | undefined;
  /** In the order in which its changes carry them, which is its own. */
  readonly columns: readonly string[];
  /** Generated, and left out of them. */
  readonly untold: readonly string[];
}

export interface Table extends Told {
  readonly columns: readonly TableColumn[];
  /** Generated, and left out of what Postgres tells: all but stored ones, and those too before version 18. */
  readonly untold: readonly Untold[];
  /** Two rows may have the same key for a moment. */
  readonly isKeyDeferrable: boolean;
  /** Undefined where it is one table, and not partitioned. */
  readonly partitions: readonly Partition[] | undefined;
  /** Another one after anything that changes its form or writes it anew. */
  readonly mark: string;
}

export interface Untold {
  readonly name: string;
  readonly isVirtual: boolean;
  readonly isKey: boolean;
}

interface Row {
  oid: number;
  schema: string;
  name: string;
  told: boolean;
  node: string;
  columns: TableColumn[] | null;
  untold: Untold[] | null;
  deferrable: boolean;
  partitions_mark: string | null;
}

/** Of a table, or a partition, `c`. */
const IS_TOLD = `(c.relreplident = 'f' and exists (select from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
  where p.pubname = $1 and r.prrelid = c.oid))`;

/** Whether a column `a` is told of. The setting is of version 18, and not there before. */
const IS_COLUMN_TOLD = `(a.attgenerated = '' or (a.attgenerated = 's' and exists (
  select from pg_publication p where p.pubname = $1 and to_jsonb(p) ->> 'pubgencols' = 's')))`;

/** Partitions of `root` that hold rows, those of partitions too, and none that is being detached; `since` is another
 * one where one came back. No lock is waited for. */
const LEAVES = `
  with recursive tree as (
    select root.oid, '' as since
    union all
    select i.inhrelid, tree.since || ' ' || i.xmin from tree join pg_inherits i on i.inhparent = tree.oid
      where to_jsonb(i) ->> 'inhdetachpending' is distinct from 'true'
  )
  select c.*, n.nspname, tree.since from tree join pg_class c on c.oid = tree.oid join pg_namespace n on n.oid = c.relnamespace
  where c.relkind <> 'p'`;

/** Of one that is not valid two rows may have the same: its partitions need not keep it. */
const KEY_INDEX = `(select array_position(i.indkey::int2[], a.attnum) from pg_index i
  where i.indrelid = c.oid and i.indisprimary and i.indisvalid)`;

const DESCRIBE = `
  select c.oid::int8 as oid, n.nspname as schema, c.relname as name, c.relfilenode::text as node, ${IS_TOLD} as told,
    exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and not i.indimmediate) as deferrable,
    case when c.relkind = 'p' then (
      select coalesce(md5(string_agg(format('%s %I %I %s %s %s %s %s', c.oid, c.nspname, c.relname, c.since, c.relfilenode, c.relkind,
        c.relpersistence, ${IS_TOLD}), ',' order by c.oid)), 'none')
      from (select c.oid) root cross join lateral (${LEAVES}) c) end as partitions_mark,
    (select json_agg(json_build_object(
        'name', a.attname, 'isVirtual', a.attgenerated = 'v', 'isKey', ${KEY_INDEX} is not null) order by a.attnum)
      from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and not ${IS_COLUMN_TOLD}) as untold,
    (select json_agg(json_build_object(
        -- One that is dropped and made anew under its name is another.
        'number', a.attnum,
        'name', a.attname, 'typeOid', a.atttypid::int8, 'dims', case when e.oid is null then 0 else greatest(a.attndims, 1) end,
        'type', coalesce(eb.typname, e.typname, b.typname, t.typname),
        'typeModifier', a.atttypmod, 'isNotNull', a.attnotnull,
        'keyIndex', ${KEY_INDEX},
        'labels', (select json_agg(l.enumlabel order by l.enumsortorder) from pg_enum l
          where l.enumtypid = coalesce(eb.oid, e.oid, b.oid, t.oid))
      ) order by a.attnum)
      from pg_attribute a
      join pg_type t on t.oid = a.atttypid
      left join pg_type b on b.oid = t.typbasetype and t.typtype = 'd'
      left join pg_type e on e.oid = coalesce(b.typelem, t.typelem) and coalesce(b.typcategory, t.typcategory) = 'A'
      left join pg_type eb on eb.oid = e.typbasetype and e.typtype = 'd'
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and ${IS_COLUMN_TOLD}) as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace`;

const PARTITIONS = `
  select c.oid::int8 as oid, c.nspname as schema, c.relname as name, ${IS_TOLD} as "isTold",
    case when c.relkind = 'f' then 'foreign' when c.relpersistence <> 'p' then 'unlogged' end as kind,
    array(select a.attname::text from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and ${IS_COLUMN_TOLD} order by a.attnum) as columns,
    array(select a.attname::text from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and not ${IS_COLUMN_TOLD}) as untold
  from (select $2::oid as oid) root cross join lateral (${LEAVES}) c order by c.oid`;

/** @returns undefined where there is no table of that name that lasts */
export async function describeTable(
  client: Pick<pg.ClientBase, 'query'>,
  publication: string,
  schema: string,
  name: string,
): Promise<Table | undefined> {
  const { rows } = await client.query<Row>(
    `${DESCRIBE} where n.nspname = $2 and c.relname = $3 and c.relkind in ('r', 'p') and c.relpersistence = 'p'`,
    [publication, schema, name],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  if (row.partitions_mark === null) return tableOf(row, undefined);
  const partitions = await client.query<Partition>(PARTITIONS, [publication, row.oid]);
  return tableOf(row, partitions.rows);
}

export interface Marks {
  /** By table; of one that is gone there is none. */
  readonly marks: ReadonlyMap<number, string>;
  /** What they are the marks after. */
  readonly isInSnapshot: IsInSnapshot;
}

/** The marks of tables as they are now. */
export async function marksOf(
  client: Pick<pg.ClientBase, 'query'>,
  publication: string,
  oids: readonly number[],
): Promise<Marks> {
  const { rows } = await client.query<MomentRow & { tables: Row[] | null }>(
    `select ${MOMENT_SQL}, (select json_agg(t) from (${DESCRIBE} where c.oid = any($2::oid[])) t) as tables`,
    [publication, oids],
  );
  const [row] = rows as [MomentRow & { tables: Row[] | null }];
  const marks = new Map((row.tables ?? []).map((table) => [table.oid, markOf(table)]));
  return { marks, isInSnapshot: isIn(momentOf(row)) };
}

function tableOf(row: Row, partitions: readonly Partition[] | undefined): Table {
  const { oid, schema, name, told, columns, untold, deferrable } = row;
  return {
    oid,
    schema,
    name,
    isTold: partitions?.every(({ isTold }) => isTold) ?? told,
    columns: columns ?? [],
    untold: untold ?? [],
    isKeyDeferrable: deferrable,
    partitions: partitions?.map((one) => ({ ...one, kind: one.kind ?? undefined })),
    mark: markOf(row),
  };
}

function markOf({ schema, name, told, node, columns, untold, deferrable, partitions_mark }: Row): string {
  return JSON.stringify([schema, name, told, node, columns, untold, deferrable, partitions_mark]);
}

/** For SQL: without its children, whose rows are no part of it; but of a partitioned table they are all that there is. */
export function rowsSql({ schema, name, partitions }: Told & Partial<Pick<Table, 'partitions'>>): string {
  return `${partitions === undefined ? 'only ' : ''}${quoteName(schema)}.${quoteName(name)}`;
}
