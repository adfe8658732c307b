/** Business clients: read from this region's copy, changed at the books. */
import { type Agent, Problem } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { type Client, clientInput } from '../../access/items.ts';
import { changeItem } from '../change-item.ts';
import { etagOf, versionOf } from '../etag.ts';
import { fromCursor, page } from '../page.ts';
import { route } from '../route.ts';
import * as ops from './operations.ts';

export function clientRoutes(app: FastifyInstance, agent: Agent): void {
  route(app, ops.createClient, async ({ body, reply }) => {
    const client = await changeItem<Client>(agent, { call: 'client.create', client: body }, reply);
    reply.header('location', `/v1/clients/${encodeURIComponent(client.id)}`);
    return client;
  });

  route(app, ops.listClients, ({ query, request, reply }) => {
    const bodies = agent.catalogue.bodies('client', fromCursor(query.cursor), query.limit + 1);
    const clients = bodies.map(({ body }) => clientInput.parse(JSON.parse(body)));
    return page(clients, query.limit, ({ id }) => id, request, reply);
  });

  route(app, ops.getClient, ({ params: { id }, reply }) => {
    const body = agent.catalogue.body('client', id);
    if (body === undefined) throw new Problem('not_found', `No client has the id ${id}.`);
    reply.header('etag', etagOf(agent.catalogue.versionOf('client', id)));
    return clientInput.parse(JSON.parse(body));
  });

  route(app, ops.patchClient, ({ params: { id }, body, ifMatch, reply }) => {
    return changeItem<Client>(
      agent,
      { call: 'client.patch', id, patch: body, version: versionOf(ifMatch) },
      reply,
    );
  });
}
