/** Low-stock thresholds at a region's door; they live in the books, which tell `stock.low`. */
import { QUANTITY_MAX } from '@tallystick/crdt';
import { type Agent, locationId, sku } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { shared } from '../../access/scopes.ts';
import { askAuthority, askInName } from '../ask-authority.ts';
import { type Operation, operation } from '../operation.ts';
import { route } from '../route.ts';

const threshold = z
  .int()
  .min(0)
  .max(QUANTITY_MAX)
  .meta({ description: 'So few are low: told when what can be promised falls to it.' });
const thresholdSchema = z
  .object({ sku: z.string(), locationId: z.string(), threshold: z.int() })
  .meta({ id: 'Threshold' });

const common = {
  tag: 'Inventory',
  cacheControl: 'no-store',
  needs: 'authority',
  path: '/v1/inventory/{sku}/locations/{locationId}/threshold',
  params: z.strictObject({ sku, locationId }),
} as const;
const write = { ...common, access: shared('inventory:write'), routeClass: 'write' } as const;
const lamp = { sku: 'LAMP', locationId: 'depot' };

const putThreshold = operation({
  ...write,
  id: 'putThreshold',
  method: 'PUT',
  summary: 'Say how few of a product at a location are low',
  description:
    'The event `stock.low` is told when what can be promised falls to it, at once where it is as low already, and ' +
    'again only after it rose above.',
  body: z.strictObject({ threshold }).meta({ id: 'NewThreshold' }),
  answers: { 200: { description: 'Set.', body: thresholdSchema } },
  problems: ['unknown_sku', 'unknown_location', 'authority_unreachable'],
  examples: {
    lamp: {
      summary: 'Five lamps are low',
      params: lamp,
      body: { threshold: 5 },
      status: 200,
      answer: { ...lamp, threshold: 5 },
    },
    nothing: {
      summary: 'A SKU that nobody uses',
      params: { ...lamp, sku: 'NO-SUCH' },
      body: { threshold: 5 },
      status: 404,
    },
  },
});

const getThreshold = operation({
  ...common,
  id: 'getThreshold',
  access: shared('inventory:read'),
  routeClass: 'read',
  method: 'GET',
  summary: 'Read the threshold of a product at a location',
  answers: { 200: { description: 'The threshold.', body: thresholdSchema } },
  problems: ['not_found', 'authority_unreachable'],
  examples: { lamp: { summary: 'Of the lamp', params: lamp, status: 200, answer: { threshold: 5 } } },
});

const removeThreshold = operation({
  ...write,
  id: 'removeThreshold',
  method: 'DELETE',
  summary: 'Remove the threshold of a product at a location',
  answers: { 200: { description: 'As it was.', body: thresholdSchema } },
  problems: ['not_found', 'authority_unreachable'],
  examples: { lamp: { summary: 'Of the lamp', params: lamp, status: 200 } },
});

/** In the order in which a newcomer would use them. */
export const THRESHOLD_OPERATIONS: readonly Operation[] = [putThreshold, getThreshold, removeThreshold];

export function thresholdRoutes(app: FastifyInstance, agent: Agent): void {
  route(app, putThreshold, ({ params, body, request }) =>
    askInName(request, agent, { call: 'threshold.put', ...params, ...body }),
  );
  route(app, getThreshold, ({ params }) => askAuthority(agent, { call: 'threshold.get', ...params }));
  route(app, removeThreshold, ({ params, request }) =>
    askInName(request, agent, { call: 'threshold.remove', ...params }),
  );
}
