/** How the rows of a source become the messages of one shape: which rows are in it, and what is said of them. */
import type { Tuple } from '../replication/pgoutput.ts';
import type { TableColumn } from '../sources/describe.ts';
import type { Source } from '../sources/source.ts';
import { evaluator, type Truth } from '../where/evaluate.ts';
import { narrowest, type Pin, pinOf } from '../where/pin.ts';
import { termsOf, type Where, type WhereColumn } from '../where/predicate.ts';
import { quoteName } from '../where/sql.ts';

/** A change without its place. */
export interface Change {
  readonly key: string;
  readonly value: Readonly<Record<string, string | null>>;
  readonly old_value?: Readonly<Record<string, string | null>>;
  readonly headers: {
    readonly operation: 'insert' | 'update' | 'delete';
    readonly key_change_to?: string;
    readonly key_change_from?: string;
  };
}

export interface ShapeRowsOptions {
  readonly source: Source;
  /** Undefined: all. */
  readonly columns: readonly string[] | undefined;
  readonly isFull: boolean;
  /** All of them must hold. */
  readonly wheres: readonly Where[];
}

interface Place {
  readonly index: number;
  readonly name: string;
}

export class ShapeRows {
  readonly source: Source;
  /** All of them hold for each of its rows. */
  readonly wheres: readonly Where[];
  /** What a clause may speak of. */
  readonly whereColumns: readonly WhereColumn[];
  /** In their order in the source. */
  readonly columns: readonly TableColumn[];
  /** What each of its rows has in one column; undefined where they may have anything. */
  readonly pin: Pin | undefined;
  /** That each change is asked. */
  readonly terms: number;
  readonly #places: readonly Place[];
  readonly #key: readonly Place[];
  readonly #tests: readonly Truth[];
  readonly #isFull: boolean;

  constructor({ source, columns, isFull, wheres }: ShapeRowsOptions) {
    this.source = source;
    this.wheres = wheres;
    this.whereColumns = whereColumns(source);
    this.columns = source.columns.filter(({ name }) => columns?.includes(name) ?? true);
    const place = ({ name }: TableColumn) => ({
      index: source.columns.findIndex((one) => one.name === name),
      name,
    });
    this.#places = this.columns.map(place);
    this.#key = keyColumns(source).map(place);
    this.#tests = wheres.map(evaluator);
    this.pin = narrowest(wheres.map(pinOf));
    this.terms = wheres.reduce((sum, { predicate }) => sum + termsOf(predicate), 0);
    this.#isFull = isFull;
  }

  has(row: Tuple | null): row is Tuple {
    return row !== null && this.#tests.every((test) => test(row) === true);
  }

  /** @param before and after as the source derives them; null where there is no row */
  changes(before: Tuple | null, after: Tuple | null): readonly Change[] {
    const [was, is] = [this.has(before), this.has(after)];
    if (was && is) return this.#moved(before as Tuple, after as Tuple);
    if (is) return [this.#insert(after as Tuple, {})];
    return was ? [this.#delete(before as Tuple, {})] : [];
  }

  #moved(before: Tuple, after: Tuple): readonly Change[] {
    const [from, to] = [this.keyOf(before), this.keyOf(after)];
    if (from !== to)
      return [this.#delete(before, { key_change_to: to }), this.#insert(after, { key_change_from: from })];
    const changed = this.#places.filter(({ index }) => before[index] !== after[index]);
    if (changed.length === 0) return [];
    const headers = { operation: 'update' } as const;
    if (this.#isFull)
      return [{ key: to, value: picked(after, this.#places), old_value: picked(before, changed), headers }];
    return [{ key: to, value: { ...picked(after, this.#key), ...picked(after, changed) }, headers }];
  }

  #insert(row: Tuple, more: { key_change_from?: string }): Change {
    return {
      key: this.keyOf(row),
      value: picked(row, this.#places),
      headers: { operation: 'insert', ...more },
    };
  }

  #delete(row: Tuple, more: { key_change_to?: string }): Change {
    return {
      key: this.keyOf(row),
      value: picked(row, this.#isFull ? this.#places : this.#key),
      headers: { operation: 'delete', ...more },
    };
  }

  keyOf(row: Tuple): string {
    let key = relationText(this.source);
    for (const { index } of this.#key) {
      const value = row[index] ?? null;
      key += value === null ? '/_' : `/"${value.replaceAll('/', '//')}"`;
    }
    return key;
  }

  /** One row of the snapshot as a message, made by Postgres: no row is read into objects here. */
  snapshotSql(): string {
    const { source } = this;
    const key = keyColumns(source).map(
      (column) => `|| coalesce('/"' || replace(${source.textSql(column)}, '/', '//') || '"', '/_')`,
    );
    const values = this.columns.map(
      (column, i) =>
        `${literal(`${i === 0 ? '' : ','}${JSON.stringify(column.name)}:`)} || coalesce(to_json(${source.textSql(column)})::text, 'null')`,
    );
    const headers = JSON.stringify({ operation: 'insert', relation: source.relation });
    return `'{"key":' || to_json(${literal(relationText(source))} ${key.join(' ')})::text || ',"value":{' || ${values.join(' || ')} || ${literal(`},"headers":${headers}}`)}`;
  }
}

/** A table without a key is told apart by all that it has. */
export function keyColumns({ columns }: Source): readonly TableColumn[] {
  const keys = columns.filter(({ keyIndex }) => keyIndex !== null);
  if (keys.length === 0) return columns;
  return keys.sort((a, b) => (a.keyIndex as number) - (b.keyIndex as number));
}

/** Of an array there is no kind, whatever its elements are. */
export function whereColumns({ columns }: Source): readonly WhereColumn[] {
  return columns.map(({ name, type, dims, labels }) => {
    if (dims > 0) return { name, type: `${type}[]` };
    return labels ? { name, type: 'enum', labels } : { name, type };
  });
}

function picked(row: Tuple, places: readonly Place[]): Record<string, string | null> {
  const value: Record<string, string | null> = {};
  for (const { index, name } of places) value[name] = row[index] ?? null;
  return value;
}

function relationText({ relation }: Source): string {
  return relation.map(quoteName).join('.');
}

function literal(text: string): string {
  return text.includes('\\')
    ? `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`;
}
