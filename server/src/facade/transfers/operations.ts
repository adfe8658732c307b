/** What can be done with goods on their way: announce, send, receive, and expect them no longer. */
import { z } from 'zod';
import { shared } from '../../access/scopes.ts';
import { MADE_HEADERS } from '../catalogue-operation.ts';
import { type Operation, operation } from '../operation.ts';
import { pageOf, pageQuery } from '../page.ts';
import { receiptBody, transferBody, transferIdSchema, transferSchema } from './schema.ts';

const common = { tag: 'Transfers', cacheControl: 'no-store' } as const;
const params = z.strictObject({ id: transferIdSchema });
const delivery = { id: 'po-7', to: 'depot', lines: [{ sku: 'LAMP', quantity: 60 }], reference: 'PO 7' };

export const createTransfer = operation({
  ...common,
  id: 'createTransfer',
  access: shared('inventory:write'),
  method: 'POST',
  path: '/v1/transfers',
  summary: 'Announce a delivery, or send goods from one place to another',
  description:
    'Until they are received the goods are `incoming` at the place that they go to. With `from` they leave that place ' +
    'now, by its keeper, and are on hand nowhere; without, they come from outside.',
  body: transferBody,
  idempotency: 'orBodyId',
  needs: 'authority',
  routeClass: 'write',
  answers: { 201: { description: 'They are expected.', body: transferSchema, headers: MADE_HEADERS } },
  problems: [
    'unknown_sku',
    'unknown_location',
    'quantity_out_of_range',
    'more_than_ordered',
    'already_done',
    'keeper_unreachable',
    'authority_unreachable',
    'read_only',
  ],
  examples: {
    delivery: {
      summary: 'A supplier will bring sixty lamps',
      body: { ...delivery, expectedAt: '2030-05-02T08:00:00Z' },
      status: 201,
      answer: { id: 'po-7', status: 'expected', lines: [{ sku: 'LAMP', quantity: 60, received: 0 }] },
    },
    other: {
      summary: 'Another delivery under the same name',
      body: { ...delivery, lines: [{ sku: 'LAMP', quantity: 61 }] },
      status: 422,
      answer: { code: 'document_differs' },
    },
  },
});

export const listTransfers = operation({
  ...common,
  id: 'listTransfers',
  access: shared('inventory:explain'),
  method: 'GET',
  path: '/v1/transfers',
  summary: 'List transfers by id',
  query: z.strictObject(pageQuery),
  etag: true,
  needs: 'nobody',
  routeClass: 'read',
  answers: {
    200: {
      description: 'A page.',
      body: pageOf(transferSchema).meta({ id: 'TransferPage' }),
      headers: ['link'],
    },
  },
  problems: [],
  examples: { first: { summary: 'The first two', query: { limit: '2' }, status: 200 } },
});

export const getTransfer = operation({
  ...common,
  id: 'getTransfer',
  access: shared('inventory:explain'),
  method: 'GET',
  path: '/v1/transfers/{id}',
  summary: 'Read a transfer',
  params,
  etag: true,
  needs: 'nobody',
  routeClass: 'read',
  answers: { 200: { description: 'The transfer.', body: transferSchema, headers: ['etag'] } },
  problems: ['unknown_transfer'],
  examples: {
    delivery: { summary: 'The delivery', params: { id: 'po-7' }, status: 200, answer: { reference: 'PO 7' } },
    nothing: { summary: 'One that is not there', params: { id: 'po-0' }, status: 404 },
  },
});

export const receiveTransfer = operation({
  ...common,
  id: 'receiveTransfer',
  access: shared('inventory:write'),
  method: 'POST',
  path: '/v1/transfers/{id}/receipts',
  summary: 'Receive what came, in part or in full',
  description: 'Carried out by the keeper of the place, once for each receipt.',
  params,
  body: receiptBody,
  idempotency: 'orBodyId',
  needs: 'authority',
  routeClass: 'write',
  answers: {
    201: {
      description: 'The goods are on hand; the transfer as it is now.',
      body: transferSchema,
      headers: ['etag', 'idempotent-replayed'],
    },
  },
  problems: [
    'unknown_transfer',
    'status_move_refused',
    'quantity_out_of_range',
    'already_done',
    'keeper_unreachable',
    'authority_unreachable',
    'read_only',
  ],
  examples: {
    part: {
      summary: 'Twenty of them',
      params: { id: 'po-7' },
      body: { id: 'pallet-1', lines: [{ sku: 'LAMP', quantity: 20 }] },
      status: 201,
      answer: { status: 'expected', lines: [{ sku: 'LAMP', quantity: 60, received: 20 }] },
    },
    again: {
      summary: 'The same again: counted once',
      params: { id: 'po-7' },
      body: { id: 'pallet-1', lines: [{ sku: 'LAMP', quantity: 20 }] },
      status: 201,
      answer: { lines: [{ received: 20 }] },
    },
  },
});

export const cancelTransfer = operation({
  ...common,
  id: 'cancelTransfer',
  access: shared('inventory:write'),
  method: 'POST',
  path: '/v1/transfers/{id}/cancel',
  summary: 'Expect the rest no longer',
  description:
    'What came stays. Goods that left another place for this one are received where they turn up, by an adjustment.',
  params,
  idempotency: 'accepted',
  needs: 'authority',
  routeClass: 'write',
  answers: { 200: { description: 'As it is now.', body: transferSchema, headers: ['etag'] } },
  problems: ['unknown_transfer', 'status_move_refused', 'authority_unreachable'],
  examples: {
    rest: {
      summary: 'The others will not come',
      params: { id: 'po-7' },
      status: 200,
      answer: { status: 'cancelled', lines: [{ sku: 'LAMP', quantity: 60, received: 20 }] },
    },
  },
});

/** In the order in which a newcomer would use them. */
export const TRANSFER_OPERATIONS: readonly Operation[] = [
  createTransfer,
  listTransfers,
  getTransfer,
  receiveTransfer,
  cancelTransfer,
];
