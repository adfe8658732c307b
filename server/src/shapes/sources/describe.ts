/** A table as Postgres knows it now: its columns and key, and marks by which it is seen that it was changed. */
import type pg from 'pg';

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

export interface Table {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** `f`: each change carries the whole row as it was. */
  readonly identity: string;
  readonly isPublished: boolean;
  /** Another one after anything that changes its form or writes it anew. */
  readonly mark: string;
}

interface Row {
  oid: number;
  schema: string;
  name: string;
  identity: string;
  published: boolean;
  node: string;
  columns: TableColumn[] | null;
}

const DESCRIBE = `
  select c.oid::int8 as oid, n.nspname as schema, c.relname as name, c.relreplident as identity,
    c.relfilenode::text as node,
    exists (select from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
      where p.pubname = $1 and r.prrelid = c.oid) as published,
    (select json_agg(json_build_object(
        'name', a.attname, 'typeOid', a.atttypid::int8, 'dims', case when e.oid is null then 0 else greatest(a.attndims, 1) end,
        'type', coalesce(eb.typname, e.typname, b.typname, t.typname),
        'typeModifier', a.atttypmod, 'isNotNull', a.attnotnull,
        'keyIndex', (select array_position(i.indkey::int2[], a.attnum) from pg_index i
          where i.indrelid = c.oid and i.indisprimary),
        'labels', (select json_agg(l.enumlabel order by l.enumsortorder) from pg_enum l
          where l.enumtypid = coalesce(eb.oid, e.oid, b.oid, t.oid))
      ) order by a.attnum)
      from pg_attribute a
      join pg_type t on t.oid = a.atttypid
      left join pg_type b on b.oid = t.typbasetype and t.typtype = 'd'
      left join pg_type e on e.oid = coalesce(b.typelem, t.typelem) and coalesce(b.typcategory, t.typcategory) = 'A'
      left join pg_type eb on eb.oid = e.typbasetype and e.typtype = 'd'
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace`;

/** @returns undefined where there is no plain table of that name */
export async function describeTable(
  client: Pick<pg.ClientBase, 'query'>,
  publication: string,
  schema: string,
  name: string,
): Promise<Table | undefined> {
  const { rows } = await client.query<Row>(
    `${DESCRIBE} where n.nspname = $2 and c.relname = $3 and c.relkind = 'r' and c.relpersistence = 'p'`,
    [publication, schema, name],
  );
  return rows[0] === undefined ? undefined : tableOf(rows[0]);
}

/** The marks of tables as they are now; of one that is gone there is none. */
export async function marksOf(
  client: Pick<pg.ClientBase, 'query'>,
  publication: string,
  oids: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const { rows } = await client.query<Row>(`${DESCRIBE} where c.oid = any($2::oid[])`, [publication, oids]);
  return new Map(rows.map((row) => [row.oid, tableOf(row).mark]));
}

function tableOf({ oid, schema, name, identity, published, node, columns }: Row): Table {
  const found = columns ?? [];
  return {
    oid,
    schema,
    name,
    identity,
    isPublished: published,
    columns: found,
    mark: JSON.stringify([schema, name, identity, published, node, found]),
  };
}
