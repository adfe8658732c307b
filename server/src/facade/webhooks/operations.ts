/** What can be done with webhooks. They are the merchant's: a business client has none. */
import { documentId } from '@tallystick/store-agent';
import { z } from 'zod';
import { shared } from '../../access/scopes.ts';
import { type Operation, operation } from '../operation.ts';
import { pageOf, pageQuery } from '../page.ts';
import * as schemas from './schema.ts';

const common = {
  tag: 'Webhooks',
  cacheControl: 'no-store',
  needs: 'authority',
} as const;
const params = z.strictObject({ id: documentId });
const read = { ...common, access: shared('webhooks:read'), routeClass: 'read' } as const;
const write = { ...common, access: shared('webhooks:write'), routeClass: 'write' } as const;
const problems = ['unknown_webhook', 'authority_unreachable'] as const;
const url = 'https://erp.example/tallystick';

export const createWebhook = operation({
  ...write,
  id: 'createWebhook',
  method: 'POST',
  path: '/v1/webhooks',
  summary: 'Have events sent to you, from now on',
  description:
    'Signed as Standard Webhooks has it, in the order of the feed, each at least once under the same id. What is not ' +
    'taken with 2xx is tried ten times over three days, and nothing behind it is sent meanwhile; 410 disables the ' +
    'endpoint. The secret is shown in this answer alone; the same request again gets it again.',
  body: schemas.webhookBody,
  idempotency: 'orBodyId',
  answers: { 201: { description: 'Made.', body: schemas.webhookWithSecret, headers: ['location'] } },
  problems: ['already_exists', 'authority_unreachable'],
  examples: {
    orders: {
      summary: 'Orders, for an ERP',
      body: { id: 'erp', url, types: ['order.settled', 'order.cancelled'] },
      status: 201,
      answer: { id: 'erp', url, isEnabled: true, secrets: 1 },
    },
    inside: {
      summary: 'Nobody makes us call an address inside our network',
      body: { id: 'inside', url: 'https://10.0.0.1/' },
      status: 400,
    },
  },
});

export const listWebhooks = operation({
  ...read,
  id: 'listWebhooks',
  method: 'GET',
  etag: true,
  path: '/v1/webhooks',
  summary: 'List webhook endpoints',
  answers: {
    200: {
      description: 'All of them: there are 500 at most.',
      body: z.object({ items: z.array(schemas.webhookSchema) }).meta({ id: 'WebhookList' }),
    },
  },
  problems: ['authority_unreachable'],
  examples: { all: { summary: 'All', status: 200 } },
});

export const getWebhook = operation({
  ...read,
  id: 'getWebhook',
  method: 'GET',
  etag: true,
  path: '/v1/webhooks/{id}',
  summary: 'Read a webhook endpoint',
  params,
  answers: { 200: { description: 'The endpoint.', body: schemas.webhookSchema } },
  problems,
  examples: { erp: { summary: 'The ERP', params: { id: 'erp' }, status: 200, answer: { id: 'erp' } } },
});

export const patchWebhook = operation({
  ...write,
  id: 'patchWebhook',
  method: 'PATCH',
  path: '/v1/webhooks/{id}',
  summary: 'Change, disable or enable a webhook endpoint',
  params,
  body: schemas.webhookPatch,
  bodyTypes: ['application/merge-patch+json', 'application/json'],
  answers: { 200: { description: 'Changed.', body: schemas.webhookSchema } },
  problems,
  examples: {
    off: {
      summary: 'Not for now',
      params: { id: 'erp' },
      body: { isEnabled: false },
      status: 200,
      answer: { isEnabled: false },
    },
  },
});

export const rotateWebhookSecret = operation({
  ...write,
  id: 'rotateWebhookSecret',
  method: 'POST',
  path: '/v1/webhooks/{id}/rotate',
  summary: 'Replace the secret of a webhook endpoint',
  description:
    'For 24 hours what is sent is signed with both, the new one and the one before. Under an Idempotency-Key it is ' +
    'replaced once, however often you ask.',
  params,
  idempotency: 'accepted',
  answers: {
    200: {
      description: 'The new secret.',
      body: schemas.webhookWithSecret,
      headers: ['idempotent-replayed'],
    },
  },
  problems,
  examples: { erp: { summary: 'The ERP', params: { id: 'erp' }, status: 200, answer: { secrets: 2 } } },
});

export const testWebhook = operation({
  ...write,
  id: 'testWebhook',
  method: 'POST',
  path: '/v1/webhooks/{id}/test',
  summary: 'Send a test event, now',
  description:
    'One attempt of type `webhook.test`, whether the endpoint is enabled or not. The answer says how it went.',
  params,
  idempotency: 'accepted',
  answers: {
    200: { description: 'How it went.', body: schemas.attemptSchema, headers: ['idempotent-replayed'] },
  },
  problems,
  examples: { nobody: { summary: 'To nobody', params: { id: 'no-such' }, status: 404 } },
});

export const listDeliveries = operation({
  ...read,
  id: 'listDeliveries',
  method: 'GET',
  etag: true,
  path: '/v1/webhooks/{id}/deliveries',
  summary: 'List what was sent to an endpoint, with every attempt',
  params,
  query: z.strictObject({
    ...pageQuery,
    state: z.enum(['delivered', 'retrying', 'failed']).optional(),
  }),
  answers: {
    200: {
      description: 'A page, newest first.',
      body: pageOf(schemas.deliverySchema).meta({ id: 'WebhookDeliveryPage' }),
      headers: ['link'],
    },
  },
  problems,
  examples: { erp: { summary: 'To the ERP', params: { id: 'erp' }, status: 200 } },
});

export const redeliver = operation({
  ...write,
  id: 'redeliver',
  method: 'POST',
  path: '/v1/webhooks/{id}/deliveries/{eventId}/redeliver',
  summary: 'Send an event again, now',
  description: 'One attempt, beside the order of the feed; for any event that is kept.',
  params: z.strictObject({ id: documentId, eventId: z.string().regex(/^\d{1,15}$/) }),
  idempotency: 'accepted',
  answers: {
    200: { description: 'How it went.', body: schemas.attemptSchema, headers: ['idempotent-replayed'] },
  },
  problems,
  examples: {
    unknown: {
      summary: 'An event that is not there',
      params: { id: 'erp', eventId: '99999999' },
      status: 404,
    },
  },
});

export const removeWebhook = operation({
  ...write,
  id: 'removeWebhook',
  method: 'DELETE',
  path: '/v1/webhooks/{id}',
  summary: 'Remove a webhook endpoint and what is known of its deliveries',
  params,
  answers: {
    200: { description: 'Removed.', body: z.object({ id: z.string() }).meta({ id: 'RemovedWebhook' }) },
  },
  problems,
  examples: { erp: { summary: 'The ERP', params: { id: 'erp' }, status: 200, answer: { id: 'erp' } } },
});

/** In the order in which a newcomer would use them. */
export const WEBHOOK_OPERATIONS: readonly Operation[] = [
  createWebhook,
  listWebhooks,
  getWebhook,
  patchWebhook,
  rotateWebhookSecret,
  testWebhook,
  listDeliveries,
  redeliver,
  removeWebhook,
];
