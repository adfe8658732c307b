/**
 * Repeats: what a writer that was shut out says and somebody counted before (T8).
 *
 * Forks and restored lives can do a thing twice. Of a writer that nobody trusts any
 * more, an entry whose document another one carried first, or that moves an order on
 * beyond what it sold, is kept in its chain and folds as nothing.
 */
import type { BodyOf, Entry } from '../entry/entry.ts';
import type { LineId } from '../ids.ts';
import { replicaOf } from '../ids.ts';
import { orderLines } from './decide-goods.ts';
import { type DocumentKind, documentsOf } from './documents.ts';
import type { LineProgress } from './journal-view.ts';
import type { Ledger } from './ledger.ts';
import type { Stream } from './stream.ts';

export function isRepeat(ledger: Ledger, { writer, head }: Stream, { seq, docId, body }: Entry): boolean {
  if (head.fence === null || seq <= head.fence.seq) return false;
  for (const { kind, id } of documentsOf(body, docId)) {
    // A hold that was ended twice was used twice: both ends count (F5).
    if (kind === 'hold-end') continue;
    const first = ledger.findDocument(kind, id);
    if (first !== undefined && (first.writer !== writer || first.seq !== seq)) return true;
  }
  if (body.type === 'cancelled' || body.type === 'returned' || body.type === 'shipped')
    return exceedsOrder(ledger, body, body.type);
  return false;
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

/** T6: no line of a known order is shipped, cancelled or brought back beyond what it sold. */
export function exceedsOrder(
  ledger: Ledger,
  body: BodyOf<'cancelled' | 'returned' | 'shipped'>,
  kind: keyof LineProgress,
): boolean {
  const sold = orderLines(ledger, body.orderId);
  if (sold === undefined) return false;
  // Units of another pool than was sold would come from nothing.
  if (body.lines.some(({ lineId, pool }) => sold.get(lineId)?.pool !== pool)) return true;
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
