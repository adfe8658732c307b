/** Opening the books: every stream with its rows, as of one moment. */
import {
  digestText,
  type Hold,
  type HoldId,
  type PoolId,
  type Stored,
  Stream,
  type WriterId,
} from '@tallystick/crdt';
import type pg from 'pg';
import { HEAD_COLUMNS, type HeadRecord, headOf, ROW_COLUMNS, type RowRecord, rowOf } from './stored-heads.ts';

/** Rows of one fetch: a megabyte or two on the way, whatever the size of the books. */
const ROWS_PER_FETCH = 10_000;

interface Books {
  readonly position: number;
  readonly turn: number;
  readonly self: WriterId | null;
  readonly awaits_former_lives: boolean;
}

/**
 * @param onProblem told what does not fit together; without it that is thrown: nobody sells from such books
 * @throws Error
 */
export async function loadBooks(
  pool: pg.Pool,
  onProblem: (message: string) => void = refuse,
): Promise<{ stored: Stored; turn: number }> {
  return await inSnapshot(pool, async (client) => {
    const books = (
      await client.query<Books>('select position, turn, self, awaits_former_lives from tallystick.books')
    ).rows[0];
    if (books === undefined) throw new Error('The books have no first page: tallystick.books is empty.');
    const heads = (await client.query<HeadRecord>(`select ${HEAD_COLUMNS} from tallystick.writers`)).rows;
    const streams = new Map(heads.map((head) => [head.writer, new Stream(head.writer, headOf(head))]));
    await loadRows(client, streams, onProblem);
    for (const { writer, digest } of heads) checkDigest(streams.get(writer) as Stream, digest, onProblem);
    const holds = (
      await client.query<{ hold_id: HoldId; hold: Hold }>('select hold_id, hold from tallystick.holds')
    ).rows;
    const stored: Stored = {
      self: books.self,
      awaitsFormerLives: books.awaits_former_lives,
      position: books.position,
      streams: [...streams.values()],
      holds: holds.map(({ hold_id, hold }) => [hold_id, hold]),
    };
    return { stored, turn: books.turn };
  });
}

function refuse(message: string): never {
  throw new Error(message);
}

async function loadRows(
  client: pg.PoolClient,
  streams: ReadonlyMap<WriterId, Stream>,
  onProblem: (message: string) => void,
): Promise<void> {
  const strays = new Set<WriterId>();
  await client.query(`declare stored_rows no scroll cursor for select ${ROW_COLUMNS} from tallystick.rows`);
  for (;;) {
    const { rows } = await client.query<RowRecord & unknown[]>({
      text: `fetch ${ROWS_PER_FETCH} from stored_rows`,
      rowMode: 'array',
    });
    if (rows.length === 0) return;
    for (const record of rows) {
      const stream = streams.get(record[0]);
      if (stream === undefined) {
        if (!strays.has(record[0])) onProblem(`The books hold rows of ${record[0]}, but not its chain.`);
        strays.add(record[0]);
        continue;
      }
      stream.load(record[1] as PoolId, rowOf(record));
    }
  }
}

/** D6: rows that were changed behind our back would sell what is not there. */
function checkDigest(stream: Stream, stored: string, onProblem: (message: string) => void): void {
  const found = digestText(stream.digest);
  if (found === stored) return;
  onProblem(
    `D6: the rows of ${stream.writer} have the digest ${found}, and its chain says ${stored}. ` +
      'Restore the books from a backup, or rebuild the rows from the chain.',
  );
}

/** Several statements that see one state of the books. Reads only: nobody waits for them. */
export async function inSnapshot<T>(pool: pg.Pool, read: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let isBroken = true;
  try {
    await client.query('begin isolation level repeatable read read only');
    const found = await read(client);
    await client.query('commit');
    isBroken = false;
    return found;
  } finally {
    client.release(isBroken);
  }
}
