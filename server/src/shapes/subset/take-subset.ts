/**
 * A subset: some rows of a shape as one moment has them, and what is in that moment, so that its reader can tell
 * which of the changes that come are in it already.
 */
import { randomInt } from 'node:crypto';
import { Problem } from '@tallystick/store-agent';
import type pg from 'pg';
import type { LockedTables } from '../locked-tables.ts';
import { type IsInSnapshot, isIn } from '../replication/moment.ts';
import { seeing } from '../seeing.ts';
import type { ShapeRows } from '../shape/rows.ts';
import { beginSnapshot, piecesOf } from '../shape/take-snapshot.ts';
import { parseWhere } from '../where/parse.ts';
import { whereSql, writtenByPostgres } from '../where/sql.ts';
import { orderSql, type Subset } from './read-subset.ts';

/** One answer, in memory: who wants more asks for it in pieces, or follows the shape. */
const BYTES_MAX = 32_000_000;
/** Snapshots wait for the same few connections. */
const TIMEOUT_MS = 30_000;

/**
 * @param sees whether a moment has all that its reader may have been told: older rows would stand over newer ones
 * @returns the answer's body @throws TableChanged, WhereError, Problem, and what Postgres throws
 */
export async function takeSubset(
  pool: pg.Pool,
  locked: LockedTables,
  rows: ShapeRows,
  subset: Subset,
  sees: (isIn: IsInSnapshot) => boolean,
): Promise<string> {
  const { source } = rows;
  const own = subset.where === undefined ? [] : [parseWhere(subset.where, rows.whereColumns, subset.params)];
  const order =
    subset.orderBy === undefined ? '' : ` order by ${orderSql(subset.orderBy, rows.whereColumns)}`;
  const values: (string | null)[] = [];
  const conditions: string[] = [];
  for (const where of [
    ...rows.wheres,
    ...(await Promise.all(own.map((one) => writtenByPostgres(pool, one)))),
  ]) {
    conditions.push(whereSql(where, rows.whereColumns, values.length + 1));
    values.push(...where.constants.map(({ text }) => text));
  }
  const filter = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
  const limit = subset.limit === undefined ? '' : ` limit ${subset.limit}`;
  const offset = subset.offset === undefined ? '' : ` offset ${subset.offset}`;
  const client = await pool.connect();
  try {
    let isAgain = false;
    const { moment } = await seeing(async () => {
      if (isAgain) await client.query('rollback');
      isAgain = true;
      const begun = await beginSnapshot(client, source.table, locked);
      return { moment: begun, isInSnapshot: isIn(begun) };
    }, sees);
    await client.query(`set local statement_timeout = ${TIMEOUT_MS}`);
    await client.query(
      `declare rows no scroll cursor for select ${rows.snapshotSql()} from ${source.fromSql}${filter}${order}${limit}${offset}`,
      values,
    );
    const texts: string[] = [];
    let bytes = 0;
    for await (const piece of piecesOf(client)) {
      for (const text of piece) {
        texts.push(text);
        bytes += text.length;
      }
      if (bytes > BYTES_MAX)
        throw new Problem('invalid_request', 'The subset is too large for one answer. Ask with a limit.');
    }
    const metadata = {
      snapshot_mark: randomInt(2 ** 31),
      xmin: moment.xmin,
      xmax: moment.xmax,
      xip_list: moment.running,
      database_lsn: String(moment.lsn),
    };
    return `{"metadata":${JSON.stringify(metadata)},"data":[${texts.join(',\n')}]}`;
  } finally {
    await client.query('rollback').catch(() => {});
    client.release();
  }
}
