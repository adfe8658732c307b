/** Holds as clients see them: units set aside until a time. */
import { documentId, LINES_MAX, orderBody, orderLine, WAIT_MS_MAX } from '@tallystick/store-agent';
import { z } from 'zod';

const HOLD_MS_MAX = 86_400_000;

export const holdIdSchema = documentId.meta({
  description: 'Made by whoever opened it.',
  minLength: 1,
  maxLength: 128,
});
const ttlMs = z
  .int()
  .min(1_000)
  .max(HOLD_MS_MAX)
  .meta({ description: 'For how long, in milliseconds from now; at most a day.' });

export const holdBody = z
  .strictObject({
    id: documentId.optional(),
    lines: z
      .array(orderLine.omit({ lineId: true }))
      .min(1)
      .max(LINES_MAX),
    allowSplit: z.boolean().optional().meta({
      description: 'Whether a line without a location, in base units, may be held in pieces at several.',
    }),
    ttlMs,
    waitMs: z.int().min(0).max(WAIT_MS_MAX).optional(),
  })
  .meta({ id: 'NewHold' });

export const extendBody = z.strictObject({ id: documentId.optional(), ttlMs }).meta({ id: 'HoldExtension' });

export const confirmBody = orderBody.omit({ waitMs: true, lines: true }).meta({ id: 'HoldConfirmation' });

export const holdSchema = z
  .object({
    id: z.string(),
    status: z.enum(['open', 'capturing', 'ended']),
    expiresAt: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'By this region’s clock; null once it has ended.' }),
    lines: z
      .array(z.object({ sku: z.string(), locationId: z.string(), quantity: z.int() }))
      .meta({ description: 'Piece by piece, in base units.' }),
  })
  .meta({ id: 'Hold' });

export type HoldJson = z.output<typeof holdSchema>;
