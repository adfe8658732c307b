/**
 * Copies: one order id that several owners accepted, as for a client that failed over (T8).
 *
 * Each of them sold units of its own. The first to be heard of is the order; of every other
 * live writer its copy is kept under a name that no client can give, so that it can be told
 * what that owner may take back. A copy's cancellation is written down line by line as a
 * document too, and leaves the progress of the order alone.
 */
import type { BodyOf, Entry } from '../entry/entry.ts';
import { areTwins, type LineId, type OrderId, replicaOf, type WriterId } from '../ids.ts';
import type { DocumentKind, DocumentName } from './documents.ts';
import type { EntryRef } from './journal-view.ts';

type Cancelled = BodyOf<'cancelled'>;

export interface Documents {
  findDocument(kind: DocumentKind, id: string): EntryRef | undefined;
  documentEntry(kind: DocumentKind, id: string): Entry | undefined;
}

/** A writer has no space in it, so the last one parts the two. */
export function copyName(orderId: string, writer: WriterId): DocumentName {
  return { kind: 'order-copy', id: `${orderId} ${writer}` };
}

/** What an entry brings into the world where its order, or the one that it cancels, is a copy. */
export function copyDocumentsOf({ writer, docId, body }: Entry): readonly DocumentName[] {
  if (body.type === 'sold' || body.type === 'confirmed') return [copyName(docId, writer)];
  if (body.type !== 'cancelled') return [];
  return body.lines.map(({ lineId }) => cancellationName(body.orderId, lineId, writer));
}

function cancellationName(orderId: OrderId, lineId: LineId, writer: WriterId): DocumentName {
  return { kind: 'copy-cancellation', id: `${orderId} ${lineId} ${writer}` };
}

/** Whether a cancellation takes back a copy, and not the order that others know by its id. */
export function isOfCopy(
  documents: Pick<Documents, 'findDocument'>,
  stream: WriterId,
  entry: Entry,
): boolean {
  if (entry.body.type !== 'cancelled') return false;
  const { orderId } = entry.body;
  if (documents.findDocument('order', orderId)?.writer === stream) return false;
  // A branch speaks in the name of the writer that forked: what both sold is one copy (F2).
  return hasCopy(documents, orderId, entry.writer);
}

function hasCopy(documents: Pick<Documents, 'findDocument'>, orderId: OrderId, seller: WriterId): boolean {
  const { kind, id } = copyName(orderId, seller);
  return documents.findDocument(kind, id) !== undefined;
}

/** Whether who cancels or marks an order has sold it itself, as the order or as a copy. */
export function hasSold(
  documents: Pick<Documents, 'findDocument'>,
  stream: WriterId,
  { writer, body }: Entry & { readonly body: BodyOf<'cancelled' | 'marked'> },
): boolean {
  const first = documents.findDocument('order', body.orderId);
  if (first !== undefined && (first.writer === stream || areTwins(first.writer, writer))) return true;
  // A branch speaks in the name of the writer that forked: what both sold is one copy (F2).
  return hasCopy(documents, body.orderId, writer);
}

/**
 * Whether an entry marks what is known as another replica's order. A copy of its own it may mark, and a later life what
 * a former one may have sold (T8); of the order, of which everybody knows by that id, that says nothing.
 */
export function marksAnothers(
  documents: Pick<Documents, 'findDocument'>,
  stream: WriterId,
  { body }: Entry,
): boolean {
  if (body.type !== 'marked') return false;
  const first = documents.findDocument('order', body.orderId);
  return first !== undefined && replicaOf(first.writer) !== replicaOf(stream);
}

/** A line of a copy is taken back once, and never beyond what that copy sold. */
export function exceedsCopy(documents: Documents, entry: Entry & { readonly body: Cancelled }): boolean {
  const { kind, id } = copyName(entry.body.orderId, entry.writer);
  const copy = documents.documentEntry(kind, id)?.body;
  const names = copyDocumentsOf(entry);
  if (names.some((name) => documents.findDocument(name.kind, name.id) !== undefined)) return true;
  if (copy?.type !== 'sold' && copy?.type !== 'confirmed') return false;
  const left = new Map(copy.lines.toReversed().map((line) => [line.lineId, line.quantityBase]));
  return entry.body.lines.some(({ lineId, pool, n }) => {
    const sold = copy.lines.find((line) => line.lineId === lineId);
    const rest = (left.get(lineId) ?? 0) - n;
    left.set(lineId, rest);
    return sold?.pool !== pool || rest < 0;
  });
}
