/** Replicas: what operators ask of the authority through this region. */
import type { Agent } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { askAuthority, askInName } from '../ask-authority.ts';
import { fromCursor, page } from '../page.ts';
import { nameOf, route } from '../route.ts';
import * as ops from './operations.ts';

/** The authority asks the parents of the replicas how their links are, and a settler to shut one out. */
const WAIT_MS = 15_000;

export function replicaRoutes(app: FastifyInstance, agent: Agent): void {
  route(app, ops.listReplicas, async ({ query: { limit, cursor }, request, reply }) => {
    const asked = { call: 'replica.list', after: fromCursor(cursor), limit: limit + 1 };
    const { items } = (await askAuthority(agent, asked, WAIT_MS)) as { items: { id: string }[] };
    return page(items, limit, ({ id }) => id, request, reply);
  });

  route(app, ops.getReplica, ({ params }) =>
    askAuthority(agent, { call: 'replica.get', ...params }, WAIT_MS),
  );

  route(app, ops.readFleet, () => askAuthority(agent, { call: 'replica.fleet' }, WAIT_MS));

  route(app, ops.readFleetHistory, ({ query: { minutes } }) =>
    askAuthority(agent, { call: 'replica.fleet-history', minutes }, WAIT_MS),
  );

  route(app, ops.listRights, async ({ params, query: { limit, cursor }, request, reply }) => {
    const asked = { call: 'replica.rights', ...params, after: fromCursor(cursor), limit: limit + 1 };
    const { items } = (await askAuthority(agent, asked)) as { items: { sku: string; locationId: string }[] };
    return page(items, limit, ({ sku, locationId }) => `${sku}@${locationId}`, request, reply);
  });

  route(app, ops.addReplica, async ({ body, request, reply }) => {
    const added = await askInName(request, agent, { call: 'replica.add', ...body });
    reply.header('location', `/v1/replicas/${body.id}`);
    return added;
  });

  route(app, ops.retireReplica, async ({ params, body, idempotencyKey, principal, request }) => {
    const id = nameOf(body.id, idempotencyKey);
    const asked = { call: 'replica.retire', ...body, id, replica: params.id, operator: principal.actor };
    return askInName(request, agent, asked, WAIT_MS);
  });
}
