/** What can be done with stock. */
import { locationId, sku } from '@tallystick/store-agent';
import { z } from 'zod';
import { shared } from '../../access/scopes.ts';
import { MOVEMENT_TYPES } from '../../authority/movements-of.ts';
import { type Operation, operation } from '../operation.ts';
import { pageOf, pageQuery } from '../page.ts';
import {
  adjustmentBody,
  adjustmentSchema,
  countBody,
  explanationSchema,
  movementSchema,
  stockSchema,
} from './schema.ts';

const tag = 'Inventory';
const common = { tag, cacheControl: 'no-store' } as const;
const params = z.strictObject({ sku });

export const adjustInventory = operation({
  ...common,
  id: 'adjustInventory',
  access: shared('inventory:write'),
  method: 'POST',
  path: '/v1/inventory/adjustments',
  summary: 'Receive, take back, count, write off or correct goods',
  description:
    'Carried out by the keeper of each location, once for each document; all or nothing for each keeper.',
  body: adjustmentBody,
  idempotency: 'orBodyId',
  needs: 'keeper',
  routeClass: 'write',
  answers: {
    201: { description: 'Done.', body: adjustmentSchema, headers: ['idempotent-replayed'] },
    207: { description: 'Some keepers refused: see the results.', body: adjustmentSchema },
  },
  problems: [
    'unknown_sku',
    'unknown_location',
    'unknown_order',
    'quantity_out_of_range',
    'more_than_ordered',
    'count_outdated',
    'already_done',
    'keeper_unreachable',
    'read_only',
  ],
  examples: {
    delivery: {
      summary: 'A delivery',
      body: {
        id: 'delivery-1',
        type: 'receive',
        lines: [{ sku: 'LAMP', locationId: 'depot', quantity: 40 }],
      },
      status: 201,
      answer: { id: 'delivery-1', results: [{ keeper: 'depot', ok: true, replayed: false }] },
    },
    again: {
      summary: 'The same delivery again: counted once',
      body: {
        id: 'delivery-1',
        type: 'receive',
        lines: [{ sku: 'LAMP', locationId: 'depot', quantity: 40 }],
      },
      status: 201,
      answer: { results: [{ replayed: true }] },
    },
    nameless: {
      summary: 'Without a name, a retry could count twice',
      body: { type: 'receive', lines: [{ sku: 'LAMP', locationId: 'depot', quantity: 1 }] },
      status: 400,
    },
  },
});

export const listInventory = operation({
  ...common,
  id: 'listInventory',
  access: shared('inventory:read'),
  method: 'GET',
  path: '/v1/inventory',
  summary: 'List stock by SKU',
  query: z.strictObject({ ...pageQuery, locationId: locationId.optional() }),
  etag: true,
  needs: 'nobody',
  routeClass: 'read',
  answers: {
    200: { description: 'A page.', body: pageOf(stockSchema).meta({ id: 'StockPage' }), headers: ['link'] },
  },
  problems: [],
  examples: { first: { summary: 'The first two', query: { limit: '2' }, status: 200 } },
});

export const getInventory = operation({
  ...common,
  id: 'getInventory',
  access: shared('inventory:read'),
  method: 'GET',
  path: '/v1/inventory/{sku}',
  summary: 'Read the stock of a product',
  params,
  etag: true,
  needs: 'nobody',
  routeClass: 'read',
  answers: { 200: { description: 'Its stock.', body: stockSchema, headers: ['etag'] } },
  problems: ['unknown_sku'],
  examples: {
    lamp: { summary: 'The lamp', params: { sku: 'LAMP' }, status: 200, answer: { sku: 'LAMP' } },
    nothing: { summary: 'A SKU that nobody uses', params: { sku: 'NO-SUCH' }, status: 404 },
  },
});

export const setCounted = operation({
  ...common,
  id: 'setCounted',
  access: shared('inventory:write'),
  method: 'PUT',
  path: '/v1/inventory/{sku}/locations/{locationId}',
  summary: 'Say how many were counted',
  description:
    'An absolute count of goods on hand at one place. It names the value that it replaces, so that a sale ' +
    'between looking and saying is not lost.',
  params: z.strictObject({ sku, locationId }),
  body: countBody,
  idempotency: 'orBodyId',
  needs: 'keeper',
  routeClass: 'write',
  answers: { 200: { description: 'Done.', body: adjustmentSchema, headers: ['idempotent-replayed'] } },
  problems: [
    'unknown_sku',
    'unknown_location',
    'count_outdated',
    'already_done',
    'keeper_unreachable',
    'read_only',
  ],
  examples: {
    counted: {
      summary: 'Two were missing',
      params: { sku: 'LAMP', locationId: 'depot' },
      body: { id: 'count-1', found: 38, replaces: 40 },
      status: 200,
      answer: { id: 'count-1', results: [{ keeper: 'depot', ok: true }] },
    },
    outdated: {
      summary: 'The books have moved on since',
      params: { sku: 'LAMP', locationId: 'depot' },
      body: { id: 'count-2', found: 38, replaces: 40 },
      status: 409,
      answer: { code: 'count_outdated' },
    },
  },
});

const time = z.iso.datetime({ offset: true }).optional();

export const listMovements = operation({
  ...common,
  id: 'listMovements',
  access: shared('inventory:explain'),
  method: 'GET',
  etag: true,
  path: '/v1/inventory/{sku}/history',
  summary: 'List what happened to the stock of a product, newest first',
  description:
    'From the books: who did what, when and why. Of one location, the changes of `onHand` and `available` add up to ' +
    'what the books say of it. What a replica has not told yet is not there, and takes its place by when it happened.',
  params,
  query: z.strictObject({
    ...pageQuery,
    locationId: locationId.optional(),
    type: z.enum(MOVEMENT_TYPES).optional(),
    from: time.meta({ description: 'RFC 3339; included.' }),
    to: time.meta({ description: 'RFC 3339; not included.' }),
  }),
  needs: 'authority',
  routeClass: 'read',
  answers: {
    200: {
      description: 'A page.',
      body: pageOf(movementSchema).meta({ id: 'MovementPage' }),
      headers: ['link'],
    },
  },
  problems: ['unknown_sku', 'authority_unreachable'],
  examples: {
    counted: {
      summary: 'The counts of the lamp',
      params: { sku: 'LAMP' },
      query: { type: 'counted', limit: '1' },
      status: 200,
    },
  },
});

export const explainInventory = operation({
  ...common,
  id: 'explainInventory',
  access: shared('inventory:explain'),
  method: 'GET',
  etag: true,
  path: '/v1/inventory/{sku}/explain',
  summary: 'Account for every unit, replica by replica',
  description: 'What the books know: what a replica that is cut off has not told yet is not in it.',
  params,
  needs: 'authority',
  routeClass: 'read',
  answers: { 200: { description: 'The account.', body: explanationSchema } },
  problems: ['unknown_sku', 'authority_unreachable'],
  examples: { lamp: { summary: 'The lamp', params: { sku: 'LAMP' }, status: 200, answer: { sku: 'LAMP' } } },
});

/** In the order in which a newcomer would use them. */
export const INVENTORY_OPERATIONS: readonly Operation[] = [
  adjustInventory,
  listInventory,
  getInventory,
  setCounted,
  listMovements,
  explainInventory,
];
