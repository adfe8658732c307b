/** What can be done with orders. */
import { cancelBody, documentId, ORDER_STATUSES, orderBody } from '@tallystick/store-agent';
import { z } from 'zod';
import { owned } from '../../access/scopes.ts';
import { type Operation, operation } from '../operation.ts';
import { pageOf, pageQuery } from '../page.ts';
import { batchBody, batchSchema, batchStatusSchema, orderIdSchema, orderSchema } from './schema.ts';

const tag = 'Orders';
const params = z.strictObject({ id: orderIdSchema });
const common = { tag, cacheControl: 'no-store', routeClass: 'write' } as const;
const name = z.string().min(1).max(128);

export const createOrder = operation({
  ...common,
  id: 'createOrder',
  access: owned('orders:write'),
  method: 'POST',
  path: '/v1/orders',
  summary: 'Place an order',
  description:
    'All lines are sold, or none. A line without a location is served from where this region prefers. ' +
    'Prices come from the catalogue. `waitMs` is how long to wait for units from elsewhere.',
  body: orderBody.meta({ id: 'NewOrder' }),
  idempotency: 'accepted',
  needs: 'nobody',
  answers: {
    201: { description: 'It is sold.', body: orderSchema, headers: ['location', 'idempotent-replayed'] },
  },
  problems: [
    'unknown_sku',
    'unknown_location',
    'insufficient_stock',
    'quantity_out_of_range',
    'document_differs',
    'already_done',
    'owner_unreachable',
    'former_lives_unknown',
    'read_only',
  ],
  examples: {
    tooMany: {
      summary: 'More than there is',
      body: {
        id: 'order-too-many',
        lines: [{ sku: 'MUG', quantity: 2_000_000, locationId: 'depot' }],
        waitMs: 0,
      },
      status: 409,
      answer: { code: 'insufficient_stock', items: [{ sku: 'MUG', requested: 2_000_000 }] },
    },
    mugs: {
      summary: 'Three mugs',
      body: {
        id: 'order-1',
        lines: [{ lineId: 'a', sku: 'MUG', quantity: 3, locationId: 'depot' }],
        client: 'acme',
      },
      status: 201,
      answer: { id: 'order-1', status: 'confirmed', lines: [{ lineId: 'a', quantity: 3 }] },
    },
    again: {
      summary: 'The same again: the first answer',
      body: {
        id: 'order-1',
        lines: [{ lineId: 'a', sku: 'MUG', quantity: 3, locationId: 'depot' }],
        client: 'acme',
      },
      status: 201,
      answer: { id: 'order-1' },
    },
    other: {
      summary: 'Another order under a name that was used',
      body: { id: 'order-1', lines: [{ lineId: 'a', sku: 'MUG', quantity: 4, locationId: 'depot' }] },
      status: 422,
      answer: { code: 'document_differs' },
    },
    noSuchUnit: {
      summary: 'By a unit in which the product is not sold',
      body: { id: 'order-crates', lines: [{ sku: 'MUG', quantity: 1, unit: 'crate', locationId: 'depot' }] },
      status: 400,
      answer: { code: 'invalid_request', errors: [{ pointer: '/lines/0/unit' }] },
    },
    inPieces: {
      summary: 'From wherever there is some, in pieces if need be',
      body: {
        id: 'order-pieces',
        lines: [{ sku: 'MUG', quantity: 2, unit: 'piece' }],
        allowSplit: true,
        waitMs: 10_000,
      },
      status: 201,
      answer: { lines: [{ quantity: 2, unit: 'piece', quantityUnits: 2 }] },
    },
    toCancel: {
      summary: 'One more',
      body: { id: 'order-2', lines: [{ lineId: 'a', sku: 'MUG', quantity: 1, locationId: 'depot' }] },
      status: 201,
    },
  },
});

export const createOrders = operation({
  ...common,
  id: 'createOrders',
  access: owned('orders:write'),
  method: 'POST',
  path: '/v1/orders/batch',
  summary: 'Place many orders at once',
  description:
    'Up to 10,000 lines. All orders are sold in one commit, or none; lines of one SKU are summed before they are ' +
    'checked. With `partial=true` each order stands for itself, and the answer is 207 with a result for each. ' +
    'Orders that were placed before are answered again and not placed again. With the header `Prefer: respond-async` ' +
    'the answer is 202 as soon as the batch is written down; its `Location` says what became of it, also after a restart.',
  query: z.strictObject({
    partial: z
      .enum(['true', 'false'])
      .default('false')
      .meta({ description: 'Whether each order stands for itself.' }),
  }),
  body: batchBody,
  isAsyncOffered: true,
  routeClass: 'bulk',
  needs: 'nobody',
  answers: {
    201: { description: 'All are sold.', body: batchSchema },
    202: {
      description: 'It will be placed: ask at the location.',
      body: batchStatusSchema,
      headers: ['location', 'preference-applied', 'retry-after', 'idempotent-replayed'],
    },
    207: { description: 'Each for itself: see the results.', body: batchSchema },
  },
  problems: [
    'unknown_sku',
    'unknown_location',
    'insufficient_stock',
    'request_under_way',
    'document_differs',
    'already_done',
    'owner_unreachable',
    'former_lives_unknown',
    'read_only',
  ],
  examples: {
    none: {
      summary: 'One of them asks too much: none is sold',
      body: {
        orders: [
          { id: 'batch-1', lines: [{ sku: 'MUG', quantity: 1, locationId: 'depot' }] },
          { id: 'batch-2', lines: [{ sku: 'MUG', quantity: 1_000_000, locationId: 'depot' }] },
        ],
        waitMs: 0,
      },
      status: 409,
      answer: { code: 'insufficient_stock', items: [{ sku: 'MUG', requested: 1_000_001 }] },
    },
    some: {
      summary: 'The same, each for itself',
      query: { partial: 'true' },
      body: {
        orders: [
          { id: 'batch-3', lines: [{ sku: 'MUG', quantity: 1, locationId: 'depot' }] },
          { id: 'batch-4', lines: [{ sku: 'MUG', quantity: 1_000_000, locationId: 'depot' }] },
        ],
        waitMs: 10_000,
      },
      status: 207,
      answer: {
        results: [
          { id: 'batch-3', status: 201 },
          { id: 'batch-4', status: 409 },
        ],
      },
    },
    later: {
      summary: 'An order to be placed afterwards',
      headers: { prefer: 'respond-async' },
      body: {
        id: 'batch-later',
        orders: [{ id: 'batch-7', lines: [{ sku: 'MUG', quantity: 1, locationId: 'depot' }] }],
      },
      status: 202,
      answer: { id: 'batch-later' },
    },
    all: {
      summary: 'Two orders',
      body: {
        orders: [
          { id: 'batch-5', lines: [{ sku: 'MUG', quantity: 1, locationId: 'depot' }] },
          { id: 'batch-6', lines: [{ sku: 'MUG', quantity: 2, locationId: 'depot' }] },
        ],
      },
      status: 201,
      answer: {
        results: [
          { id: 'batch-5', status: 201 },
          { id: 'batch-6', status: 201 },
        ],
      },
    },
  },
});

export const getBatch = operation({
  ...common,
  id: 'getOrderBatch',
  method: 'GET',
  etag: true,
  path: '/v1/order-batches/{id}',
  access: owned('orders:read'),
  summary: 'Read what became of a batch that was sent with Prefer: respond-async',
  description:
    'While it runs the answer says when to ask again. The last two hundred can be asked for; orders themselves for much longer.',
  params: z.strictObject({ id: documentId.meta({ description: 'The batch’s.' }) }),
  needs: 'nobody',
  routeClass: 'read',
  answers: {
    200: { description: 'As it stands.', body: batchStatusSchema, headers: ['retry-after'] },
  },
  problems: ['not_found', 'owner_unreachable'],
  examples: {
    later: {
      summary: 'The batch of two orders that was placed afterwards',
      params: { id: 'batch-later' },
      status: 200,
      answer: { id: 'batch-later' },
    },
  },
});

export const getOrder = operation({
  ...common,
  id: 'getOrder',
  access: owned('orders:read'),
  method: 'GET',
  path: '/v1/orders/{id}',
  summary: 'Read an order with its lines',
  description: 'Orders of this region are read here; those of others come from the books.',
  params,
  etag: true,
  needs: 'nobody',
  routeClass: 'read',
  answers: { 200: { description: 'The order.', body: orderSchema, headers: ['etag'] } },
  problems: ['unknown_order', 'owner_unreachable', 'authority_unreachable'],
  examples: {
    mugs: {
      summary: 'The mugs',
      params: { id: 'order-1' },
      status: 200,
      answer: { id: 'order-1', client: 'acme' },
    },
    nothing: { summary: 'An id that was never used', params: { id: 'no-such-order' }, status: 404 },
  },
});

export const listOrders = operation({
  ...common,
  id: 'listOrders',
  access: owned('orders:read'),
  method: 'GET',
  etag: true,
  path: '/v1/orders',
  summary: 'List orders, newest first',
  description: 'From the books: an order appears once it has settled, in its place by when it was placed.',
  query: z.strictObject({
    ...pageQuery,
    status: z.enum(ORDER_STATUSES).optional(),
    client: name.optional(),
    customer: name.optional(),
    channel: name.optional(),
    priority: z.coerce.number().int().min(0).max(9).optional(),
    placedFrom: z.iso.datetime({ offset: true }).optional().meta({ description: 'RFC 3339; included.' }),
    placedTo: z.iso.datetime({ offset: true }).optional().meta({ description: 'RFC 3339; not included.' }),
  }),
  needs: 'authority',
  routeClass: 'read',
  answers: {
    200: { description: 'A page.', body: pageOf(orderSchema).meta({ id: 'OrderPage' }), headers: ['link'] },
  },
  problems: ['authority_unreachable'],
  examples: { newest: { summary: 'The newest two', query: { limit: '2' }, status: 200 } },
});

export const cancelOrder = operation({
  ...common,
  id: 'cancelOrder',
  access: owned('orders:write'),
  method: 'POST',
  path: '/v1/orders/{id}/cancel',
  summary: 'Cancel an order or lines of it',
  description:
    'What has not left is free again at once, exactly once. What has left comes back as a return. Where the region was restored ' +
    'from a backup after it took the order, the order is cancelled at once, and its units are free when an operator has counted them.',
  params,
  body: cancelBody.unwrap().meta({ id: 'Cancellation' }),
  isBodyOptional: true,
  idempotency: 'accepted',
  needs: 'owner',
  answers: { 200: { description: 'As it is now.', body: orderSchema } },
  problems: [
    'unknown_order',
    'already_cancelled',
    'already_departed',
    'already_done',
    'not_owner',
    'owner_unreachable',
    'read_only',
  ],
  examples: {
    changedMind: {
      summary: 'The buyer changed their mind',
      params: { id: 'order-2' },
      body: { reason: 'changed their mind' },
      status: 200,
      answer: { status: 'cancelled' },
    },
  },
});

/** In the order in which a newcomer would use them. */
export const ORDER_OPERATIONS: readonly Operation[] = [
  createOrder,
  createOrders,
  getBatch,
  getOrder,
  listOrders,
  cancelOrder,
];
