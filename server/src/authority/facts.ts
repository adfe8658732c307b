/**
 * Facts: what the outbox tells the rest of the business, one row an act.
 *
 * A payload names things and does not repeat them: whoever consumes it reads the
 * books, which were written in the same commit. No personal data.
 */
import { type Entry, type EntryBody, replicaOf } from '@tallystick/crdt';

export interface Fact {
  readonly type: FactType;
  readonly payload: Readonly<Record<string, unknown>>;
}

export const FACT_TYPES = [
  'order.settled',
  'order.duplicate',
  'order.cancelled',
  /** What its owner took back is a copy of an order that another owner sold first. */
  'order.duplicate-cancelled',
  'order.shipped',
  'order.returned',
  'order.processing',
  'order.delivered',
  /** The goods are with a buyer who is known by name; over the counter, a stranger's sale ends with `order.settled`. */
  'order.completed',
  'stock.received',
  'stock.counted',
  'stock.lost',
  'replica.fenced',
] as const;
export type FactType = (typeof FACT_TYPES)[number];

/** @returns none for what replicas only tell each other. */
export function factsOf(entry: Entry, isDuplicate: boolean, isOfCopy: boolean): Fact[] {
  const first = factOf(entry, isDuplicate, isOfCopy);
  if (first === undefined) return [];
  const completed = isDuplicate ? undefined : completedOrder(entry);
  return completed === undefined ? [first] : [first, fact(entry, 'order.completed', { orderId: completed })];
}

function completedOrder({ body, docId }: Entry): string | undefined {
  if (body.type === 'marked') return body.mark === 'delivered' ? body.orderId : undefined;
  if (body.type !== 'sold' && body.type !== 'confirmed') return undefined;
  const isKnown = body.customerId !== undefined || body.clientId !== undefined;
  return isKnown && body.lines.every(({ departed }) => departed) ? docId : undefined;
}

function factOf(entry: Entry, isDuplicate: boolean, isOfCopy: boolean): Fact | undefined {
  const { body, docId } = entry;
  switch (body.type) {
    case 'sold':
    case 'confirmed':
      return fact(entry, isDuplicate ? 'order.duplicate' : 'order.settled', { orderId: docId });
    case 'cancelled':
      return goods(entry, body, isOfCopy ? 'order.duplicate-cancelled' : 'order.cancelled', isDuplicate);
    case 'shipped':
      return goods(entry, body, 'order.shipped', isDuplicate);
    case 'returned':
      return goods(entry, body, 'order.returned', isDuplicate);
    case 'marked':
      return isDuplicate ? undefined : fact(entry, `order.${body.mark}`, { orderId: body.orderId });
    case 'received':
      return goods(entry, body, 'stock.received', isDuplicate);
    case 'counted':
      return goods(entry, body, 'stock.counted', isDuplicate);
    case 'lost':
      return goods(entry, body, 'stock.lost', isDuplicate);
    case 'fenced': {
      const { writer: fenced, reason, seq: lastGoodSeq } = body;
      return fact(entry, 'replica.fenced', { replica: replicaOf(fenced), fenced, reason, lastGoodSeq });
    }
    default:
      return undefined;
  }
}

function goods(
  entry: Entry,
  body: Extract<EntryBody, { lines: readonly unknown[] }>,
  type: FactType,
  isDuplicate: boolean,
): Fact | undefined {
  if (isDuplicate) return undefined;
  const { type: _, ...said } = body;
  return fact(entry, type, { documentId: entry.docId, ...said });
}

function fact(entry: Entry, type: FactType, payload: Record<string, unknown>): Fact {
  return { type, payload: { writer: entry.writer, seq: entry.seq, ...payload } };
}
