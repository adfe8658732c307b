/** What the data of several events is made of. */
import { z } from 'zod';

/** An order may have ten thousand lines; an event is small, and the order itself can be read. */
export const EVENT_LINES_MAX = 500;

export const linesOmitted = z
  .int()
  .optional()
  .meta({
    description: `Lines beyond the first ${EVENT_LINES_MAX}, which are left out here: read the document.`,
  });

export const orderSchema = z.object({
  orderId: z.string(),
  clientId: z.string().optional(),
  customerId: z.string().optional(),
});

const line = { lineId: z.string(), sku: z.string(), locationId: z.string(), quantity: z.int() };

/** An order with what was bought; no name, no address: ids alone. */
export const boughtSchema = orderSchema.extend({
  replica: z.string().meta({ description: 'Who took the order.' }),
  channel: z.string(),
  priority: z.int(),
  placedAt: z.iso.datetime(),
  completed: z.boolean().meta({ description: 'Whether all goods left with the sale, as over a counter.' }),
  lines: z.array(
    z.object({
      ...line,
      unit: z.string(),
      unitPrice: z.object({ amountMinor: z.int(), currency: z.string() }),
    }),
  ),
  linesOmitted,
});

/** Lines of an order that something happened to. */
export const movedSchema = orderSchema.extend({
  documentId: z.string(),
  lines: z.array(z.object(line)),
  linesOmitted,
});

const money = z.object({ amountMinor: z.int(), currency: z.string() });

/** A cart by what is in it: no note, no address, nothing that names a person. */
export const leftCartSchema = z.object({
  cartId: z.string().max(128),
  replica: z.string().meta({ description: 'The region that keeps it.' }),
  customerId: z.string().max(128).optional(),
  leftAt: z.iso.datetime().meta({ description: 'When somebody touched it last.' }),
  lines: z
    .array(
      z.object({
        sku: z.string().max(64),
        quantity: z.int(),
        unitPrice: money
          .nullable()
          .meta({ description: 'As of now; null where it is not for sale any more.' }),
      }),
    )
    .max(EVENT_LINES_MAX),
  total: money.nullable(),
});

export const goodsSchema = z.object({
  documentId: z.string(),
  lines: z.array(z.object({ sku: z.string(), locationId: z.string(), quantity: z.int() })),
  linesOmitted,
});
