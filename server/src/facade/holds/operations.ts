/** What can be done with holds. They count at once, and are given back or become an order exactly once. */
import { z } from 'zod';
import { owned } from '../../access/scopes.ts';
import { type Operation, operation } from '../operation.ts';
import { orderSchema } from '../orders/schema.ts';
import { confirmBody, extendBody, holdBody, holdIdSchema, holdSchema } from './schema.ts';

const params = z.strictObject({ id: holdIdSchema });
const common = { tag: 'Holds', cacheControl: 'no-store', needs: 'nobody', routeClass: 'write' } as const;
const KNOWN = ['unknown_hold', 'hold_ended', 'not_owner', 'owner_unreachable', 'read_only'] as const;

export const createHold = operation({
  ...common,
  id: 'createHold',
  access: owned('holds:write'),
  method: 'POST',
  path: '/v1/holds',
  summary: 'Set units aside',
  description: 'All lines or none. A line without a location is held where this region prefers.',
  body: holdBody,
  idempotency: 'orBodyId',
  answers: {
    201: { description: 'They are held.', body: holdSchema, headers: ['location', 'idempotent-replayed'] },
  },
  problems: [
    'unknown_sku',
    'unknown_location',
    'insufficient_stock',
    'quantity_out_of_range',
    'already_done',
    'former_lives_unknown',
    ...KNOWN,
  ],
  examples: {
    lamp: {
      summary: 'A lamp, for a quarter of an hour',
      body: {
        id: 'hold-1',
        ttlMs: 900_000,
        lines: [{ sku: 'LAMP', quantity: 1, locationId: 'depot' }],
        waitMs: 10_000,
      },
      status: 201,
      answer: { id: 'hold-1', status: 'open', lines: [{ sku: 'LAMP', locationId: 'depot', quantity: 1 }] },
    },
    toLeave: {
      summary: 'Another',
      body: {
        id: 'hold-2',
        ttlMs: 900_000,
        lines: [{ sku: 'LAMP', quantity: 1, locationId: 'depot' }],
        waitMs: 10_000,
      },
      status: 201,
    },
    nameless: {
      summary: 'Without a name, a retry could hold twice',
      body: { ttlMs: 900_000, lines: [{ sku: 'LAMP', quantity: 1 }] },
      status: 400,
    },
  },
});

export const getHold = operation({
  ...common,
  id: 'getHold',
  access: owned('holds:read'),
  method: 'GET',
  etag: true,
  path: '/v1/holds/{id}',
  summary: 'Read a hold',
  params,
  routeClass: 'read',
  answers: { 200: { description: 'The hold.', body: holdSchema } },
  problems: ['unknown_hold', 'owner_unreachable'],
  examples: {
    lamp: {
      summary: 'The lamp',
      params: { id: 'hold-1' },
      status: 200,
      answer: { id: 'hold-1', status: 'open' },
    },
    nothing: { summary: 'A name that was never used', params: { id: 'no-such-hold' }, status: 404 },
  },
});

export const extendHold = operation({
  ...common,
  id: 'extendHold',
  access: owned('holds:write'),
  method: 'POST',
  path: '/v1/holds/{id}/extend',
  summary: 'Give a hold more time',
  params,
  body: extendBody,
  idempotency: 'accepted',
  answers: { 200: { description: 'As it is now.', body: holdSchema, headers: ['idempotent-replayed'] } },
  problems: [...KNOWN],
  examples: {
    hour: { summary: 'An hour from now', params: { id: 'hold-1' }, body: { ttlMs: 3_600_000 }, status: 200 },
  },
});

export const confirmHold = operation({
  ...common,
  id: 'confirmHold',
  access: owned('orders:write'),
  method: 'POST',
  path: '/v1/holds/{id}/confirm',
  summary: 'Make a hold an order',
  description:
    'All that is held is sold. The order’s id is the body’s, the Idempotency-Key’s, or the hold’s.',
  params,
  body: confirmBody,
  isBodyOptional: true,
  idempotency: 'accepted',
  answers: {
    201: { description: 'It is sold.', body: orderSchema, headers: ['location', 'idempotent-replayed'] },
  },
  problems: ['already_done', ...KNOWN],
  examples: {
    bought: {
      summary: 'The lamp is bought',
      params: { id: 'hold-1' },
      body: { client: 'acme' },
      status: 201,
      answer: { id: 'hold-1', status: 'confirmed', lines: [{ sku: 'LAMP', quantity: 1 }] },
    },
  },
});

export const releaseHold = operation({
  ...common,
  id: 'releaseHold',
  access: owned('holds:write'),
  method: 'POST',
  path: '/v1/holds/{id}/release',
  summary: 'Give held units back',
  description: 'Once, however often it is asked for.',
  params,
  answers: { 200: { description: 'It has ended.', body: holdSchema, headers: ['idempotent-replayed'] } },
  problems: [...KNOWN],
  examples: {
    left: { summary: 'The shopper left', params: { id: 'hold-2' }, status: 200, answer: { status: 'ended' } },
    twice: { summary: 'And again', params: { id: 'hold-2' }, status: 200, answer: { status: 'ended' } },
  },
});

/** In the order in which a newcomer would use them. */
export const HOLD_OPERATIONS: readonly Operation[] = [
  createHold,
  getHold,
  extendHold,
  confirmHold,
  releaseHold,
];
