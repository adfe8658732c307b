/**
 * What the books say at the end, in plain SQL, and whether every journal on disk says the
 * same. Nothing here is shared with the code under test.
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type pg from 'pg';
import type { BookedPool, BookedSaleLine } from './ledger-check.ts';

/** Every order line in the books, read in pages so that half a million of them need no half a gigabyte. */
export async function* bookedLines(pool: pg.Pool): AsyncIterable<BookedSaleLine> {
  let after = ['', ''];
  for (;;) {
    const { rows } = await pool.query<{
      order_id: string;
      line_id: string;
      sku: string;
      location: string;
      quantity: number;
    }>(
      `select order_id, line_id, sku, location, quantity from tallystick.order_lines
        where (order_id, line_id) > ($1, $2) order by order_id, line_id limit 20000`,
      after,
    );
    for (const row of rows) {
      yield {
        saleId: row.order_id,
        lineNo: Number(row.line_id),
        sku: row.sku,
        location: row.location,
        quantity: Number(row.quantity),
      };
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = [last.order_id, last.line_id];
  }
}

/** Pools that sold, lost and hold more than ever came in: the sum over all rows must not be below zero. */
export async function oversoldInBooks(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ units: string | null }>(
    `select sum(greatest(0, sold - came)) as units from (
       select pool, sum(used + opened - closed)::numeric - sum(reinstated) as sold, sum(received)::numeric as came
         from tallystick.rows group by pool) as pools`,
  );
  return Number(rows[0]?.units ?? 0);
}

/** Doubled documents: the same order or delivery from two entries. */
export async function doubledDocuments(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ n: string }>('select count(*) as n from tallystick.duplicates');
  return Number(rows[0]?.n ?? 0);
}

const COLUMNS = ['received', 'reinstated', 'used', 'departed', 'opened', 'closed', 'owed', 'repaid'] as const;
type Columns = Record<(typeof COLUMNS)[number], number>;

/**
 * Compares each replica's own rows, as its SQLite file has them, with the books' rows of
 * that writer. @returns differences in words; none means that books equal journals.
 */
export async function compareJournals(
  pool: pg.Pool,
  dataDir: string,
  replicas: readonly string[],
): Promise<string[]> {
  const differences: string[] = [];
  for (const replica of replicas) {
    const file = new Database(join(dataDir, replica, 'journal.db'), { readonly: true });
    try {
      const writers = file
        .prepare(
          'select n.writer as name, s.seq as seq, s.hash as hash, n.id as id from streams s join names n on n.id = s.writer',
        )
        .all() as { name: string; seq: number; hash: Buffer; id: number }[];
      for (const { name, seq, hash, id } of writers) {
        const { rows } = await pool.query<{ seq: string; hash: Buffer }>(
          'select seq, hash from tallystick.writers where writer = $1',
          [name],
        );
        const booked = rows[0];
        if (name.split('.')[0] === replica) {
          if (booked === undefined || Number(booked.seq) !== seq || Buffer.compare(booked.hash, hash) !== 0) {
            differences.push(`${name}: its journal ends at ${seq}, the books at ${booked?.seq ?? 'nothing'}`);
          }
          const own = file
            .prepare(`select pool, ${COLUMNS.join(', ')} from rows where writer = ?`)
            .all(id) as (Columns & { pool: string })[];
          differences.push(...(await compareRows(pool, name, own)));
        }
      }
    } finally {
      file.close();
    }
  }
  return differences;
}

async function compareRows(
  pool: pg.Pool,
  writer: string,
  own: (Columns & { pool: string })[],
): Promise<string[]> {
  const { rows } = await pool.query<Record<string, string>>(
    `select pool, ${COLUMNS.join(', ')} from tallystick.rows where writer = $1`,
    [writer],
  );
  const booked = new Map(rows.map((row) => [row.pool as string, row]));
  const differences: string[] = [];
  for (const row of own) {
    const other = booked.get(row.pool);
    booked.delete(row.pool);
    if (COLUMNS.every((column) => Number(other?.[column] ?? 0) === row[column])) continue;
    differences.push(`${writer}: the row of ${row.pool} differs`);
  }
  for (const pool_ of booked.keys()) differences.push(`${writer}: only the books have ${pool_}`);
  return differences;
}

/** What may still be sold of each pool, whoever holds the rights: conservation over all rows. */
export async function bookedPools(pool: pg.Pool): Promise<BookedPool[]> {
  const { rows } = await pool.query<{ sku: string; location: string; available: string }>(
    `select sku, location, sum(received + reinstated - used) - sum(owed - repaid) as available
       from tallystick.rows group by sku, location`,
  );
  return rows.map(({ sku, location, available }) => ({ sku, location, available: Number(available) }));
}
