/** Stock as a client reads it: goods on hand, what can be promised, what is committed, by location. */
import { type LocationId, locationOf, poolId, type Sku } from '@tallystick/crdt';
import { type Agent, locationId, Problem, type Product, parse, sku } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

const listQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(250).default(50),
  cursor: z.string().max(200).optional(),
  locationId: locationId.optional(),
});

export function inventoryRoutes(app: FastifyInstance, agent: Agent): void {
  app.get('/v1/inventory', async (request, reply) => {
    const query = parse(listQuery, request.query);
    const after = query.cursor === undefined ? '' : fromCursor(query.cursor);
    const page = agent.catalogue.products(after, query.limit + 1);
    const products = page.slice(0, query.limit);
    const last = products.at(-1);
    const nextCursor = page.length > query.limit && last !== undefined ? toCursor(last.sku) : null;
    reply.header('cache-control', 'no-store');
    if (nextCursor !== null) {
      const location = query.locationId === undefined ? '' : `&locationId=${query.locationId}`;
      reply.header(
        'link',
        `</v1/inventory?limit=${query.limit}&cursor=${nextCursor}${location}>; rel="next"`,
      );
    }
    return { items: products.map((product) => stockJson(agent, product, query.locationId)), nextCursor };
  });

  app.get('/v1/inventory/:sku', async (request, reply) => {
    const wanted = parse(z.strictObject({ sku }), request.params).sku;
    const product = agent.catalogue.product(wanted);
    if (product === undefined) throw new Problem('unknown_sku', `No product has SKU ${wanted}.`);
    reply.header('cache-control', 'no-store');
    return stockJson(agent, product);
  });
}

function toCursor(after: string): string {
  return Buffer.from(after, 'utf8').toString('base64url');
}

function fromCursor(cursor: string): string {
  const after = Buffer.from(cursor, 'base64url').toString('utf8');
  if (toCursor(after) !== cursor) {
    throw new Problem(
      'invalid_request',
      'The cursor is not one that this list gave out. Start again without it.',
    );
  }
  return after;
}

/**
 * Levels come from the authority and are hints, as of `asOf`; `sellableHere` is this
 * region's own and exact: what it can sell now without asking anybody.
 */
function stockJson(agent: Agent, product: Product, only?: string) {
  const levels = agent.levels
    .of(product.sku)
    .filter(({ pool }) => only === undefined || locationOf(pool) === only);
  const locations = levels.map(({ pool, onHand, available }) => ({
    locationId: locationOf(pool),
    onHand,
    available,
    committed: onHand - available,
    sellableHere: agent.engine.replica.canSell(poolId(product.sku as Sku, locationOf(pool) as LocationId)),
  }));
  const sum = (of: (level: (typeof locations)[number]) => number) =>
    locations.reduce((n, level) => n + of(level), 0);
  const { asOfMs } = agent.levels;
  return {
    sku: product.sku,
    name: product.names.en ?? Object.values(product.names)[0] ?? product.sku,
    unit: product.baseUnit,
    onHand: sum(({ onHand }) => onHand),
    available: sum(({ available }) => available),
    committed: sum(({ committed }) => committed),
    sellableHere: sum(({ sellableHere }) => sellableHere),
    locations,
    asOf: asOfMs === null ? null : new Date(asOfMs).toISOString(),
  };
}
