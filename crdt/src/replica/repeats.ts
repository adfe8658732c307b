/**
 * Repeats: what a writer that was shut out says and somebody counted before (T8).
 *
 * Forks and restored lives can do a thing twice. Of a writer that nobody trusts any
 * more, an entry whose document another one carried first, or that moves an order on
 * beyond what it sold, is kept in its chain and folds as nothing.
 */
import type { BodyOf, Entry, SoldLine } from '../entry/entry.ts';
import { type LineId, type PoolId, parsePoolId, replicaOf, type WriterId } from '../ids.ts';
import { copyDocumentsOf, copyName, exceedsCopy, isOfCopy, saleOf } from './copies.ts';
import { orderLines } from './decide-goods.ts';
import { type DocumentKind, type DocumentName, documentsOf } from './documents.ts';
import type { EntryRef, LineProgress } from './journal-view.ts';
import type { Ledger } from './ledger.ts';
import type { Stream } from './stream.ts';

export function isRepeat(ledger: Ledger, { writer, head }: Stream, entry: Entry): boolean {
  const { seq, docId, body } = entry;
  if (head.fence === null || seq <= head.fence.seq) return false;
  for (const { kind, id } of documentsOf(body, docId)) {
    // A hold that was ended twice was used twice: both ends count (F5).
    if (kind === 'hold-end') continue;
    const first = ledger.findDocument(kind, id);
    if (first === undefined || isAt(first, writer, seq)) continue;
    // A copy that is filed was folded: its writer was shut out for this very entry, and not before.
    const copy = kind === 'order' ? copyName(id, entry.writer) : undefined;
    if (copy === undefined || !isAt(ledger.findDocument(copy.kind, copy.id), writer, seq)) return true;
  }
  if (body.type === 'cancelled') {
    const cancelled = { ...entry, body };
    const isKnown = ledger.findDocument('order', body.orderId) !== undefined;
    return (
      (isKnown && saleOf(ledger, writer, cancelled) === undefined) || exceedsSold(ledger, writer, cancelled)
    );
  }
  return (body.type === 'returned' || body.type === 'shipped') && exceedsOrder(ledger, body, body.type);
}

/**
 * The same of an entry that another process of this replica decided on. What its books say by now is no
 * measure of what they said then; but what counted is there the first with one of its documents.
 */
export function wasRepeat(ledger: Ledger, { writer, head }: Stream, entry: Entry): boolean {
  if (head.fence === null || entry.seq <= head.fence.seq) return false;
  const names = documentsOf(entry.body, entry.docId).filter(({ kind }) => kind !== 'hold-end');
  const isFiled = ({ kind, id }: DocumentName) => isAt(ledger.findDocument(kind, id), writer, entry.seq);
  return names.length > 0 && ![...names, ...copyDocumentsOf(entry)].some(isFiled);
}

/** The same of a copy that was taken back: its writer's own, or a former life's, which is filed for it (`copies.ts`). */
export function wasOfCopy(ledger: Pick<Ledger, 'findDocument'>, writer: WriterId, entry: Entry): boolean {
  if (entry.body.type !== 'cancelled') return false;
  const isFiled = ({ kind, id }: DocumentName) => isAt(ledger.findDocument(kind, id), writer, entry.seq);
  const findDocument = ledger.findDocument.bind(ledger);
  return copyDocumentsOf(entry).some(isFiled) || isOfCopy({ findDocument, livesOf: () => [] }, writer, entry);
}

function isAt(ref: EntryRef | undefined, writer: WriterId, seq: number): boolean {
  return ref?.writer === writer && ref.seq === seq;
}

/** T8: an owner takes back what it sold itself or in a former life, be it the order or a copy of it. */
export function exceedsSold(
  ledger: Ledger,
  stream: WriterId,
  entry: Entry & { readonly body: BodyOf<'cancelled'> },
): boolean {
  const sale = saleOf(ledger, stream, entry);
  return typeof sale === 'object'
    ? exceedsCopy(ledger, entry, sale.copyOf)
    : exceedsOrder(ledger, entry.body, 'cancelled');
}

/** What a replica does once, whichever of its lives does it: it learns what the others did before. */
const ONCE: ReadonlySet<DocumentKind> = new Set([
  'cancellation',
  'receipt',
  'return',
  'shipment',
  'count',
  'loss',
  'reclaim',
]);

/** True where another life of the same replica did this already: two of them live at once (F2). */
export function isDoneTwice(ledger: Ledger, { writer }: Stream, { docId, body }: Entry): boolean {
  return documentsOf(body, docId).some(({ kind, id }) => {
    const first = ONCE.has(kind) ? ledger.findDocument(kind, id) : undefined;
    return first !== undefined && first.writer !== writer && replicaOf(first.writer) === replicaOf(writer);
  });
}

/** Units of goods that were not sold would come from nothing; customers bring back what was wherever they like. */
function isOf(line: SoldLine | undefined, pool: PoolId, kind: keyof LineProgress): boolean {
  return kind === 'returned' ? line?.sku === parsePoolId(pool).sku : line?.pool === pool;
}

/** T6: no line of a known order is shipped, cancelled or brought back beyond what it sold. */
export function exceedsOrder(
  ledger: Ledger,
  body: BodyOf<'cancelled' | 'returned' | 'shipped'>,
  kind: keyof LineProgress,
): boolean {
  const sold = orderLines(ledger, body.orderId);
  if (sold === undefined) return false;
  if (body.lines.some(({ lineId, pool }) => !isOf(sold.get(lineId), pool, kind))) return true;
  const moved = new Map<LineId, number>();
  for (const { lineId, n } of body.lines) moved.set(lineId, (moved.get(lineId) ?? 0) + n);
  return [...moved].some(([lineId, n]) => {
    const line = sold.get(lineId);
    if (line === undefined) return false;
    const { cancelled, returned, shipped } = ledger.lineProgress(body.orderId, lineId);
    // A cancellation and a return of the same units would make rights twice (T8).
    const before = kind === 'shipped' ? shipped : cancelled + returned;
    return before + n > line.quantityBase;
  });
}
