/** Batches at a region's door: placed while the caller waits, or, where the caller would rather not, afterwards. */
import { type Agent, Problem } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { newName } from '../access/own.ts';
import { wentElsewhere } from '../forward.ts';
import type { Owners } from '../owners.ts';
import { prefersAsync } from '../prefer.ts';
import { route } from '../route.ts';
import { BatchQueue } from './batch-queue.ts';
import { createOrders, getBatch } from './operations.ts';
import { type NewBatch, placeBatch } from './place-batch.ts';

/** While a batch is being placed, whoever asks for it shall ask again after so long. */
const POLL_AFTER_S = 1;

export function batchRoute(app: FastifyInstance, agent: Agent, owners: Owners): void {
  /** Being placed now: a repeat must not hear a no while the first, whose answer was lost, may still become a yes. */
  const underWay = new Set<string>();
  const alone = async <T>({ orders }: NewBatch, place: () => Promise<T>): Promise<T> => {
    const busy = orders.find(({ id }) => underWay.has(id));
    if (busy !== undefined)
      throw new Problem('request_under_way', `Order ${busy.id} is being placed. Ask again in a moment.`);
    for (const { id } of orders) underWay.add(id);
    try {
      return await place();
    } finally {
      for (const { id } of orders) underWay.delete(id);
    }
  };
  const queue = new BatchQueue(agent, (principal, { id, body, isPartial }) =>
    alone(body, () => placeBatch(agent, principal, id, body, isPartial)),
  );
  app.addHook('onListen', (done) => {
    queue.goOn();
    done();
  });
  app.addHook('onClose', () => queue.stop());

  route(app, createOrders, async ({ query, body, idempotencyKey, principal, request, reply }) => {
    const id = newName(principal, body.id, idempotencyKey) ?? (body.orders[0]?.id as string);
    for (const [i, order] of body.orders.entries())
      newName(principal, order.id, undefined, `/orders/${i}/id`);
    if (await wentElsewhere(owners, request, reply, id, body)) return reply;
    const isPartial = query.partial === 'true';
    if (prefersAsync(request.headers.prefer)) {
      const isKnown = queue.add(principal, { id, body, isPartial });
      if (isKnown) reply.header('idempotent-replayed', 'true');
      reply
        .code(202)
        .header('preference-applied', 'respond-async')
        .header('location', `/v1/order-batches/${encodeURIComponent(id)}`)
        .header('retry-after', String(POLL_AFTER_S));
      return queue.status(principal, id);
    }
    const placed = await alone(body, () => placeBatch(agent, principal, id, body, isPartial));
    reply.code(isPartial ? 207 : 201);
    return placed;
  });

  route(app, getBatch, async ({ params: { id }, principal, request, reply }) => {
    if (await wentElsewhere(owners, request, reply, id, undefined)) return reply;
    const status = queue.status(principal, id);
    if (status === undefined)
      throw new Problem('not_found', `No batch ${id} was sent here to be placed afterwards, or long ago.`);
    if (status.status === 'running') reply.header('retry-after', String(POLL_AFTER_S));
    return status;
  });
}
