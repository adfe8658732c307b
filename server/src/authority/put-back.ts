/**
 * Put back: whether these books are an earlier state of themselves (F6).
 *
 * Three can tell: Postgres, when it is another server or on another timeline than the
 * one on which this life began; the witness, which stands beside the books and not in them;
 * and, later and by the link, a child that is ahead. Whoever opens the books asks the first two.
 */
import { type Ledger, noteLostLife, type Replica, type WriterId, type Writes } from '@tallystick/crdt';
import type { Witness } from '@tallystick/store-agent';
import type pg from 'pg';
import type { PgJournal } from './journal.ts';

export interface PutBack {
  /** The life that these books go on with, and must not; null where they have none at all. */
  readonly writer: WriterId | null;
  /** What the witness last saw, which the books may never have heard of. */
  readonly witnessed: WriterId | undefined;
  readonly why: string;
}

/** @returns undefined where nothing speaks against these books. */
export async function findPutBack(
  pool: pg.Pool,
  journal: PgJournal,
  ledger: Ledger,
  witness: Witness,
): Promise<PutBack | undefined> {
  const self = ledger.hasLife ? ledger.self : undefined;
  const found = { writer: self?.writer ?? null, witnessed: witness.head?.writer };
  if (self !== undefined) {
    const why = await otherServer(pool);
    if (why !== undefined) return { ...found, why };
  }
  const said = witness.head;
  if (said?.writer === self?.writer && said !== undefined && said.seq <= (self?.head.seq ?? 0)) {
    await journal.prefetch({ entries: [{ writer: said.writer, fromSeq: said.seq, toSeq: said.seq }] });
  }
  const head =
    self === undefined ? undefined : { writer: self.writer, seq: self.head.seq, hash: self.head.hash };
  if (witness.compare(head, (writer, seq) => journal.view.hashAt(writer, seq)) === 'ok') return undefined;
  return { ...found, why: 'the witness beside the books has seen more than they hold' };
}

async function otherServer(pool: pg.Pool): Promise<string | undefined> {
  const { rows } = await pool.query<{ is_system: boolean; is_timeline: boolean }>(
    `select system_identifier is distinct from (select system_identifier::text from pg_control_system()) as is_system,
        timeline is distinct from tallystick.current_timeline() as is_timeline
      from tallystick.books`,
  );
  if (rows[0]?.is_system) return 'they were last written by another Postgres server';
  return rows[0]?.is_timeline ? 'they were last written on another timeline of Postgres' : undefined;
}

/** Begins the next life, unless another process of this authority was faster. */
export function beginAnew(
  replica: Replica,
  putBack: PutBack,
  now: Parameters<Replica['beginLife']>[1],
): void {
  const { ledger } = replica;
  replica.beginLife(null, now);
  noteLostLife(ledger, putBack.witnessed ?? null);
  if (ledger.self.writer === putBack.writer) replica.becomeNewWriter('rollback', now);
}

/** Tells the witness how far a durable turn has come. */
export function noteTurn(witness: Witness, writes: Writes): void {
  const own = writes.streams.find(({ writer }) => writer === writes.self);
  if (own !== undefined) witness.note(own.writer, own.head.seq, own.head.hash);
}
