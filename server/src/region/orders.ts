/** Orders at a region's door: taken from rights held here, owned by the writer that the id points to. */
import type { ReplicaId } from '@tallystick/crdt';
import {
  type Agent,
  accepted,
  cancelBody,
  documentId,
  order201,
  orderBody,
  Problem,
  parse,
  toCancel,
  toSell,
  uuidv7,
} from '@tallystick/store-agent';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { idempotencyKey } from '../facade/route.ts';
import { FORWARDED_HEADER, type Owners } from './owners.ts';

const idParams = z.strictObject({ id: documentId });
const ORDER_WAIT_MS = 3_000;

export function orderRoutes(app: FastifyInstance, agent: Agent, owners: Owners): void {
  /** True where the request went to its owner instead, whose answer was passed back. */
  const wentElsewhere = async (request: FastifyRequest, reply: FastifyReply, id: string, body: unknown) => {
    const owner = request.headers[FORWARDED_HEADER] === undefined ? owners.elsewhere(id) : undefined;
    if (owner === undefined) return false;
    const response = await owners.forward(owner, request.method, request.url, body);
    const type = response.headers.get('content-type') ?? 'application/json';
    await reply
      .code(response.status)
      .type(type)
      .send(await response.text());
    return true;
  };

  app.post('/v1/orders', async (request, reply) => {
    const body = parse(orderBody, request.body);
    const id = body.id ?? idempotencyKey(request.headers['idempotency-key']) ?? uuidv7();
    if (await wentElsewhere(request, reply, id, { ...body, id })) return reply;
    const command = toSell(body, agent.catalogue, {
      id,
      actor: 'rest:anyone',
      channel: 'rest',
      locations: agent.sellsFrom(),
      departsFrom: [],
      defaultWaitMs: agent.settings.sellWaitMs,
      nowMs: Date.now(),
    });
    const answer = await agent.submit(command);
    if (answer.ok) reply.header('location', `/v1/orders/${encodeURIComponent(id)}`);
    return order201(agent, reply, answer);
  });

  app.get('/v1/orders/:id', async (request, reply) => {
    const { id } = parse(idParams, request.params);
    reply.header('cache-control', 'no-store');
    try {
      return agent.order(id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
    if (await wentElsewhere(request, reply, id, undefined)) return reply;
    // Sold elsewhere in the tree: the books know every order that has settled.
    const result = await agent.call('authority' as ReplicaId, { call: 'order', id }, ORDER_WAIT_MS);
    if (result.ok) return result.value;
    if (result.code === 'unknown_order') throw new Problem('unknown_order', `No order ${id} is known.`);
    throw new Problem(
      'authority_unreachable',
      `Order ${id} is not known here, and the authority cannot be asked now.`,
    );
  });

  app.post('/v1/orders/:id/cancel', async (request, reply) => {
    const { id } = parse(idParams, request.params);
    const body = parse(cancelBody, request.body ?? undefined);
    if (await wentElsewhere(request, reply, id, body ?? {})) return reply;
    const command = toCancel(id, body, { actor: 'rest:anyone', location: undefined });
    const answer = await agent.submit(command);
    if (answer.ok || answer.code !== 'not_owner') {
      accepted(answer);
      return agent.order(id);
    }
    // A till's order: its own replica cancels it.
    const { owner } = agent.order(id);
    const result = await agent.call(owner, { call: 'command', command }, ORDER_WAIT_MS);
    if (result.ok) return agent.order(id);
    throw new Problem(
      result.code === 'keeper_unreachable' ? 'owner_unreachable' : result.code,
      result.message,
    );
  });
}
