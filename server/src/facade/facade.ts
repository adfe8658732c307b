/** The REST facade: every operation of a region, its routes, its document, and pages to read and try it. */
import { readFileSync } from 'node:fs';
import type { Agent } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { docsPage } from './docs-page.ts';
import * as locations from './locations/operations.ts';
import { locationRoutes } from './locations/routes.ts';
import { openApi, type Tag } from './openapi.ts';
import type { Operation } from './operation.ts';
import * as orders from './orders/operations.ts';
import { orderRoutes } from './orders/routes.ts';
import { Owners } from './owners.ts';
import * as products from './products/operations.ts';
import { productRoutes } from './products/routes.ts';

/** In the order in which a newcomer would use them; examples are run in this order. */
export const OPERATIONS: readonly Operation[] = [products, locations, orders].flatMap(
  (room) => Object.values(room) as unknown as Operation[],
);

export const TAGS: readonly Tag[] = [
  { name: 'Products', description: 'What is for sale: names, units, barcodes, prices.' },
  { name: 'Locations', description: 'Where goods stand: shops and warehouses.' },
  { name: 'Orders', description: 'What was sold, and what became of it.' },
];

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export function facadeRoutes(app: FastifyInstance, agent: Agent): void {
  app.addContentTypeParser(
    'application/merge-patch+json',
    { parseAs: 'string' },
    app.getDefaultJsonParser('error', 'error'),
  );
  productRoutes(app, agent);
  locationRoutes(app, agent);
  // One writer a region for now: every order is its own, and the routing has nothing to forward.
  orderRoutes(app, agent, new Owners(agent.id, []));
  const document = JSON.stringify(openApi(OPERATIONS, TAGS, version));
  app.get('/v1/openapi.json', async (_request, reply) =>
    reply
      .header('cache-control', 'public, max-age=300')
      .type('application/json; charset=utf-8')
      .send(document),
  );
  docsPage(app);
}
