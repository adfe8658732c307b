/**
 * Copies: one order id that several owners accepted, as for a client that failed over (T8).
 *
 * Each of them sold units of its own. The first to be heard of is the order; of every other
 * live writer its copy is kept under a name that no client can give, so that it can be told
 * what that owner may take back. A copy's cancellation is written down line by line as a
 * document too, and leaves the progress of the order alone.
 */
import type { BodyOf, Entry } from '../entry/entry.ts';
import {
  areTwins,
  incarnationOf,
  type LineId,
  type OrderId,
  type ReplicaId,
  replicaOf,
  type WriterId,
} from '../ids.ts';
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

/** Where it is looked up whose sale somebody takes back or marks. */
export interface Sales extends Pick<Documents, 'findDocument'> {
  livesOf(replica: ReplicaId): readonly { readonly writer: WriterId }[];
}

type OfOrder = Entry & { readonly body: BodyOf<'cancelled' | 'marked'> };

/**
 * Whose sale a cancellation or a mark is about: the order's, or the copy of this seller. Its writer sold it itself,
 * or a former life of its replica did (T8); undefined where none of them is known to have.
 */
export function saleOf(
  sales: Sales,
  stream: WriterId,
  { writer, body: { orderId } }: OfOrder,
): 'order' | { readonly copyOf: WriterId } | undefined {
  const first = sales.findDocument('order', orderId);
  if (first?.writer === stream) return 'order';
  // A branch speaks in the name of the writer that forked: what both sold is one copy (F2).
  if (hasCopy(sales, orderId, writer)) return { copyOf: writer };
  if (first === undefined) return undefined;
  if (areTwins(first.writer, writer) || isFormerLife(first.writer, writer)) return 'order';
  const former = formerLives(sales, writer).find((life) => hasCopy(sales, orderId, life));
  return former && { copyOf: former };
}

/** Whether a cancellation takes back a copy, and not the order that others know by its id. */
export function isOfCopy(sales: Sales, stream: WriterId, entry: Entry): boolean {
  const { body } = entry;
  return body.type === 'cancelled' && typeof saleOf(sales, stream, { ...entry, body }) === 'object';
}

function hasCopy(documents: Pick<Documents, 'findDocument'>, orderId: OrderId, seller: WriterId): boolean {
  const { kind, id } = copyName(orderId, seller);
  return documents.findDocument(kind, id) !== undefined;
}

/** A life of the same replica before this one. */
export function isFormerLife(former: WriterId, writer: WriterId): boolean {
  return replicaOf(former) === replicaOf(writer) && incarnationOf(former) < incarnationOf(writer);
}

/** The newest first. */
function formerLives(sales: Pick<Sales, 'livesOf'>, writer: WriterId): WriterId[] {
  const lives = sales.livesOf(replicaOf(writer)).map((life) => life.writer);
  return lives
    .filter((life) => isFormerLife(life, writer))
    .sort((a, b) => incarnationOf(b) - incarnationOf(a));
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

/** A line of a copy is taken back once, by its seller or a later life, and never beyond what that copy sold. */
export function exceedsCopy(
  sales: Sales & Documents,
  { writer, body: { orderId, lines } }: Entry & { readonly body: Cancelled },
  seller: WriterId,
): boolean {
  const { kind, id } = copyName(orderId, seller);
  const copy = sales.documentEntry(kind, id)?.body;
  const isBack = ({ lineId }: { readonly lineId: LineId }, by: WriterId) => {
    const name = cancellationName(orderId, lineId, by);
    return sales.findDocument(name.kind, name.id) !== undefined;
  };
  const others = sales.livesOf(replicaOf(seller)).map((life) => life.writer);
  const later = others.filter((life) => isFormerLife(seller, life) && !hasCopy(sales, orderId, life));
  const takers = new Set([seller, writer, ...later]);
  if (lines.some((line) => [...takers].some((by) => isBack(line, by)))) return true;
  if (copy?.type !== 'sold' && copy?.type !== 'confirmed') return false;
  const left = new Map(copy.lines.toReversed().map((line) => [line.lineId, line.quantityBase]));
  return lines.some(({ lineId, pool, n }) => {
    const sold = copy.lines.find((line) => line.lineId === lineId);
    const rest = (left.get(lineId) ?? 0) - n;
    left.set(lineId, rest);
    return sold?.pool !== pool || rest < 0;
  });
}
