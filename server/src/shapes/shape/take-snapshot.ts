/**
 * Taking a snapshot: the rows of a shape as one moment has them, and the exact moment, so that what came
 * after can be told from what is in it by the ids of transactions, as Postgres itself does.
 */
import type pg from 'pg';
import type { LockedTables } from '../locked-tables.ts';
import {
  type IsInSnapshot,
  isIn,
  MOMENT_SQL,
  type Moment,
  type MomentRow,
  momentOf,
} from '../replication/moment.ts';
import { PUBLICATION } from '../replication/publication.ts';
import { describeTable, rowsSql, type Table } from '../sources/describe.ts';
import { whereSql } from '../where/sql.ts';
import type { ShapeRows } from './rows.ts';
import type { SnapshotFile } from './snapshot-file.ts';

/** Fetched at once: about so much, however large a row is. */
const FETCH_BYTES = 500_000;
const FETCH_ROWS_MAX = 4_000;
const FETCH_ROWS_FIRST = 10;
/** Snapshots of other tables wait for the same few connections. */
const LOCK_MS = 3_000;

/** The table is not any more as it was when the shape was made. */
export class TableChanged extends Error {
  override readonly name = 'TableChanged';
}

export interface SnapshotWork {
  readonly rows: ShapeRows;
  /** Where only changes are wanted, the moment alone. */
  readonly file: SnapshotFile | undefined;
  /** Told the moment before the first row is read; what it throws breaks the snapshot off. */
  readonly onMoment: (isInSnapshot: IsInSnapshot) => void;
  readonly bytesMax: number;
  readonly locked: LockedTables;
}

/** @throws TableChanged, SnapshotTooLarge, Problem where the table is locked, and what Postgres throws */
export async function takeSnapshot(client: pg.PoolClient, work: SnapshotWork): Promise<void> {
  try {
    work.onMoment(isIn(await beginSnapshot(client, work.rows.source.table, work.locked)));
    if (work.file !== undefined) await copyRows(client, work, work.file);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

/** In a transaction of its own, which whoever asks ends. @throws TableChanged, Problem where it is locked, and what Postgres throws */
export async function beginSnapshot(
  client: pg.PoolClient,
  table: Table,
  locked: LockedTables,
): Promise<Moment> {
  await client.query('begin isolation level repeatable read read only');
  await client.query(`set local lock_timeout = ${LOCK_MS}`);
  // First the lock, then the moment: nobody changes the table's form in between.
  const { schema, name } = table;
  await locked.take(schema, name, () => client.query(`lock table ${rowsSql(table)} in access share mode`));
  const { rows } = await client.query<MomentRow>(`select ${MOMENT_SQL}`);
  const now = await describeTable(client, PUBLICATION, table.schema, table.name);
  if (now?.mark !== table.mark) throw new TableChanged(`${table.schema}.${table.name} was changed.`);
  return momentOf(rows[0] as MomentRow);
}

async function copyRows(client: pg.PoolClient, work: SnapshotWork, file: SnapshotFile): Promise<void> {
  const { rows, bytesMax } = work;
  const values: (string | null)[] = [];
  const conditions = rows.wheres.map((where) => {
    const sql = whereSql(where, rows.whereColumns, values.length + 1);
    values.push(...where.constants.map(({ text }) => text));
    return sql;
  });
  const filter = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
  await client.query(
    `declare rows no scroll cursor for select ${rows.snapshotSql()} from ${rows.source.fromSql}${filter}`,
    values,
  );
  for await (const texts of piecesOf(client)) {
    await file.append(texts);
    if (file.bytes > bytesMax) throw new SnapshotTooLarge('The snapshot is too large.');
  }
  await file.complete();
}

/** What the cursor `rows` brings, in pieces of about one size, however large a row is. */
export async function* piecesOf(client: pg.PoolClient): AsyncGenerator<readonly string[]> {
  let count = FETCH_ROWS_FIRST;
  for (;;) {
    const fetched = await client.query<[string]>({
      text: `fetch ${count} from rows`,
      rowMode: 'array',
    } as never);
    const texts = fetched.rows.map(([text]) => text);
    yield texts;
    if (texts.length < count) return;
    const bytes = texts.reduce((sum, text) => sum + text.length, 0);
    count = Math.max(
      1,
      Math.min(FETCH_ROWS_MAX, Math.floor((FETCH_BYTES * texts.length) / Math.max(1, bytes))),
    );
  }
}

export class SnapshotTooLarge extends Error {
  override readonly name = 'SnapshotTooLarge';
}
