/** The tables of the books as Postgres holds them: plain SQL, in the form of the model. */
import type { BooksPool } from './database.ts';
import { TABLES, type TableName, type Tables } from './tables.ts';
import { plain, textOfBytes } from './texts.ts';

/** The first column, `key`, names the record. What is nowhere else in the model is left out: `settled_at`, F6. */
const SELECTS: Readonly<Record<TableName, string>> = {
  books: `select 'the' as key, position, turn, self, awaits_former_lives as awaits from tallystick.books`,
  writers: `select writer as key, seq, hash, kind, parent, via, fence_seq, fence_hash, fence_reason, parent_seen,
    relayed_seq, relayed_hash, settled_seq, settled_hash, digest, turn from tallystick.writers`,
  runs: `select pos_first::text as key, writer, via, seq_first, seq_last, bytes, last_hash from tallystick.runs`,
  rows: `select writer || ' ' || pool as key, sku, location, received, reinstated, used, departed, opened, closed,
    owed, repaid, sent, took, reclaimed, cells, fenced from tallystick.rows`,
  documents: `select kind || ' ' || id as key, writer, seq from tallystick.documents`,
  duplicates: `select kind || ' ' || id || ' ' || writer || ' ' || seq as key from tallystick.duplicates`,
  holds: `select hold_id as key, hold from tallystick.holds`,
  quarantine: `select writer, seq, hash, reason, bytes, position from tallystick.quarantine`,
  orders: `select order_id as key, writer, seq, channel, client_id as client, customer_id as customer, priority,
    (extract(epoch from placed_at) * 1000)::double precision as placed_ms, hold_id as hold, payments, note,
    override_reason as override from tallystick.orders`,
  sold_lines: `select order_id || ' ' || line_id as key, sku, location, quantity, unit,
    quantity_units as "quantityUnits", unit_price_minor as "unitPriceMinor", currency,
    tax_rate_bp as "taxRateBp", tax_included as "taxIncluded", discounts, departed, owed
    from tallystick.sold_lines`,
  line_progress: `select order_id || ' ' || line_id as key, cancelled, shipped, returned, quantity, excused,
    conflict from tallystick.line_progress`,
  // Ids have gaps where a turn was rolled back; their order is that of the commits.
  outbox: `select (row_number() over (order by id))::text as key, position, type, payload from tallystick.outbox`,
};

type Found = Readonly<Record<string, unknown>>;

/** Where the model speaks of one thing, the table may have several columns. */
const SHAPES: Partial<Record<TableName, (found: Found) => Found>> = {
  writers: (found) => {
    const {
      fence_seq,
      fence_hash,
      fence_reason,
      relayed_seq,
      relayed_hash,
      settled_seq,
      settled_hash,
      ...rest
    } = found;
    return {
      ...rest,
      fence: fence_seq === null ? null : { seq: fence_seq, hash: fence_hash, reason: fence_reason },
      relayed: { seq: relayed_seq, hash: relayed_hash },
      settled: { seq: settled_seq, hash: settled_hash },
    };
  },
  holds: ({ key, hold }) => ({ key, ...(hold as object) }),
  quarantine: ({ writer, seq, hash, ...rest }) => ({ key: `${writer} ${seq} ${hash}`, ...rest }),
};

export async function readTables(pool: BooksPool): Promise<Tables> {
  const read = await Promise.all(TABLES.map(async (table) => [table, await readTable(pool, table)] as const));
  return Object.fromEntries(read) as unknown as Tables;
}

async function readTable(pool: BooksPool, table: TableName): Promise<ReadonlyMap<string, string>> {
  const { rows } = await pool.query<Found>({ name: `read ${table}`, text: SELECTS[table] });
  const shape = SHAPES[table] ?? ((found: Found) => found);
  return new Map(
    rows.map((row) => {
      const { key, ...record } = shape(withTexts(row));
      return [String(key), plain(record)];
    }),
  );
}

function withTexts(row: Found): Found {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? textOfBytes(value) : value,
    ]),
  );
}
