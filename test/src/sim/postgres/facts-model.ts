/** The model of `outbox`: what the rest of the business is told of an entry. */
import { type Entry, replicaOf, type WriterId } from '@tallystick/crdt';

const GOODS: Partial<Record<Entry['body']['type'], string>> = {
  cancelled: 'order.cancelled',
  shipped: 'order.shipped',
  returned: 'order.returned',
  received: 'stock.received',
  counted: 'stock.counted',
  lost: 'stock.lost',
};

interface ModelFact {
  readonly type: string;
  readonly payload: object;
}

interface Told {
  readonly isDuplicate: boolean;
  readonly isOfCopy: boolean;
}

export function factsOfEntry(writer: WriterId, entry: Entry, told: Told): ModelFact[] {
  const fact = factOfEntry(writer, entry, told);
  if (fact === undefined) return [];
  const { body, docId, seq } = entry;
  const ends =
    body.type === 'sold' || body.type === 'confirmed'
      ? (body.customerId ?? body.clientId) !== undefined && !body.lines.some(({ departed }) => !departed)
      : body.type === 'marked' && body.mark === 'delivered';
  if (told.isDuplicate || !ends) return [fact];
  const orderId = body.type === 'marked' ? body.orderId : docId;
  return [fact, { type: 'order.completed', payload: { writer, seq, orderId } }];
}

function factOfEntry(writer: WriterId, entry: Entry, { isDuplicate, isOfCopy }: Told): ModelFact | undefined {
  const { seq, docId, body } = entry;
  if (body.type === 'sold' || body.type === 'confirmed') {
    const type = isDuplicate ? 'order.duplicate' : 'order.settled';
    return { type, payload: { writer, seq, orderId: docId } };
  }
  if (body.type === 'marked') {
    const payload = { writer, seq, orderId: body.orderId };
    return isDuplicate ? undefined : { type: `order.${body.mark}`, payload };
  }
  if (body.type === 'fenced') {
    const fenced = { replica: replicaOf(body.writer), fenced: body.writer };
    return {
      type: 'replica.fenced',
      payload: { writer, seq, ...fenced, reason: body.reason, lastGoodSeq: body.seq },
    };
  }
  const type = isOfCopy ? 'order.duplicate-cancelled' : GOODS[body.type];
  // Whatever creates rights or moves goods happens once (T8), and is told once.
  if (type === undefined || isDuplicate) return undefined;
  const { type: _, ...said } = body;
  return { type, payload: { writer, seq, documentId: docId, ...said } };
}
