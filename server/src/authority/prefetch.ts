/** The answers to a turn's questions, one statement a kind of question. */
import { createHash } from 'node:crypto';
import {
  type DocumentKind,
  type DocumentName,
  decodeEntry,
  decodeHead,
  type LineId,
  type OrderId,
  type StreamSlice,
  type WriterId,
} from '@tallystick/crdt';
import { joinEntries, splitEntries } from '@tallystick/crdt/wire';
import type pg from 'pg';
import { pgArray } from './pg-array.ts';
import { text } from './pg-text.ts';
import type { PrefetchedView } from './prefetched-view.ts';
import type { EntryRange, Questions } from './questions.ts';
import { ownBytes } from './stored-heads.ts';

/** A range lies in one run or two of some 64 KiB; so many are in memory at once. */
const RANGES_PER_QUERY = 64;

export async function fetchAnswers(pool: pg.Pool, view: PrefetchedView, questions: Questions): Promise<void> {
  await Promise.all([
    fetchDocuments(pool, view, questions.documents ?? []),
    fetchDocumentEntries(pool, view, questions.documentEntries ?? []),
    fetchEntries(pool, view, questions.entries ?? []),
    fetchProgress(pool, view, questions.progress ?? []),
    fetchWriters(pool, view, questions.writers ?? []),
  ]);
}

async function fetchDocuments(
  pool: pg.Pool,
  view: PrefetchedView,
  asked: readonly DocumentName[],
): Promise<void> {
  for (const { kind, id } of asked) view.documents.set(`${kind}:${id}`, null);
  const isOf = (...kinds: DocumentKind[]) => asked.filter(({ kind }) => kinds.includes(kind));
  const orders = isOf('order');
  const known = await findOrders(pool, view, orders);
  // Hardly any order is sold twice: where there is no order there is no copy, and without that no end of it.
  const unknown = new Set(orders.map(({ id }) => id).filter((id) => !known.has(id)));
  const copies = isOf('order-copy').filter(({ id }) => !unknown.has(id.slice(0, id.lastIndexOf(' '))));
  const ends = copies.length === 0 ? [] : isOf('copy-cancellation');
  const others = asked.filter(({ kind }) => !['order', 'order-copy', 'copy-cancellation'].includes(kind));
  await findOthers(pool, view, [...others, ...copies, ...ends]);
}

async function findOrders(
  pool: pg.Pool,
  view: PrefetchedView,
  orders: readonly DocumentName[],
): Promise<ReadonlySet<string>> {
  if (orders.length > 0) {
    const { rows } = await pool.query<{ at: number; writer: WriterId; seq: number }>({
      name: 'find_orders',
      text: 'select at, writer, seq from tallystick.find_orders($1)',
      values: [pgArray(orders.map(({ id }) => text(id)))],
    });
    setFound(view, orders, rows);
    return new Set(rows.map(({ at }) => orders[at - 1]?.id ?? ''));
  }
  return new Set();
}

async function findOthers(
  pool: pg.Pool,
  view: PrefetchedView,
  others: readonly DocumentName[],
): Promise<void> {
  if (others.length > 0) {
    const { rows } = await pool.query<{ at: number; writer: WriterId; seq: number }>({
      name: 'find_documents',
      text: 'select at, writer, seq from tallystick.find_documents($1, $2)',
      values: [pgArray(others.map(({ kind }) => kind)), pgArray(others.map(({ id }) => text(id)))],
    });
    setFound(view, others, rows);
  }
}

function setFound(
  view: PrefetchedView,
  asked: readonly DocumentName[],
  rows: readonly { readonly at: number; readonly writer: WriterId; readonly seq: number }[],
): void {
  for (const { at, writer, seq } of rows) {
    const name = asked[at - 1];
    if (name !== undefined) view.documents.set(`${name.kind}:${name.id}`, { writer, seq });
  }
}

async function fetchDocumentEntries(
  pool: pg.Pool,
  view: PrefetchedView,
  asked: readonly DocumentName[],
): Promise<void> {
  await fetchDocuments(pool, view, asked);
  const refs = asked.map(({ kind, id }) => view.findDocument(kind, id)).filter((ref) => ref !== undefined);
  await fetchEntries(
    pool,
    view,
    refs.map(({ writer, seq }) => ({ writer, fromSeq: seq, toSeq: seq })),
  );
}

async function fetchEntries(
  pool: pg.Pool,
  view: PrefetchedView,
  asked: readonly EntryRange[],
): Promise<void> {
  for (let at = 0; at < asked.length; at += RANGES_PER_QUERY) {
    await fetchRanges(pool, view, asked.slice(at, at + RANGES_PER_QUERY));
  }
}

async function fetchRanges(pool: pg.Pool, view: PrefetchedView, asked: readonly EntryRange[]): Promise<void> {
  const wanted = new Map<WriterId, Set<number>>();
  for (const { writer, fromSeq, toSeq } of asked) {
    const seqs = wanted.get(writer) ?? new Set();
    for (let seq = fromSeq; seq <= toSeq; seq += 1) {
      seqs.add(seq);
      view.entries.set(`${writer}/${seq}`, view.entries.get(`${writer}/${seq}`) ?? null);
    }
    wanted.set(writer, seqs);
  }
  const { rows } = await pool.query<{ writer: WriterId; seq_first: number; bytes: Uint8Array }>({
    name: 'find_entries',
    text: 'select writer, seq_first, bytes from tallystick.find_entries($1, $2, $3)',
    values: [
      asked.map(({ writer }) => writer),
      asked.map(({ fromSeq }) => fromSeq),
      asked.map(({ toSeq }) => toSeq),
    ],
  });
  for (const row of rows) {
    splitEntries(row.bytes).forEach((bytes, index) => {
      const seq = row.seq_first + index;
      if (!wanted.get(row.writer)?.has(seq)) return;
      const own = ownBytes(bytes);
      const hash = new Uint8Array(createHash('sha256').update(own).digest());
      view.entries.set(`${row.writer}/${seq}`, { entry: decodeEntry(own), hash, bytes: own });
    });
  }
}

async function fetchProgress(pool: pg.Pool, view: PrefetchedView, asked: readonly OrderId[]): Promise<void> {
  if (asked.length === 0) return;
  const { rows } = await pool.query<{
    order_id: OrderId;
    line_id: LineId;
    cancelled: number;
    shipped: number;
    returned: number;
  }>({
    name: 'find_progress',
    text: 'select order_id, line_id, cancelled, shipped, returned from tallystick.find_progress($1)',
    values: [asked.map(text)],
  });
  for (const orderId of asked) view.progress.set(orderId, new Map());
  for (const { order_id, line_id, ...progress } of rows) view.progress.get(order_id)?.set(line_id, progress);
}

async function fetchWriters(
  pool: pg.Pool,
  view: PrefetchedView,
  asked: NonNullable<Questions['writers']>,
): Promise<void> {
  for (const { writer, afterSeq } of asked) {
    const { rows } = await pool.query<{ seq_last: number; bytes: Uint8Array }>({
      name: 'read_writer',
      text: `select seq_last, bytes from tallystick.runs
        where writer = $1 and seq_last > $2 order by seq_first`,
      values: [writer, afterSeq],
    });
    view.streams.set(
      `${writer}/${afterSeq}`,
      rows.map(
        (row, index): StreamSlice => ({
          bytes: index === 0 ? entriesAfter(row.bytes, afterSeq) : row.bytes,
          to: row.seq_last,
        }),
      ),
    );
  }
}

/** The first run may begin before what is asked. */
function entriesAfter(slice: Uint8Array, afterSeq: number): Uint8Array {
  return joinEntries(
    splitEntries(slice)
      .filter((bytes) => decodeHead(bytes).seq > afterSeq)
      .map((bytes) => ({ bytes })),
  );
}
