/**
 * Rendering: rows of the outbox as events. A row names things; what it names never changes once it is
 * written (an order as it was sold), so an event reads the same whenever, wherever and however often it is made.
 */
import { type PoolId, parsePoolId, replicaOf, type WriterId } from '@tallystick/crdt';
import type pg from 'pg';
import { EVENTS, type EventType } from '../../events/catalogue.ts';
import { EVENT_LINES_MAX } from '../../events/data-schemas.ts';
import { EVENT_SOURCE, type FeedEvent, schemaName } from '../../events/event.ts';
import { type OrderAsSold, ordersAsSold } from './orders-as-sold.ts';

export interface Told {
  /** The position in the feed. */
  readonly id: number;
  readonly type: string;
  readonly at: Date;
  readonly payload: Payload;
}

type Payload = Readonly<Record<string, unknown>> & {
  readonly orderId?: string;
  readonly writer?: WriterId;
  readonly lines?: readonly FactLine[];
};

interface FactLine {
  readonly pool: PoolId;
  readonly lineId?: string;
  readonly n?: number;
  readonly found?: number;
  readonly more?: number;
  readonly less?: number;
}

export async function renderEvents(pool: pg.Pool, told: readonly Told[]): Promise<FeedEvent[]> {
  const orderIds = new Set(told.flatMap(({ payload }) => payload.orderId ?? []));
  const orders = await ordersAsSold(pool, [...orderIds]);
  return told.map((row) => eventOf(row, orders.get(row.payload.orderId ?? '')));
}

function eventOf({ id, type: factType, at, payload }: Told, order: OrderAsSold | undefined): FeedEvent {
  const type = (
    factType === 'order.duplicate-cancelled' ? 'order.duplicate_cancelled' : factType
  ) as EventType;
  const data = dataOf(type, payload, order);
  return {
    specversion: '1.0',
    id: String(id),
    source: EVENT_SOURCE,
    type,
    subject: subjectOf(data),
    time: at.toISOString(),
    datacontenttype: 'application/json',
    dataschema: schemaName(type, EVENTS[type].version),
    data,
  };
}

type Data = Readonly<Record<string, unknown>>;

function subjectOf({ orderId, documentId, cartId, replica, sku, locationId }: Data): string {
  return String(orderId ?? documentId ?? cartId ?? replica ?? `${sku}@${locationId}`);
}

function dataOf(type: EventType, payload: Payload, order: OrderAsSold | undefined): Data {
  const whose = { orderId: payload.orderId, ...order?.whose };
  switch (type) {
    case 'order.settled':
    case 'order.completed':
      return { ...whose, ...order?.bought };
    case 'order.processing':
    case 'order.delivered':
      return whose;
    case 'order.shipped':
    case 'order.returned':
    case 'order.cancelled':
    case 'order.duplicate_cancelled':
      return { ...whose, ...documentOf(payload), ...linesOf(payload, orderLine) };
    case 'order.duplicate':
      return {
        ...whose,
        replica: payload.writer === undefined ? '' : replicaOf(payload.writer),
        stands: order?.bought.replica,
      };
    case 'stock.received':
      return {
        ...documentOf(payload),
        cause: payload.cause,
        ...linesOf(payload, ({ n }) => ({ quantity: n })),
      };
    case 'stock.lost':
      return {
        ...documentOf(payload),
        cause: payload.cause,
        ...linesOf(payload, ({ less }) => ({ quantity: less })),
      };
    case 'stock.counted':
      return {
        ...documentOf(payload),
        ...linesOf(payload, ({ found, more = 0, less = 0 }) => ({ found, change: more - less })),
      };
    case 'replica.fenced': {
      const { replica, fenced, reason, lastGoodSeq } = payload;
      return { replica, writer: fenced, reason, lastGoodSeq };
    }
    case 'stock.level_changed':
    case 'stock.low':
    case 'stock.shortage':
    case 'cart.abandoned':
    case 'replica.offline':
    case 'replica.online':
      return payload;
    default:
      return type satisfies never;
  }
}

function documentOf({ documentId, reason }: Payload): Data {
  return { documentId, ...(reason === undefined ? {} : { reason }) };
}

function orderLine({ lineId, n }: FactLine): Data {
  return { lineId, quantity: n };
}

function linesOf({ lines = [] }: Payload, say: (line: FactLine) => Data): Data {
  const shown = lines.slice(0, EVENT_LINES_MAX).map((line) => {
    const { sku, location } = parsePoolId(line.pool);
    return { sku, locationId: location, ...say(line) };
  });
  const omitted = lines.length - shown.length;
  return { lines: shown, ...(omitted === 0 ? {} : { linesOmitted: omitted }) };
}
