/** Transfers as clients see them: goods on their way to one of our places. */
import { documentId, locationId, quantity, sku, words } from '@tallystick/store-agent';
import { z } from 'zod';
import { TRANSFER_LINES_MAX } from '../../authority/calls/transfer-calls.ts';

export const transferIdSchema = documentId.meta({
  description: 'Made by whoever announced it.',
  minLength: 1,
  maxLength: 128,
});

const lines = z
  .array(z.strictObject({ sku, quantity }))
  .min(1)
  .max(TRANSFER_LINES_MAX)
  .meta({ description: 'Several lines of one SKU are summed.' });

export const transferBody = z
  .strictObject({
    id: documentId.optional(),
    from: locationId.optional().meta({
      description:
        'The place of ours that the goods leave now. Left out, they come from outside: a delivery.',
    }),
    to: locationId.meta({ description: 'Where they are expected.' }),
    lines,
    expectedAt: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'When they should be there; nothing happens by itself at that time.' }),
    reference: words(200, 800).min(1).optional().meta({
      description: 'Yours: a purchase order, a consignment note.',
    }),
  })
  .meta({ id: 'NewTransfer' });

export const receiptBody = z
  .strictObject({
    id: documentId.optional(),
    lines: lines.optional().meta({
      description: 'What came, more than was announced if so. Left out: all that has not come yet.',
    }),
  })
  .meta({ id: 'NewReceipt' });

export const transferSchema = z
  .object({
    id: z.string(),
    from: z.string().optional(),
    to: z.string(),
    lines: z.array(z.object({ sku: z.string(), quantity: z.int(), received: z.int() })),
    expectedAt: z.iso.datetime({ offset: true }).optional(),
    reference: z.string().optional(),
    status: z.enum(['expected', 'received', 'cancelled']).meta({
      description:
        'expected: something is still to come, and counts as `incoming`. cancelled: the rest is not.',
    }),
    receipts: z.array(z.string()).meta({ description: 'The ids of what was received.' }),
  })
  .meta({ id: 'Transfer' });
