/** Marks: the owner's word on how far its order has come, where no movement of goods tells it. */
import { type BodyOf, type Entry, ORDER_MARKS, type OrderMark } from '../entry/entry.ts';
import { replicaOf } from '../ids.ts';
import { type MarkOrder, refuse } from './command.ts';
import type { Decided } from './decide-sale.ts';
import type { Ledger } from './ledger.ts';

/** T8: each mark of an order is one document, so it is set once however often it is asked for. */
export function decideMark(ledger: Ledger, command: MarkOrder): Decided<BodyOf<'marked'>> {
  const { orderId, mark } = command;
  if (command.id !== orderId) return refuse('invalid_request', 'A mark is named after its order.');
  const entry = ledger.documentEntry('order', orderId);
  if (entry === undefined) return refuse('unknown_order', `Order ${orderId} is not known here.`);
  if (replicaOf(entry.writer) !== replicaOf(ledger.self.writer)) {
    return refuse('not_owner', `Order ${orderId} belongs to ${replicaOf(entry.writer)}.`);
  }
  const { lines } = entry.body as BodyOf<'sold' | 'confirmed'>;
  const isCancelled = lines.every(
    (line) => ledger.lineProgress(orderId, line.lineId).cancelled >= line.quantityBase,
  );
  if (isCancelled) return refuse('already_cancelled', `Order ${orderId} is cancelled.`);
  return { ok: true, body: { type: 'marked', orderId, mark } };
}

/** How far an order has come by its owner's word; what others say of it does not count. */
export function markOf(ledger: Ledger, order: Pick<Entry, 'writer' | 'docId'>): OrderMark | undefined {
  return ORDER_MARKS.findLast((mark) => {
    const marked = ledger.findDocument(mark, order.docId);
    return marked !== undefined && replicaOf(marked.writer) === replicaOf(order.writer);
  });
}
