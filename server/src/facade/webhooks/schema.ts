/** Webhook endpoints and deliveries as a client sends and sees them. */
import { documentId } from '@tallystick/store-agent';
import { z } from 'zod';
import { EVENT_TYPES } from '../../events/catalogue.ts';

const writable = {
  url: z.string().min(1).max(2_000).meta({ description: 'Begins with https://, on the public internet.' }),
  types: z
    .array(z.enum(EVENT_TYPES))
    .max(EVENT_TYPES.length)
    .meta({ description: 'The events to be sent; all where there is none.' }),
  description: z.string().max(200),
};

export const webhookBody = z
  .strictObject({
    id: documentId.optional(),
    url: writable.url,
    types: writable.types.default([]),
    description: writable.description.default(''),
  })
  .meta({ id: 'NewWebhook' });

export const webhookPatch = z
  .strictObject({
    url: writable.url.optional(),
    types: writable.types.optional(),
    description: writable.description.optional(),
    isEnabled: z.boolean().optional().meta({ description: 'Enabled again, it goes on where it stopped.' }),
  })
  .meta({ id: 'WebhookPatch' });

export const webhookSchema = z
  .object({
    id: z.string(),
    ...writable,
    isEnabled: z.boolean(),
    disabledBecause: z.string().nullable(),
    secrets: z.int().meta({ description: 'How many are valid: two or more while one replaces another.' }),
    deliveredUpTo: z.string().meta({ description: 'The event up to which nothing is due any more.' }),
    attempts: z.int().meta({ description: 'That the event behind it has had.' }),
    nextAttemptAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Webhook' });

export const webhookWithSecret = webhookSchema
  .extend({
    secret: z
      .string()
      .meta({ description: 'Keep it: it is shown in this answer alone, and to the same request again.' }),
  })
  .meta({ id: 'WebhookWithSecret' });

const attempt = {
  at: z.iso.datetime(),
  kind: z.enum(['delivery', 'redelivery', 'test']),
  status: z.int().nullable().meta({ description: 'Null where there was no answer.' }),
  error: z.string().optional(),
  durationMs: z.int(),
};

export const attemptSchema = z.object({ eventId: z.string(), ...attempt }).meta({ id: 'WebhookAttempt' });

export const deliverySchema = z
  .object({
    eventId: z.string(),
    type: z.string(),
    state: z.enum(['delivered', 'retrying', 'failed']),
    attempts: z.array(z.object(attempt)),
    lastAt: z.iso.datetime(),
  })
  .meta({ id: 'WebhookDelivery' });
