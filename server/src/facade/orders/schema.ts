/** Orders as clients see them. */
import { QUANTITY_MAX } from '@tallystick/crdt';
import {
  documentId,
  LINES_MAX,
  locationId,
  ORDER_STATUSES,
  orderBody,
  reason,
  WAIT_MS_MAX,
} from '@tallystick/store-agent';
import { z } from 'zod';
import { keeperResultSchema } from '../keepers.ts';
import { problemSchema } from '../problem-schema.ts';

export const orderIdSchema = documentId.meta({
  description: 'Made by whoever placed it: 1 to 128 printable characters; a UUIDv7 is a good choice.',
  minLength: 1,
  maxLength: 128,
});

const lineSchema = z
  .object({
    lineId: z.string(),
    sku: z.string(),
    locationId: z.string().meta({ description: 'Where its goods come from.' }),
    quantity: z.int().meta({ description: 'In base units.' }),
    unit: z.string().meta({ description: 'As it was asked and priced.' }),
    quantityUnits: z.int().meta({ description: 'In `unit`.' }),
    unitPrice: z.object({ amountMinor: z.int(), currency: z.string() }),
    taxRateBp: z.int(),
    taxIncluded: z.boolean(),
    cancelled: z.int(),
    shipped: z.int(),
    returned: z.int(),
    owed: z.int().optional().meta({ description: 'Units handed over without a right to them.' }),
    conflict: z
      .boolean()
      .optional()
      .meta({ description: 'Shipped at one place and cancelled at another, while cut off.' }),
  })
  .meta({ id: 'OrderLine' });

export const orderSchema = z
  .object({
    id: z.string(),
    status: z.enum(ORDER_STATUSES),
    stage: z
      .enum(['accepted', 'relayed', 'settled'])
      .meta({ description: 'How far the fact has come: durable here, at the parent, in the books.' }),
    owner: z.string().meta({ description: 'The replica that took it.' }),
    channel: z.string(),
    client: z.string().optional(),
    customer: z.string().optional(),
    priority: z.int(),
    placedAt: z.iso.datetime(),
    overrideReason: z.string().optional(),
    note: z.string().optional(),
    payments: z
      .array(
        z.object({
          method: z.string(),
          amountMinor: z.int(),
          currency: z.string(),
          reference: z.string().optional(),
        }),
      )
      .readonly(),
    lines: z.array(lineSchema),
    waited: z.boolean().optional().meta({ description: 'True where units had to be asked for elsewhere.' }),
  })
  .meta({ id: 'Order' });

export type OrderJson = z.output<typeof orderSchema>;

export const statusBody = z
  .strictObject({
    status: z.enum(['processing', 'shipped', 'delivered', 'cancelled', 'returned']),
    reason: reason.optional(),
  })
  .meta({ id: 'StatusMove' });

const movedLine = z.strictObject({
  lineId: documentId,
  quantity: z
    .int()
    .min(1)
    .max(QUANTITY_MAX)
    .optional()
    .meta({ description: 'In base units; all that is left of the line where it is left out.' }),
});

export const shipmentBody = z
  .strictObject({
    id: documentId.optional(),
    lines: z
      .array(movedLine)
      .min(1)
      .max(LINES_MAX)
      .optional()
      .meta({ description: 'All that is left to ship where it is left out.' }),
  })
  .meta({ id: 'NewShipment' });

export const returnBody = z
  .strictObject({
    id: documentId.optional(),
    lines: z
      .array(
        movedLine.extend({
          locationId: locationId
            .optional()
            .meta({ description: 'Where it came back; where it came from otherwise.' }),
        }),
      )
      .min(1)
      .max(LINES_MAX)
      .optional()
      .meta({ description: 'All that left and has not come back where it is left out.' }),
  })
  .meta({ id: 'NewReturn' });

export const batchBody = z
  .strictObject({
    id: documentId.optional().meta({ description: 'A name for the batch; the first order’s otherwise.' }),
    orders: z
      .array(orderBody.omit({ waitMs: true }).extend({ id: documentId }))
      .min(1)
      .max(LINES_MAX)
      .refine(
        (orders) => orders.reduce((sum, { lines }) => sum + lines.length, 0) <= LINES_MAX,
        `at most ${LINES_MAX} lines in all`,
      )
      .refine(
        (orders) => new Set(orders.map(({ id }) => id)).size === orders.length,
        'an id stands on two orders',
      ),
    waitMs: z.int().min(0).max(WAIT_MS_MAX).optional(),
  })
  .meta({ id: 'NewOrderBatch' });

export const batchSchema = z
  .object({
    results: z.array(
      z.object({
        id: z.string(),
        status: z.int().meta({ description: 'As the order alone would have been answered.' }),
        replayed: z.boolean().optional(),
        order: orderSchema.optional(),
        problem: problemSchema.optional(),
      }),
    ),
  })
  .meta({ id: 'OrderBatch' });

export const batchStatusSchema = batchSchema
  .partial()
  .extend({
    id: z.string(),
    status: z.enum(['running', 'done']),
    problem: problemSchema.optional().meta({ description: 'Why none of it was placed.' }),
  })
  .meta({ id: 'OrderBatchStatus' });

/** What became of goods that several keepers move, each for its own place. */
export const movedSchema = z
  .object({
    id: z.string(),
    orderId: z.string(),
    results: z.array(keeperResultSchema),
  })
  .meta({ id: 'MovedGoods' });
