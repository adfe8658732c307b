/** What the books and the journals say at the end, read in plain SQL and given its types. */
import { join } from 'node:path';
import type { BookedLine, BookedPool, Life, OwnRow, WriterCopy } from './checkers.ts';
import { type Books, openJournalFile } from './sql.ts';

const COLUMNS = ['received', 'reinstated', 'used', 'departed', 'opened', 'closed', 'owed', 'repaid'] as const;

export async function readLines(books: Books): Promise<BookedLine[]> {
  const rows = await books.query(
    `select order_id, line_id, sku, location, quantity, cancelled, returned from tallystick.order_lines`,
  );
  return rows.map((row) => ({
    saleId: String(row.order_id),
    lineId: String(row.line_id),
    sku: String(row.sku),
    location: String(row.location),
    quantity: Number(row.quantity),
    cancelled: Number(row.cancelled),
    returned: Number(row.returned),
  }));
}

/** Documents that came from two entries: orders, deliveries, returns. */
export async function readDuplicates(books: Books): Promise<string[]> {
  const rows = await books.query('select kind, id, writer, seq from tallystick.duplicates order by kind, id');
  return rows.map(({ kind, id, writer, seq }) => `${kind} ${id} (again by ${writer} at ${seq})`);
}

export async function readQuarantine(books: Books): Promise<string[]> {
  const rows = await books.query(
    'select writer, seq, reason from tallystick.quarantine order by writer, seq',
  );
  return rows.map(({ writer, seq, reason }) => `${writer} at ${seq}: ${reason}`);
}

/** All that was ever told, oldest first, as the id and type of each event. */
export async function readFeed(books: Books): Promise<string[]> {
  const rows = await books.query('select id, type from tallystick.outbox order by id');
  return rows.map(({ id, type }) => `${id} ${String(type).replace('-', '_')}`);
}

export async function readLives(books: Books): Promise<Life[]> {
  const rows = await books.query('select writer, fence_reason from tallystick.writers order by writer');
  return rows.map((row) => {
    return { writer: String(row.writer), fence: row.fence_reason === null ? null : String(row.fence_reason) };
  });
}

export async function readPools(books: Books): Promise<BookedPool[]> {
  const sums = [...COLUMNS, 'sent', 'took'].map((column) => `sum(${column}) as ${column}`).join(', ');
  const rows = await books.query(`select pool, ${sums} from tallystick.rows group by pool order by pool`);
  return rows.map((row) => {
    const [received, reinstated, used, , opened, closed, owed, repaid] = COLUMNS.map((column) =>
      Number(row[column]),
    );
    return {
      pool: String(row.pool),
      ...({ received, reinstated, used, opened, closed, owed, repaid } as Omit<
        BookedPool,
        'pool' | 'sent' | 'took'
      >),
      sent: Number(row.sent),
      took: Number(row.took),
    };
  });
}

export async function readWriters(books: Books): Promise<Map<string, WriterCopy>> {
  const rowsOf = new Map<string, OwnRow[]>();
  for (const row of await books.query(`select writer, pool, ${COLUMNS.join(', ')} from tallystick.rows`)) {
    const writer = String(row.writer);
    const rows = rowsOf.get(writer);
    if (rows === undefined) rowsOf.set(writer, [ownRow(row)]);
    else rows.push(ownRow(row));
  }
  const copies = new Map<string, WriterCopy>();
  for (const { writer, seq, hash } of await books.query('select writer, seq, hash from tallystick.writers')) {
    const name = String(writer);
    const rows = rowsOf.get(name) ?? [];
    copies.set(name, { writer: name, seq: Number(seq), hash: (hash as Buffer).toString('hex'), rows });
  }
  return copies;
}

/** Every life of this replica that its journal knows. The replica must be down. */
export function readOwnWriters(replica: string, folder: string): (WriterCopy & { isLive: boolean })[] {
  const file = openJournalFile(join(folder, 'journal.db'));
  try {
    const writers = file.query(
      `select n.id, n.writer, s.seq, s.hash, n.id = m.self as live
         from streams s join names n on n.id = s.writer cross join meta m`,
    );
    return writers
      .filter(({ writer }) => String(writer).split('.')[0] === replica)
      .map(({ id, writer, seq, hash, live }) => ({
        writer: String(writer),
        seq: Number(seq),
        hash: (hash as Buffer).toString('hex'),
        isLive: live === 1,
        rows: file.query(`select pool, ${COLUMNS.join(', ')} from rows where writer = ?`, id).map(ownRow),
      }));
  } finally {
    file.close();
  }
}

function ownRow(row: Record<string, unknown>): OwnRow {
  return { pool: String(row.pool), columns: COLUMNS.map((column) => `${column} ${row[column]}`).join(', ') };
}
