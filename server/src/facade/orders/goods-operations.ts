/** What can be done with the goods of an order, and how it is moved on. */
import { z } from 'zod';
import { shared } from '../../access/scopes.ts';
import { type Operation, operation } from '../operation.ts';
import { movedSchema, orderIdSchema, orderSchema, returnBody, shipmentBody, statusBody } from './schema.ts';

const tag = 'Orders';
const params = z.strictObject({ id: orderIdSchema });
const common = { tag, cacheControl: 'no-store', routeClass: 'write' } as const;

export const createShipment = operation({
  ...common,
  id: 'createShipment',
  access: shared('orders:fulfil'),
  method: 'POST',
  path: '/v1/orders/{id}/shipments',
  summary: 'Ship lines of an order',
  description:
    'Carried out by the keeper of each place where the goods stand; all or nothing for each keeper.',
  params,
  body: shipmentBody,
  isBodyOptional: true,
  idempotency: 'orBodyId',
  needs: 'keeper',
  answers: {
    201: { description: 'The goods have left.', body: movedSchema, headers: ['idempotent-replayed'] },
    207: { description: 'Some keepers refused: see the results.', body: movedSchema },
  },
  problems: [
    'unknown_order',
    'more_than_ordered',
    'already_departed',
    'already_done',
    'keeper_unreachable',
    'authority_unreachable',
    'read_only',
  ],
  examples: {
    two: {
      summary: 'Two of the three mugs',
      params: { id: 'order-1' },
      body: { id: 'parcel-1', lines: [{ lineId: 'a', quantity: 2 }] },
      status: 201,
      answer: { id: 'parcel-1', results: [{ keeper: 'depot', ok: true }] },
    },
    tooMany: {
      summary: 'More than is left of the line',
      params: { id: 'order-1' },
      body: { id: 'parcel-2', lines: [{ lineId: 'a', quantity: 2 }] },
      status: 409,
      answer: { code: 'more_than_ordered' },
    },
  },
});

export const setOrderStatus = operation({
  ...common,
  id: 'setOrderStatus',
  access: shared('orders:fulfil'),
  method: 'PUT',
  path: '/v1/orders/{id}/status',
  summary: 'Move an order on',
  description:
    'confirmed → processing, shipped, cancelled; processing → shipped, cancelled; shipped → delivered, returned; ' +
    'delivered → returned. `shipped` ships all that is left, `returned` takes all back, `cancelled` cancels. ' +
    'The status that it has already is no move, and is answered with the order.',
  params,
  body: statusBody,
  needs: 'owner',
  answers: { 200: { description: 'As it is now.', body: orderSchema } },
  problems: [
    'unknown_order',
    'status_move_refused',
    'already_cancelled',
    'already_departed',
    'more_than_ordered',
    'already_done',
    'not_owner',
    'owner_unreachable',
    'keeper_unreachable',
    'authority_unreachable',
    'read_only',
  ],
  examples: {
    back: {
      summary: 'No way back to processing once it is cancelled',
      params: { id: 'order-2' },
      body: { status: 'processing' },
      status: 409,
      answer: { code: 'status_move_refused' },
    },
    shipped: {
      summary: 'The rest has left',
      params: { id: 'order-1' },
      body: { status: 'shipped' },
      status: 200,
      answer: { status: 'shipped' },
    },
    delivered: {
      summary: 'It has arrived',
      params: { id: 'order-1' },
      body: { status: 'delivered' },
      status: 200,
      answer: { status: 'delivered' },
    },
  },
});

export const createReturn = operation({
  ...common,
  id: 'createReturn',
  access: shared('orders:fulfil'),
  method: 'POST',
  path: '/v1/orders/{id}/returns',
  summary: 'Take goods of an order back',
  description: 'Received by the keeper of the place where they came back, once; never more than was sold.',
  params,
  body: returnBody,
  isBodyOptional: true,
  idempotency: 'orBodyId',
  needs: 'keeper',
  answers: {
    201: { description: 'The goods are back in stock.', body: movedSchema, headers: ['idempotent-replayed'] },
    207: { description: 'Some keepers refused: see the results.', body: movedSchema },
  },
  problems: [
    'unknown_order',
    'unknown_location',
    'more_than_ordered',
    'already_done',
    'keeper_unreachable',
    'authority_unreachable',
    'read_only',
  ],
  examples: {
    one: {
      summary: 'One mug was chipped',
      params: { id: 'order-1' },
      body: { id: 'return-1', lines: [{ lineId: 'a', quantity: 1 }] },
      status: 201,
      answer: { id: 'return-1', results: [{ keeper: 'depot', ok: true }] },
    },
  },
});

/** In the order in which a newcomer would use them. */
export const GOODS_OPERATIONS: readonly Operation[] = [createShipment, setOrderStatus, createReturn];
