/** Stock as clients see it, and what they may say of it. */
import { QUANTITY_MAX } from '@tallystick/crdt';
import { documentId, LINES_MAX, locationId, reason, sku } from '@tallystick/store-agent';
import { z } from 'zod';
import { MOVEMENT_TYPES } from '../../authority/movements-of.ts';
import { keeperResultSchema } from '../keepers.ts';

const levels = {
  onHand: z.int().meta({ description: 'Goods that stand there. A hint of `asOf`.' }),
  available: z.int().meta({
    description:
      'What was not sold, wherever it may be sold from; what a hold has set aside is among it. A hint of `asOf`.',
  }),
  committed: z.int().meta({ description: 'Sold, and not yet gone. A hint of `asOf`.' }),
  incoming: z.int().meta({
    description: 'On its way there: announced or sent by a transfer, and not yet received. A hint.',
  }),
  owed: z.int().meta({
    description:
      'Units handed over or missing without a right to them, by this region and those below it; they are in committed.',
  }),
  sellableHere: z.int().meta({ description: 'What this region can sell now without asking. Exact.' }),
};

export const stockSchema = z
  .object({
    sku: z.string(),
    name: z.string(),
    unit: z.string(),
    ...levels,
    locations: z.array(z.object({ locationId: z.string(), ...levels })),
    asOf: z.iso.datetime().nullable().meta({ description: 'When the hints were true.' }),
  })
  .meta({ id: 'Stock' });

const delta = z
  .number()
  .refine(
    (n) => Number.isInteger(n) && !Object.is(n, -0) && Math.abs(n) <= QUANTITY_MAX,
    'must be a whole number of units',
  )
  .meta({
    description:
      'receive, return, damage: units, from 1. count: goods found, from 0. correct: units more or fewer.',
  });

export const adjustmentBody = z
  .strictObject({
    id: documentId.optional(),
    type: z.enum(['receive', 'return', 'count', 'damage', 'correct']),
    reason: reason.default(''),
    orderId: documentId.optional().meta({ description: 'For returns: the order whose goods come back.' }),
    lines: z
      .array(z.strictObject({ sku, locationId, quantity: delta, lineId: documentId.optional() }))
      .min(1)
      .max(LINES_MAX),
  })
  .meta({ id: 'NewAdjustment' });

export const adjustmentSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    results: z.array(keeperResultSchema),
  })
  .meta({ id: 'Adjustment' });

export const countBody = z
  .strictObject({
    id: documentId.optional(),
    found: z.int().min(0).max(QUANTITY_MAX).meta({ description: 'Goods on hand as counted.' }),
    replaces: z.int().min(0).max(QUANTITY_MAX).meta({
      description:
        'What the books said when you looked: `onHand` of that place. Another value by now is refused.',
    }),
    reason: reason.default('count'),
  })
  .meta({ id: 'NewCount' });

export const movementSchema = z
  .object({
    at: z.iso.datetime().meta({ description: 'By the clock of whoever did it.' }),
    type: z.enum(MOVEMENT_TYPES).meta({
      description:
        'moved: goods that left for another location, or came from one. sold: promised to an order; the goods ' +
        'left with it only where onHand says so.',
    }),
    locationId: z.string(),
    onHand: z.int().meta({ description: 'Goods that came (more than 0) or left (less).' }),
    available: z.int().meta({ description: 'Units that can be sold since, or no longer.' }),
    onHold: z.int().meta({ description: 'Units set aside for a hold, or no longer.' }),
    replica: z.string().meta({ description: 'Where it was done.' }),
    actor: z.string().meta({ description: 'Who did it: an opaque id with its role.' }),
    document: z.string().meta({ description: 'The id of the act: a delivery, an order, a hold, a count.' }),
    orderId: z.string().optional(),
    reason: z.string().optional(),
    late: z.boolean().optional().meta({
      description:
        'Told by a replica after it was shut out. It counts, unless another replica did the same before.',
    }),
  })
  .meta({ id: 'Movement' });

export const explanationSchema = z
  .object({
    sku: z.string(),
    words: z.string().meta({ description: 'The account, to be read by people.' }),
    pools: z.array(
      z.object({
        location: z.string(),
        received: z.int(),
        departed: z.int(),
        onHand: z.int(),
        available: z.int(),
        committed: z.int(),
        owed: z.int(),
        replicas: z.array(
          z.object({
            replica: z.string(),
            writer: z.string(),
            free: z.int(),
            onHold: z.int(),
            used: z.int(),
            owed: z.int(),
            underWay: z.int(),
            fenced: z.string().nullable(),
          }),
        ),
        passed: z
          .array(z.object({ from: z.string(), to: z.string(), units: z.int() }))
          .meta({ description: 'Units that one replica ever handed to another. Only grows.' }),
      }),
    ),
  })
  .meta({ id: 'Explanation' });
