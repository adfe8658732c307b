/** Locations: read from this region's copy, changed at the books. */
import { type Agent, type Location, Problem } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { keyName } from '../../access/principal.ts';
import { changeItem } from '../change-item.ts';
import { etagOf, versionOf } from '../etag.ts';
import { fromCursor, page } from '../page.ts';
import { route } from '../route.ts';
import * as ops from './operations.ts';

export function locationRoutes(app: FastifyInstance, agent: Agent): void {
  route(app, ops.createLocation, async ({ body, idempotencyKey, principal, reply }) => {
    const key = idempotencyKey === undefined ? undefined : keyName(principal, idempotencyKey);
    const location = await changeItem<Location>(
      agent,
      { call: 'location.create', location: body, key },
      reply,
    );
    reply.header('location', `/v1/locations/${location.id}`);
    return location;
  });

  route(app, ops.listLocations, ({ query, request, reply }) => {
    const after = fromCursor(query.cursor);
    // A few hundred places at most, all in memory.
    const behind = agent.catalogue.locations
      .filter(({ id }) => id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return page(behind, query.limit, ({ id }) => id, request, reply);
  });

  route(app, ops.getLocation, ({ params, reply }) => {
    const location = agent.catalogue.location(params.id);
    if (location === undefined) throw new Problem('unknown_location', `No location is called ${params.id}.`);
    reply.header('etag', etagOf(agent.catalogue.versionOf('location', params.id)));
    return location;
  });

  route(app, ops.patchLocation, ({ params, body, ifMatch, reply }) => {
    const asked = { call: 'location.patch', id: params.id, patch: body, version: versionOf(ifMatch) };
    return changeItem<Location>(agent, asked, reply);
  });
}
