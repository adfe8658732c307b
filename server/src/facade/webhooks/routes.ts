/** Webhook endpoints at a region's door; they live in the books. */
import { type Agent, uuidv7 } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { askAuthority } from '../ask-authority.ts';
import { fromCursor, noSuchCursor, page } from '../page.ts';
import { nameOf, route } from '../route.ts';
import * as ops from './operations.ts';

/** A receiver may take fifteen seconds to answer an attempt. */
const ATTEMPT_WAIT_MS = 20_000;

export function webhookRoutes(app: FastifyInstance, agent: Agent): void {
  const ask = (call: object, waitMs?: number) => askAuthority(agent, call, waitMs);

  route(app, ops.createWebhook, async ({ body, idempotencyKey, reply }) => {
    const id = nameOf(body.id, idempotencyKey);
    reply.header('location', `/v1/webhooks/${encodeURIComponent(id)}`);
    return ask({ call: 'webhook.create', ...body, id });
  });
  route(app, ops.listWebhooks, () => ask({ call: 'webhook.list' }));
  route(app, ops.getWebhook, ({ params }) => ask({ call: 'webhook.get', ...params }));
  route(app, ops.patchWebhook, ({ params, body }) => ask({ call: 'webhook.patch', ...params, patch: body }));
  route(app, ops.rotateWebhookSecret, ({ params }) => ask({ call: 'webhook.rotate', ...params }));
  route(app, ops.testWebhook, ({ params }) =>
    ask({ call: 'webhook.test', ...params, testId: `test-${uuidv7()}` }, ATTEMPT_WAIT_MS),
  );
  route(app, ops.redeliver, ({ params }) => ask({ call: 'webhook.redeliver', ...params }, ATTEMPT_WAIT_MS));
  route(app, ops.removeWebhook, ({ params }) => ask({ call: 'webhook.remove', ...params }));

  route(app, ops.listDeliveries, async ({ params, query, request, reply }) => {
    const { limit, cursor, state } = query;
    const call = { call: 'webhook.deliveries', ...params, state, after: placeOf(cursor), limit: limit + 1 };
    const { items } = (await ask(call)) as { items: { lastAt: string; eventId: string }[] };
    return page(items, limit, ({ lastAt, eventId }) => `${lastAt} ${eventId}`, request, reply);
  });
}

/** The delivery behind which a page begins, as `page` wrote it. */
function placeOf(cursor: string | undefined): { lastAt: string; eventId: string } | undefined {
  const written = fromCursor(cursor);
  if (written === '') return undefined;
  const [, lastAt, eventId] = /^(\d{4}-[\d:.TZ-]{19,24}) (\S{1,128})$/.exec(written) ?? [];
  if (lastAt === undefined || eventId === undefined || Number.isNaN(Date.parse(lastAt))) throw noSuchCursor();
  return { lastAt, eventId };
}
