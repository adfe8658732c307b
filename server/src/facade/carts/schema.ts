/** Carts as REST clients see them: the same documents that live clients edit. */
import { CART_LINES_MAX, isNote } from '@tallystick/crdt/cart';
import { documentId, orderBody, quantity, sku, WAIT_MS_MAX } from '@tallystick/store-agent';
import { z } from 'zod';

export const cartIdSchema = documentId.meta({
  description: 'Made here, or by whoever made the cart; a UUIDv7 is a good choice.',
  minLength: 1,
  maxLength: 128,
});

const note = z
  .string()
  .max(500)
  .refine(isNote, 'must be text without control characters')
  .meta({ description: 'At most 500 characters.' });
const customer = documentId.meta({ description: 'Opaque: no name, e-mail or number of a person.' });
const delivery = documentId.meta({ description: 'A way of delivery by its name, such as `standard`.' });

export const lineBody = z.strictObject({ sku, quantity }).meta({ id: 'NewCartLine' });

export const cartBody = z
  .strictObject({
    id: documentId.optional(),
    customer: customer.optional(),
    note: note.optional(),
    gift: z.boolean().optional(),
    delivery: delivery.optional(),
    lines: z.array(lineBody).max(CART_LINES_MAX).optional(),
  })
  .meta({ id: 'NewCart' });

export const quantityBody = z.strictObject({ quantity }).meta({ id: 'CartQuantity' });

export const cartPatch = z
  .strictObject({
    customer: customer.nullable().optional(),
    note: note.nullable().optional(),
    gift: z.boolean().nullable().optional(),
    delivery: delivery.nullable().optional(),
  })
  .meta({ id: 'CartPatch' });

export const mergeBody = z
  .strictObject({
    cart: cartIdSchema,
    token: z.string().max(512).optional().meta({ description: 'The guest cart’s own token.' }),
  })
  .meta({ id: 'CartMerge' });

const money = z.object({ amountMinor: z.int(), currency: z.string() });

export const checkoutBody = z
  .strictObject({
    total: z
      .strictObject({
        amountMinor: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
        // Whatever the cart is in, be it a code that an older release let in.
        currency: z.string().regex(/^[A-Z]{3}$/),
      })
      .meta({ description: 'The cart’s `total` as the shopper saw it.' }),
    payments: orderBody.shape.payments,
    waitMs: z.int().min(0).max(WAIT_MS_MAX).optional(),
  })
  .meta({ id: 'CartCheckout' });

export const cartSchema = z
  .object({
    id: z.string(),
    lines: z.array(
      z.object({
        sku: z.string(),
        quantity: z.int().meta({ description: 'In base units.' }),
        name: z.string(),
        unitPrice: money.nullable().meta({ description: 'As of now; null where it is not for sale.' }),
        available: z
          .int()
          .nullable()
          .meta({ description: 'How many there are to sell, as last heard: a hint. null: never heard.' }),
        held: z.int().meta({ description: 'How many of them are set aside for this cart.' }),
        heldUntil: z.iso
          .datetime()
          .optional()
          .meta({ description: 'Until when, unless it is edited before.' }),
      }),
    ),
    customer: z.string().optional(),
    note: z.string().optional(),
    gift: z.boolean().optional(),
    delivery: z.string().optional(),
    total: money.nullable().meta({ description: 'Tax included; null where a line has no price.' }),
    order: z.string().optional().meta({ description: 'The order that it became.' }),
    refused: z.object({ code: z.string(), total: money.nullable() }).optional().meta({
      description: 'Why nothing was ordered when a live client pressed last, and what it costs now.',
    }),
    mergedInto: z.string().optional().meta({ description: 'The cart that took over its lines.' }),
  })
  .meta({ id: 'Cart' });

export type CartJson = z.output<typeof cartSchema>;

export const newCartSchema = z
  .object({
    cart: cartSchema,
    token: z.string().meta({ description: 'Opens this cart and nothing else, to read and edit.' }),
    readToken: z.string().meta({ description: 'Opens it to read alone.' }),
    expiresAt: z.iso.datetime().meta({ description: 'When the tokens end.' }),
    live: z.string().meta({
      description: 'The path where y-websocket clients edit it; `token` goes into the query.',
    }),
  })
  .meta({ id: 'MadeCart' });
