/**
 * The events that there are: what each means, the schema of its data, and an example. What is sent,
 * what is documented (`webhooks` of the OpenAPI document) and what is tested are made from this.
 *
 * A version gains fields and loses none; a change that would break a reader is a new version.
 */
import { z } from 'zod';
import {
  boughtSchema,
  goodsSchema,
  leftCartSchema,
  linesOmitted,
  movedSchema,
  orderSchema,
} from './data-schemas.ts';
import * as examples from './examples.ts';

export interface EventKind {
  readonly version: number;
  readonly summary: string;
  readonly data: z.ZodType;
  readonly example: Readonly<Record<string, unknown>>;
}

const orderId = z.string();
const level = {
  sku: z.string(),
  locationId: z.string(),
  onHand: z.int().meta({ description: 'Goods that stand there.' }),
  available: z
    .int()
    .meta({ description: 'Units that can be promised; below zero where more is owed than there is.' }),
  committed: z.int().meta({ description: 'Sold or owed, and not yet gone.' }),
};

export const EVENTS = {
  'order.settled': {
    version: 1,
    summary: 'An order is in the books: sold once, for good.',
    data: boughtSchema.meta({ id: 'OrderSettled' }),
    example: examples.order,
  },
  'order.processing': {
    version: 1,
    summary: 'Somebody has begun to put an order together.',
    data: orderSchema.meta({ id: 'OrderProcessing' }),
    example: { orderId: examples.order.orderId, clientId: 'acme' },
  },
  'order.shipped': {
    version: 1,
    summary: 'Goods of an order left the location that keeps them.',
    data: movedSchema.meta({ id: 'OrderShipped' }),
    example: examples.shipped,
  },
  'order.delivered': {
    version: 1,
    summary: 'The owner of an order says that it was delivered.',
    data: orderSchema.meta({ id: 'OrderDelivered' }),
    example: { orderId: examples.order.orderId, clientId: 'acme' },
  },
  'order.completed': {
    version: 1,
    summary: 'The goods are with a buyer who is known by name. What a survey or marketing tool waits for.',
    data: boughtSchema.meta({ id: 'OrderCompleted' }),
    example: { ...examples.order, completed: true },
  },
  'order.cancelled': {
    version: 1,
    summary: 'Lines of an order were cancelled before their goods left; the units can be sold again.',
    data: movedSchema.extend({ reason: z.string() }).meta({ id: 'OrderCancelled' }),
    example: { ...examples.shipped, documentId: 'cancel-1', reason: 'the customer changed their mind' },
  },
  'order.returned': {
    version: 1,
    summary: 'Goods of an order came back.',
    data: movedSchema.meta({ id: 'OrderReturned' }),
    example: { ...examples.shipped, documentId: 'return-1' },
  },
  'order.duplicate': {
    version: 1,
    summary:
      'An order came in a second time from another owner. The first stands; the copy is being cancelled.',
    data: z
      .object({
        orderId,
        replica: z.string().meta({ description: 'Who took the copy.' }),
        stands: z.string().optional().meta({ description: 'Who took the order that stands.' }),
        clientId: z.string().optional(),
      })
      .meta({ id: 'OrderDuplicate' }),
    example: { orderId: examples.order.orderId, replica: 'us', stands: 'eu', clientId: 'acme' },
  },
  'order.duplicate_cancelled': {
    version: 1,
    summary: 'Lines of the copy of an order were cancelled; the order itself stands.',
    data: movedSchema.extend({ reason: z.string() }).meta({ id: 'OrderDuplicateCancelled' }),
    example: { ...examples.shipped, documentId: 'copy-1', reason: 'the order was placed twice' },
  },
  'stock.level_changed': {
    version: 1,
    summary:
      'There are more or fewer of a product at a location: at most a few a second each, the last one true.',
    data: z.object(level).meta({ id: 'StockLevelChanged' }),
    example: examples.level,
  },
  'stock.low': {
    version: 1,
    summary: 'What can be promised of a product at a location has fallen to its threshold.',
    data: z.object({ ...level, threshold: z.int() }).meta({ id: 'StockLow' }),
    example: { ...examples.level, threshold: 40 },
  },
  'stock.shortage': {
    version: 1,
    summary: 'More of a product is owed at a location than anybody can cover, or more than before.',
    data: z.object({ ...level, short: z.int().min(1) }).meta({ id: 'StockShortage' }),
    example: { ...examples.level, onHand: 0, available: -2, committed: 2, short: 2 },
  },
  'stock.received': {
    version: 1,
    summary: 'Goods came in.',
    data: goodsSchema
      .extend({ cause: z.string(), reason: z.string().optional() })
      .meta({ id: 'StockReceived' }),
    example: { ...examples.goods, cause: 'delivery' },
  },
  'stock.lost': {
    version: 1,
    summary: 'Goods were written off.',
    data: goodsSchema.extend({ cause: z.string(), reason: z.string() }).meta({ id: 'StockLost' }),
    example: { ...examples.goods, documentId: 'loss-1', cause: 'damage', reason: 'fell off the shelf' },
  },
  'stock.counted': {
    version: 1,
    summary: 'Goods were counted.',
    data: z
      .object({
        documentId: z.string(),
        reason: z.string(),
        lines: z.array(
          z.object({
            sku: z.string(),
            locationId: z.string(),
            found: z.int(),
            change: z.int().meta({ description: 'Found less what the books said.' }),
          }),
        ),
        linesOmitted,
      })
      .meta({ id: 'StockCounted' }),
    example: {
      documentId: 'count-1',
      reason: 'spring stocktake',
      lines: [{ sku: 'LAMP', locationId: 'depot', found: 38, change: -2 }],
    },
  },
  'cart.abandoned': {
    version: 1,
    summary: 'A cart has something in it, and nobody touched it for a while. Once for each cart.',
    data: leftCartSchema.meta({ id: 'CartAbandoned' }),
    example: examples.leftCart,
  },
  'replica.offline': {
    version: 1,
    summary: 'A replica has not been connected for a while. It goes on selling what it holds.',
    data: z.object({ replica: z.string(), since: z.iso.datetime() }).meta({ id: 'ReplicaOffline' }),
    example: { replica: 'eu', since: '2026-05-04T10:00:00.000Z' },
  },
  'replica.online': {
    version: 1,
    summary: 'A replica that was said to be offline is connected again.',
    data: z.object({ replica: z.string() }).meta({ id: 'ReplicaOnline' }),
    example: { replica: 'eu' },
  },
  'replica.fenced': {
    version: 1,
    summary: 'A life of a replica was shut out: what it says from here on is settled apart.',
    data: z
      .object({ replica: z.string(), writer: z.string(), reason: z.string(), lastGoodSeq: z.int() })
      .meta({ id: 'ReplicaFenced' }),
    example: { replica: 'till-3', writer: 'till-3.1.0f', reason: 'rollback', lastGoodSeq: 812 },
  },
} as const satisfies Readonly<Record<string, EventKind>>;

export type EventType = keyof typeof EVENTS;
export const EVENT_TYPES = Object.keys(EVENTS) as readonly EventType[];
