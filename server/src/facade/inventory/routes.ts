/** Stock as a client reads it: goods on hand, what can be promised, what is committed, by location. */
import { type LocationId, locationOf, poolId, type Sku } from '@tallystick/crdt';
import { type Agent, Problem, type Product } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { askAuthority } from '../ask-authority.ts';
import { fromCursor, page } from '../page.ts';
import { route } from '../route.ts';
import { historyRoute } from './history.ts';
import * as ops from './operations.ts';

export function inventoryRoutes(app: FastifyInstance, agent: Agent): void {
  route(app, ops.listInventory, ({ query, request, reply }) => {
    const after = fromCursor(query.cursor);
    const products = agent.catalogue.products(after, query.limit + 1);
    const { items, nextCursor } = page(products, query.limit, (product) => product.sku, request, reply);
    return { items: items.map((product) => stockJson(agent, product, query.locationId)), nextCursor };
  });

  route(app, ops.getInventory, ({ params }) => stockJson(agent, productOf(agent, params.sku)));

  historyRoute(app, agent);

  route(app, ops.explainInventory, ({ params }) => {
    productOf(agent, params.sku);
    return askAuthority(agent, { call: 'why', sku: params.sku });
  });
}

function productOf(agent: Agent, sku: string): Product {
  const product = agent.catalogue.product(sku);
  if (product !== undefined) return product;
  throw new Problem('unknown_sku', `No product has SKU ${sku}.`);
}

/**
 * Levels come from the authority and are hints, as of `asOf`; `sellableHere` is this
 * region's own and exact: what it can sell now without asking anybody. `owed` is what this
 * region and all below it owe: goods that were handed over or are missing without a right.
 */
function stockJson(agent: Agent, product: Product, only?: string) {
  const levels = new Map(
    agent.levels.of(product.sku).map((level) => [locationOf(level.pool) as string, level]),
  );
  const coming = agent.catalogue.incoming.of(product.sku);
  const places = [...levels.keys(), ...[...coming.keys()].filter((place) => !levels.has(place))];
  const locations = places
    .filter((place) => only === undefined || place === only)
    .map((locationId) => {
      const { onHand, available } = levels.get(locationId) ?? { onHand: 0, available: 0 };
      const pool = poolId(product.sku as Sku, locationId as LocationId);
      return {
        locationId,
        onHand,
        available,
        committed: onHand - available,
        incoming: coming.get(locationId) ?? 0,
        owed: agent.engine.replica.hub.totals.owed.get(pool) ?? 0,
        sellableHere: agent.engine.replica.canSell(pool),
      };
    });
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
    incoming: sum(({ incoming }) => incoming),
    owed: sum(({ owed }) => owed),
    sellableHere: sum(({ sellableHere }) => sellableHere),
    locations,
    asOf: asOfMs === null ? null : new Date(asOfMs).toISOString(),
  };
}
