/** Webhook endpoints, kept at the books; and single attempts that somebody asks for by hand. */
import { documentId, Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import { EVENT_TYPES } from '../../events/catalogue.ts';
import { wrongWithUrl } from '../../webhooks/addresses.ts';
import { ENDPOINTS_MAX, type Endpoint, SECRETS_MAX } from '../../webhooks/endpoints.ts';
import { type Attempt, attemptOf, listDeliveries, noteDeliveries } from '../../webhooks/records.ts';
import { newSecret, signatureHeaders } from '../../webhooks/sign.ts';
import { testEvent } from '../../webhooks/test-event.ts';
import type { Authority } from '../authority.ts';
import { readBooks } from '../feed/books-tail.ts';
import { once } from '../idempotent-requests.ts';
import { requestKey, served } from './call.ts';

const url = z.string().max(2_000);
const types = z.array(z.enum(EVENT_TYPES)).max(EVENT_TYPES.length);
const description = z.string().max(200);
const id = documentId;

export const WEBHOOK_CALLS = {
  'webhook.create': served({
    schema: z.strictObject({ call: z.literal('webhook.create'), id, url, types, description }),
    serve: async (authority, { call: _, ...asked }) => {
      const { endpoints } = authority.feed;
      checkUrl(authority, asked.url);
      const added = await endpoints.add({ ...asked, secret: newSecret() });
      if (added !== undefined) return withSecret(added);
      const known = await endpoints.find(asked.id);
      if (known === undefined)
        throw new Problem('overloaded', `There are ${ENDPOINTS_MAX} endpoints already. Remove one first.`);
      // Asked again by somebody who did not hear the answer, which has the secret.
      if (known.url === asked.url && known.types.join() === asked.types.join()) return withSecret(known);
      throw new Problem('already_exists', `There is an endpoint ${asked.id} already, and it is another one.`);
    },
  }),
  'webhook.list': served({
    schema: z.strictObject({ call: z.literal('webhook.list') }),
    serve: async ({ feed }) => ({ items: (await feed.endpoints.list()).map(shown) }),
  }),
  'webhook.get': served({
    schema: z.strictObject({ call: z.literal('webhook.get'), id }),
    serve: async (authority, asked) => shown(await existing(authority, asked.id)),
  }),
  'webhook.patch': served({
    schema: z.strictObject({
      call: z.literal('webhook.patch'),
      id,
      patch: z.strictObject({
        url: url.optional(),
        types: types.optional(),
        description: description.optional(),
        isEnabled: z.boolean().optional(),
      }),
    }),
    serve: async (authority, asked) => {
      if (asked.patch.url !== undefined) checkUrl(authority, asked.patch.url);
      return shown(found(asked.id, await authority.feed.endpoints.change(asked.id, asked.patch)));
    },
  }),
  'webhook.remove': served({
    schema: z.strictObject({ call: z.literal('webhook.remove'), id }),
    serve: async ({ feed }, asked) => {
      if (await feed.endpoints.remove(asked.id)) return { id: asked.id };
      throw unknown(asked.id);
    },
  }),
  'webhook.rotate': served({
    schema: z.strictObject({ call: z.literal('webhook.rotate'), id, key: requestKey }),
    serve: async (authority, { key, ...asked }) => {
      const { isRepeat } = await once(authority.pool, key, asked, async () => {
        const rotated = await authority.feed.endpoints.rotate(asked.id, newSecret());
        if (rotated === undefined) throw tooMany(await existing(authority, asked.id));
        // The secret itself stands where it is sealed, and nowhere else.
        return {};
      });
      return { answer: withSecret(await existing(authority, asked.id)), isRepeat };
    },
  }),
  'webhook.deliveries': served({
    schema: z.strictObject({
      call: z.literal('webhook.deliveries'),
      id,
      state: z.enum(['delivered', 'retrying', 'failed']).optional(),
      after: z.strictObject({ lastAt: z.iso.datetime(), eventId: z.string().max(128) }).optional(),
      limit: z.int().min(1).max(251),
    }),
    serve: async (authority, { id: endpoint, state, after, limit }) => {
      const { log } = await existing(authority, endpoint);
      return { items: await listDeliveries(authority.pool, log, { state, after, limit }) };
    },
  }),
  'webhook.redeliver': served({
    schema: z.strictObject({
      call: z.literal('webhook.redeliver'),
      id,
      eventId: z.string().regex(/^\d{1,15}$/, 'must be the id of an event'),
      key: requestKey,
    }),
    serve: async (authority, { key, ...asked }) => {
      const { id: endpointId, eventId } = asked;
      const endpoint = await existing(authority, endpointId);
      const read = await readBooks(authority.pool, Math.max(0, Number(eventId) - 1), 1);
      const event = 'gone' in read ? undefined : read.events[0];
      if (event?.position !== Number(eventId))
        throw new Problem('unknown_webhook', `Event ${eventId} is not kept any more, or never was.`);
      const message = { id: eventId, type: event.type, body: event.text };
      return once(authority.pool, key, asked, () => attempt(authority, endpoint, message, 'redelivery'));
    },
  }),
  'webhook.test': served({
    schema: z.strictObject({ call: z.literal('webhook.test'), id, testId: documentId, key: requestKey }),
    serve: async (authority, { id: endpointId, testId, key }) => {
      const endpoint = await existing(authority, endpointId);
      const event = testEvent(testId, endpointId, new Date());
      const body = JSON.stringify(event);
      const message = { id: testId, type: event.type, body };
      // Each time it is asked under another id, which is not what tells two requests apart.
      const request = ['webhook.test', endpointId];
      return once(authority.pool, key, request, () => attempt(authority, endpoint, message, 'test'));
    },
  }),
};

/** One attempt, now, beside the order of the feed: it answers what the receiver said. */
async function attempt(
  { pool, feed: { poster } }: Authority,
  endpoint: Endpoint,
  { id: eventId, type, body }: { readonly id: string; readonly type: string; readonly body: string },
  kind: 'redelivery' | 'test',
): Promise<Attempt & { readonly eventId: string }> {
  const at = new Date();
  const timestamp = Math.floor(at.getTime() / 1_000);
  const headers = signatureHeaders({ id: eventId, timestamp, body }, endpoint.secrets);
  const made = attemptOf(await poster.post(endpoint.url, headers, body), kind, at);
  const state = made.error === undefined ? 'delivered' : 'failed';
  await noteDeliveries(pool, [{ log: endpoint.log, eventId, type, state, attempt: made }], []);
  return { eventId, ...made };
}

function checkUrl({ feed: { addresses } }: Authority, asked: string): void {
  const message = wrongWithUrl(asked, addresses);
  if (message === undefined) return;
  throw new Problem('invalid_request', `The url ${message}.`, { errors: [{ pointer: '/url', message }] });
}

async function existing({ feed }: Authority, wanted: string): Promise<Endpoint> {
  return found(wanted, await feed.endpoints.find(wanted));
}

function found(wanted: string, endpoint: Endpoint | undefined): Endpoint {
  if (endpoint !== undefined) return endpoint;
  throw unknown(wanted);
}

function unknown(wanted: string): Problem {
  return new Problem('unknown_webhook', `There is no webhook endpoint ${wanted}.`);
}

/** Nothing to try again in a second: a place is free when the oldest of those that were replaced ends. */
function tooMany({ oldestEndsInS }: Endpoint): Problem {
  return new Problem(
    'rate_limited',
    `${SECRETS_MAX} secrets of it are valid already, each for 24 hours. Use the newest, or wait.`,
    { retryAfterS: Math.max(1, oldestEndsInS ?? 1) },
  );
}

function shown(endpoint: Endpoint) {
  const { secrets, oldestEndsInS: _, nextAt, createdAt, version: __, log: ___, cursor, ...said } = endpoint;
  return {
    ...said,
    secrets: secrets.length,
    deliveredUpTo: String(cursor),
    nextAttemptAt: endpoint.isEnabled && endpoint.attempts > 0 ? nextAt.toISOString() : null,
    createdAt: createdAt.toISOString(),
  };
}

/** Said when it is made, and never again. */
function withSecret(endpoint: Endpoint) {
  return { ...shown(endpoint), secret: endpoint.secrets[0] };
}
