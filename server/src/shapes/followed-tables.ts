/**
 * Followed tables: what is made of each, for which shapes, and whose rows Postgres tells under which table. It tells
 * those of a partitioned one under its partitions, each with the columns in an order of its own. Of one that is made,
 * attached or detached it says nothing: that is seen by the mark of the whole, before an answer is given (`Confirmations`).
 */
import type { Relation, Tuple } from './replication/pgoutput.ts';
import type { Shape } from './shape/shape.ts';
import { ShapeIndex } from './shape-index.ts';
import type { Partition, Table } from './sources/describe.ts';
import type { Source } from './sources/source.ts';

/** What wants the changes that are told of one table. */
export interface Follower {
  readonly source: Source;
  readonly shapes: ShapeIndex<Shape>;
  /** Where the source's columns stand in what is told; undefined where they stand in their order. */
  readonly order: readonly number[] | undefined;
}

export class FollowedTables {
  /** By table, by what is made of it. */
  readonly #tables = new Map<number, Map<Source, ShapeIndex<Shape>>>();
  readonly #told = new Map<number, Map<Source, Follower>>();

  get oids(): readonly number[] {
    return [...this.#tables.keys()];
  }

  isWanted(toldOid: number): boolean {
    return this.#told.has(toldOid);
  }

  followers(toldOid: number): Iterable<Follower> {
    return this.#told.get(toldOid)?.values() ?? [];
  }

  sources(oid: number): readonly (readonly [Source, ShapeIndex<Shape>])[] {
    return [...(this.#tables.get(oid) ?? [])];
  }

  /** One that says the same and is in use: what it derives is then derived once for all its shapes. */
  shared(source: Source): Source {
    const same = ({ relation, table }: Source) =>
      relation.join('.') === source.relation.join('.') && table.mark === source.table.mark;
    return [...(this.#tables.get(source.table.oid)?.keys() ?? [])].find(same) ?? source;
  }

  add(shape: Shape, source: Source): void {
    const { table } = source;
    const sources = mapAt(this.#tables, table.oid);
    const shapes = sources.get(source) ?? new ShapeIndex<Shape>();
    sources.set(source, shapes);
    shapes.add(shape);
    if (shapes.size > 1) return;
    if (table.partitions === undefined)
      mapAt(this.#told, table.oid).set(source, { source, shapes, order: undefined });
    for (const partition of table.partitions ?? [])
      mapAt(this.#told, partition.oid).set(source, { source, shapes, order: orderOf(table, partition) });
  }

  remove(shape: Shape, source: Source): void {
    const { table } = source;
    const shapes = this.#tables.get(table.oid)?.get(source);
    shapes?.remove(shape);
    if (shapes?.size !== 0) return;
    drop(this.#tables, table.oid, source);
    for (const { oid } of table.partitions ?? [table]) drop(this.#told, oid, source);
  }
}

function orderOf({ columns }: Table, partition: Partition): readonly number[] | undefined {
  const order = columns.map(({ name }) => partition.columns.indexOf(name));
  return order.every((place, i) => place === i) ? undefined : order;
}

/** A row as the source's table has it. */
export function ordered(row: Tuple, order: readonly number[] | undefined): Tuple {
  return order === undefined ? row : order.map((place) => row[place] ?? null);
}

/** Whether what is told now has the columns of the source's table, and each row as it was. */
export function isAsKnown({ source, order }: Follower, { identity, columns: told }: Relation): boolean {
  const { columns } = source.table;
  return (
    identity === 'f' &&
    told.length === columns.length &&
    columns.every((known, i) => {
      const { name, typeOid, typeModifier } = told[order?.[i] ?? i] ?? {};
      return name === known.name && typeOid === known.typeOid && typeModifier === known.typeModifier;
    })
  );
}

function mapAt<K, A, B>(maps: Map<K, Map<A, B>>, key: K): Map<A, B> {
  const map = maps.get(key) ?? new Map<A, B>();
  maps.set(key, map);
  return map;
}

function drop<K, A, B>(maps: Map<K, Map<A, B>>, key: K, inner: A): void {
  const map = maps.get(key);
  map?.delete(inner);
  if (map?.size === 0) maps.delete(key);
}
