/** Webhook endpoints at a region's door; they live in the books. */
import { type Agent, uuidv7 } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { keyName, type Principal } from '../../access/principal.ts';
import { askAuthority, askInName } from '../ask-authority.ts';
import { fromCursor, noSuchCursor, page } from '../page.ts';
import { nameOf, route } from '../route.ts';
import * as ops from './operations.ts';

/** A receiver may take fifteen seconds to answer an attempt. */
const ATTEMPT_WAIT_MS = 20_000;

export function webhookRoutes(app: FastifyInstance, agent: Agent): void {
  const ask = (call: object) => askAuthority(agent, call);

  route(app, ops.createWebhook, async ({ body, idempotencyKey, request, reply }) => {
    const id = nameOf(body.id, idempotencyKey);
    reply.header('location', `/v1/webhooks/${encodeURIComponent(id)}`);
    return askInName(request, agent, { call: 'webhook.create', ...body, id });
  });
  route(app, ops.listWebhooks, () => ask({ call: 'webhook.list' }));
  route(app, ops.getWebhook, ({ params }) => ask({ call: 'webhook.get', ...params }));
  route(app, ops.patchWebhook, ({ params, body, request }) =>
    askInName(request, agent, { call: 'webhook.patch', ...params, patch: body }),
  );
  route(app, ops.rotateWebhookSecret, (input) => askOnce(input, agent, 'webhook.rotate'));
  route(app, ops.testWebhook, (input) =>
    askOnce(input, agent, 'webhook.test', { testId: `test-${uuidv7()}` }, ATTEMPT_WAIT_MS),
  );
  route(app, ops.redeliver, (input) => askOnce(input, agent, 'webhook.redeliver', {}, ATTEMPT_WAIT_MS));
  route(app, ops.removeWebhook, ({ params, request }) =>
    askInName(request, agent, { call: 'webhook.remove', ...params }),
  );

  route(app, ops.listDeliveries, async ({ params, query, request, reply }) => {
    const { limit, cursor, state } = query;
    const call = { call: 'webhook.deliveries', ...params, state, after: placeOf(cursor), limit: limit + 1 };
    const { items } = (await ask(call)) as { items: { lastAt: string; eventId: string }[] };
    return page(items, limit, ({ lastAt, eventId }) => `${lastAt} ${eventId}`, request, reply);
  });
}

interface Once {
  readonly params: object;
  readonly idempotencyKey: string | undefined;
  readonly principal: Principal;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What is done once under a key, and answered again. */
async function askOnce(
  { params, idempotencyKey, principal, request, reply }: Once,
  agent: Agent,
  name: string,
  more: object = {},
  waitMs?: number,
): Promise<unknown> {
  const key = idempotencyKey === undefined ? undefined : keyName(principal, idempotencyKey);
  const call = { call: name, ...params, ...more, key };
  const said = (await askInName(request, agent, call, waitMs)) as { answer: unknown; isRepeat: boolean };
  if (said.isRepeat) reply.header('idempotent-replayed', 'true');
  return said.answer;
}

/** The delivery behind which a page begins, as `page` wrote it. */
function placeOf(cursor: string | undefined): { lastAt: string; eventId: string } | undefined {
  const written = fromCursor(cursor);
  if (written === '') return undefined;
  const [, lastAt, eventId] = /^(\d{4}-[\d:.TZ-]{19,24}) (\S{1,128})$/.exec(written) ?? [];
  if (lastAt === undefined || eventId === undefined || Number.isNaN(Date.parse(lastAt))) throw noSuchCursor();
  return { lastAt, eventId };
}
