/**
 * The peer of a drain: the rows that it wrote, written again into tables of the same columns, keys and
 * domains, as plainly as SQL can. No entries, no hashes, no checks. Started as a helper.
 */
import { pgArray } from '@tallystick/server/test-kit';
import pg from 'pg';
import { answer } from '../helper.ts';

export interface PgInsert {
  readonly databaseUrl: string;
  readonly rows: number;
  readonly rowsAtOnce: number;
  readonly what: 'all' | 'bare';
}

interface Table {
  readonly name: string;
  /** As inserted, with the type of each. */
  readonly columns: Readonly<Record<string, string>>;
  /** The newest of them. */
  readonly newest: string;
}

const ORDERS: Table = {
  name: 'orders',
  columns: {
    order_id: 'text',
    writer: 'text',
    seq: 'bigint',
    channel: 'text',
    client_id: 'text',
    customer_id: 'text',
    priority: 'bigint',
    placed_at: 'timestamptz',
    hold_id: 'text',
    payments: 'jsonb',
    note: 'text',
    override_reason: 'text',
  },
  newest: 'select * from tallystick.orders order by seq desc limit $1',
};
const LINES: Table = {
  name: 'sold_lines',
  columns: {
    order_id: 'text',
    line_id: 'text',
    sku: 'text',
    location: 'text',
    quantity: 'integer',
    unit: 'text',
    quantity_units: 'bigint',
    unit_price_minor: 'bigint',
    currency: 'text',
    tax_rate_bp: 'bigint',
    tax_included: 'boolean',
    discounts: 'jsonb',
    departed: 'boolean',
    owed: 'integer',
  },
  newest: `select l.* from (${'select order_id, seq from tallystick.orders order by seq desc limit $1'}) o
    join tallystick.sold_lines l on l.order_id = o.order_id order by o.seq desc`,
};
const OUTBOX: Table = {
  name: 'outbox',
  columns: { id: 'bigint', position: 'bigint', type: 'text', payload: 'jsonb' },
  newest: `select * from tallystick.outbox where type = 'order.settled' order by id desc limit $1`,
};

async function insert({ databaseUrl, rows, rowsAtOnce, what }: PgInsert): Promise<{ ms: number }> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const tables = what === 'all' ? [ORDERS, LINES, OUTBOX] : [ORDERS, LINES];
    await client.query('create schema if not exists peer');
    const read = new Map<Table, Record<string, unknown>[]>();
    for (const table of tables) {
      // Emptied: the newest rows may be those of the round before.
      await client.query(`drop table if exists peer.${table.name}`);
      await client.query(`create table peer.${table.name} (like tallystick.${table.name} including all)`);
      const found = await client.query<Record<string, unknown>>(table.newest, [rows]);
      if (found.rows.length !== rows) throw new Error(`The books hold ${found.rows.length} ${table.name}.`);
      // In the order in which they were sold.
      read.set(table, found.rows.reverse());
    }
    const startMs = performance.now();
    for (let at = 0; at < rows; at += rowsAtOnce) {
      await client.query('begin');
      for (const [table, all] of read) await insertSome(client, table, all.slice(at, at + rowsAtOnce));
      await client.query('commit');
    }
    return { ms: performance.now() - startMs };
  } finally {
    await client.end();
  }
}

function insertSome(client: pg.Client, table: Table, rows: readonly Record<string, unknown>[]) {
  const names = Object.keys(table.columns);
  const unnest = Object.values(table.columns).map((type, i) => `$${i + 1}::${type}[]`);
  return client.query({
    name: table.name,
    text: `insert into peer.${table.name} (${names}) select * from unnest(${unnest})`,
    values: names.map((name) => pgArray(rows.map((row) => plain(row[name])))),
  });
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

answer({ insert });
