/**
 * Movements in the books: written a moment after the entries that made them, in the order
 * of the books, each once; read newest first, product by product.
 */
import { decodeEntry, parsePoolId, type WriterId } from '@tallystick/crdt';
import { splitEntries } from '@tallystick/crdt/wire';
import { type Log, Problem } from '@tallystick/store-agent';
import type pg from 'pg';
import { inOneGo } from './in-one-go.ts';
import { type MovementType, movementsOf } from './movements-of.ts';
import { pgArray } from './pg-array.ts';
import { text, textOrNull } from './pg-text.ts';

/** Writing them shares a core with what decides, so it comes in short pieces. */
const WRITE_EVERY_MS = 1_000;
const ENTRIES_MAX = 5_000;
/** Who asks waits for as much as this; books that were never read before take longer. */
const PIECES_WHILE_ASKED = 10;
/** The last millisecond that RFC 3339 has a word for: a hostile clock may say more. */
const AT_MS_MAX = 253_402_300_799_999;

export class Movements {
  readonly #pool: pg.Pool;
  readonly #log: Log;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<unknown> | undefined;

  constructor(pool: pg.Pool, log: Log) {
    this.#pool = pool;
    this.#log = log;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#writing ??= this.#write()
        .catch((error: unknown) => this.#log.warn({ err: error }, 'movements could not be written'))
        .finally(() => {
          this.#writing = undefined;
        });
    }, WRITE_EVERY_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writing;
  }

  async #write(): Promise<void> {
    const { books, written } = await marks(this.#pool);
    if (written < books) await writePiece(this.#pool);
  }

  /** Newest first. @throws Problem `overloaded` where what settled before cannot be shown yet */
  async list(wanted: MovementFilter, limit: number): Promise<MovementJson[]> {
    const isWritten = await writeUpToNow(this.#pool);
    if (isWritten) return listMovements(this.#pool, wanted, limit);
    throw new Problem('overloaded', 'The history is being written from the books. Ask again in a moment.');
  }
}

interface RunRow {
  readonly pos_first: number;
  readonly writer: WriterId;
  readonly seq_first: number;
  readonly bytes: Uint8Array;
}

/** How far the books are, and how far their movements are written. */
async function marks(pool: pg.Pool): Promise<{ readonly books: number; readonly written: number }> {
  const { rows } = await pool.query<{ books: number; written: number }>(
    'select b.position as books, m.position as written from tallystick.books b, tallystick.movements_written m',
  );
  return rows[0] ?? { books: 0, written: 0 };
}

async function writeUpToNow(pool: pg.Pool): Promise<boolean> {
  const { books, written } = await marks(pool);
  let position = written;
  for (let piece = 0; position < books && piece < PIECES_WHILE_ASKED; piece += 1)
    position = await writePiece(pool);
  return position >= books;
}

/**
 * Writes what some entries moved. Several processes may do it at once: the row lock makes one wait for the other.
 * @returns the position up to which they are written
 */
async function writePiece(pool: pg.Pool): Promise<number> {
  return inOneGo(pool, async (client) => {
    const { rows: mark } = await client.query<{ position: number }>(
      'select position from tallystick.movements_written for update',
    );
    const from = mark[0]?.position ?? 0;
    const { rows } = await client.query<RunRow>(
      `select pos_first, writer, seq_first, bytes from tallystick.runs
        where pos_first > $1 and pos_first <= $1 + ${ENTRIES_MAX} order by pos_first`,
      [from],
    );
    return write(client, from, rows);
  });
}

async function write(client: pg.PoolClient, from: number, runs: readonly RunRow[]): Promise<number> {
  let position = from;
  const rows: unknown[][] = [];
  for (const { writer, seq_first, bytes } of runs) {
    splitEntries(bytes).forEach((stored, i) => {
      position += 1;
      const { body, docId, wallMs, actor } = decodeEntry(stored);
      for (const { pool, type, onHand, available, onHold } of movementsOf(body)) {
        const { sku, location } = parsePoolId(pool);
        const orderId = 'orderId' in body ? textOrNull(body.orderId) : null;
        const reason = 'reason' in body && body.reason !== '' ? text(String(body.reason)) : null;
        const at = Math.min(wallMs, AT_MS_MAX);
        const change = [sku, location, at, position, type, onHand, available, onHold];
        const who = [writer, seq_first + i, text(actor), text(docId), orderId, reason];
        rows.push([...change, ...who]);
      }
    });
  }
  if (position === from) return position;
  const columns = Array.from({ length: 14 }, (_, column) => rows.map((row) => row[column]));
  await client.query({
    name: 'write_movements',
    text: `insert into tallystick.movements select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[],
      $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::bigint[], $11::text[], $12::text[],
      $13::text[], $14::text[])`,
    values: columns.map(pgArray),
  });
  await client.query('update tallystick.movements_written set position = $1', [position]);
  return position;
}

export interface MovementFilter {
  readonly sku: string;
  readonly locationId?: string | undefined;
  readonly type?: MovementType | undefined;
  /** Milliseconds since 1970; from is included, to is not. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  /** The last one of the page before. */
  readonly after?: MovementPlace | undefined;
}

export interface MovementPlace {
  readonly atMs: number;
  readonly position: number;
  readonly locationId: string;
}

export interface MovementJson extends MovementPlace {
  readonly type: MovementType;
  readonly onHand: number;
  readonly available: number;
  readonly onHold: number;
  readonly replica: string;
  readonly actor: string;
  readonly document: string;
  readonly orderId?: string;
  readonly reason?: string;
  /** Said after its writer was shut out: it counts unless somebody else did the same before. */
  readonly late?: true;
}

async function listMovements(pool: pg.Pool, wanted: MovementFilter, limit: number): Promise<MovementJson[]> {
  const { sku, locationId = null, type = null, fromMs = null, toMs = null, after } = wanted;
  const { rows } = await pool.query<{ movement: MovementJson }>({
    name: 'list_movements',
    text: `select jsonb_strip_nulls(jsonb_build_object(
          'atMs', m.at_ms, 'position', m.position, 'locationId', m.location, 'type', m.type,
          'onHand', m.on_hand, 'available', m.available, 'onHold', m.on_hold,
          'replica', split_part(m.writer, '.', 1), 'actor', m.actor, 'document', m.document,
          'orderId', m.order_id, 'reason', m.reason,
          'late', case when m.seq > w.fence_seq then true end)) as movement
        from tallystick.movements m left join tallystick.writers w on w.writer = m.writer
       where m.sku = $1 and ($2::text is null or m.location = $2) and ($3::text is null or m.type = $3)
         and m.at_ms >= coalesce($4, 0) and m.at_ms < coalesce($5, 9007199254740991)
         and (m.at_ms, m.position, m.location)
           < (coalesce($6, 9007199254740991), coalesce($7, 9007199254740991), coalesce($8, ''))
       order by m.at_ms desc, m.position desc, m.location desc limit $9`,
    values: [
      text(sku),
      locationId,
      type,
      fromMs,
      toMs,
      after?.atMs ?? null,
      after?.position ?? null,
      after?.locationId ?? null,
      limit,
    ],
  });
  return rows.map(({ movement }) => movement);
}
