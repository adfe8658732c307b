/** What can be done with carts. Each call edits the document that live clients edit, and they see each other at once. */
import { sku } from '@tallystick/store-agent';
import { z } from 'zod';
import { shared } from '../../access/scopes.ts';
import { type Operation, operation } from '../operation.ts';
import { orderSchema } from '../orders/schema.ts';
import {
  cartBody,
  cartIdSchema,
  cartPatch,
  cartSchema,
  checkoutBody,
  lineBody,
  mergeBody,
  newCartSchema,
  quantityBody,
} from './schema.ts';

const params = z.strictObject({ id: cartIdSchema });
const lineParams = z.strictObject({ id: cartIdSchema, sku });
const common = {
  tag: 'Carts',
  cacheControl: 'no-store',
  needs: 'nobody',
  routeClass: 'write',
  cartToken: true,
} as const;
/** Edits merge, so that none needs to name the version that it changes; who names one is told where it is another by now. */
const edits = { ...common, access: shared('carts:write'), ifMatch: 'accepted' } as const;
const asItIs = { 200: { description: 'As it is now.', body: cartSchema, headers: ['etag'] } } as const;
const CLOSED = ['unknown_cart', 'cart_closed', 'owner_unreachable', 'read_only'] as const;

export const createCart = operation({
  ...common,
  cartToken: false,
  access: 'public',
  id: 'createCart',
  method: 'POST',
  path: '/v1/carts',
  summary: 'Make a cart',
  description: 'Anybody may: its token is what opens it. Nobody gets the token a second time.',
  body: cartBody,
  isBodyOptional: true,
  answers: { 201: { description: 'The cart and its tokens.', body: newCartSchema, headers: ['location'] } },
  // Anybody may make one, and nobody may say that a door passed it on.
  problems: ['unknown_sku', 'already_exists', 'owner_unreachable', 'read_only', 'forbidden'],
  examples: {
    guest: {
      summary: 'A guest’s cart with a mug',
      body: { id: 'cart-guest', lines: [{ sku: 'MUG', quantity: 1 }] },
      status: 201,
      answer: { cart: { id: 'cart-guest', lines: [{ sku: 'MUG', quantity: 1 }] } },
    },
    empty: { summary: 'An empty one', body: { id: 'cart-1' }, status: 201, answer: { cart: { lines: [] } } },
    again: { summary: 'A name that is taken', body: { id: 'cart-1' }, status: 409 },
  },
});

export const getCart = operation({
  ...common,
  id: 'getCart',
  access: shared('carts:read'),
  method: 'GET',
  path: '/v1/carts/{id}',
  summary: 'Read a cart',
  description: 'With prices as of now, and how many there are as last heard.',
  params,
  routeClass: 'read',
  etag: true,
  answers: { 200: { description: 'The cart.', body: cartSchema, headers: ['etag'] } },
  problems: ['unknown_cart', 'owner_unreachable'],
  examples: {
    empty: { summary: 'Nothing in it yet', params: { id: 'cart-1' }, status: 200, answer: { lines: [] } },
    none: { summary: 'No such cart', params: { id: 'no-such-cart' }, status: 404 },
  },
});

export const addCartLine = operation({
  ...edits,
  id: 'addCartLine',
  method: 'POST',
  path: '/v1/carts/{id}/lines',
  summary: 'Add units to a cart',
  description:
    'Added to what is there. With an Idempotency-Key they are added once, however often it is sent.',
  params,
  body: lineBody,
  idempotency: 'accepted',
  etag: true,
  answers: asItIs,
  problems: ['unknown_sku', ...CLOSED],
  examples: {
    mugs: {
      summary: 'Two mugs',
      params: { id: 'cart-1' },
      headers: { 'idempotency-key': 'tap-1' },
      body: { sku: 'MUG', quantity: 2 },
      status: 200,
      answer: { lines: [{ sku: 'MUG', quantity: 2 }] },
    },
    again: {
      summary: 'The same tap, heard twice',
      params: { id: 'cart-1' },
      headers: { 'idempotency-key': 'tap-1' },
      body: { sku: 'MUG', quantity: 2 },
      status: 200,
      answer: { lines: [{ sku: 'MUG', quantity: 2 }] },
    },
    unknown: {
      summary: 'Nothing that is for sale',
      params: { id: 'cart-1' },
      body: { sku: 'NO-SUCH', quantity: 1 },
      status: 404,
    },
  },
});

export const setCartLine = operation({
  ...edits,
  id: 'setCartLine',
  method: 'PUT',
  path: '/v1/carts/{id}/lines/{sku}',
  summary: 'Set a line’s quantity',
  description: 'Replaces what this region knows of the line. What a device adds meanwhile comes on top.',
  params: lineParams,
  body: quantityBody,
  etag: true,
  answers: asItIs,
  problems: ['unknown_sku', ...CLOSED],
  examples: {
    three: {
      summary: 'Three mugs in all',
      params: { id: 'cart-1', sku: 'MUG' },
      body: { quantity: 3 },
      status: 200,
      answer: { lines: [{ sku: 'MUG', quantity: 3 }] },
    },
  },
});

export const removeCartLine = operation({
  ...edits,
  id: 'removeCartLine',
  method: 'DELETE',
  path: '/v1/carts/{id}/lines/{sku}',
  summary: 'Remove a line',
  params: lineParams,
  etag: true,
  answers: asItIs,
  problems: [...CLOSED],
  examples: {
    lamp: {
      summary: 'One that is not there: nothing happens',
      params: { id: 'cart-1', sku: 'LAMP' },
      status: 200,
      answer: { lines: [{ sku: 'MUG' }] },
    },
  },
});

export const patchCart = operation({
  ...edits,
  id: 'patchCart',
  method: 'PATCH',
  path: '/v1/carts/{id}',
  bodyTypes: ['application/json', 'application/merge-patch+json'],
  summary: 'Set customer, note, gift or delivery',
  description: 'Of two devices that set the same, the later stays. null takes one away.',
  params,
  body: cartPatch,
  etag: true,
  answers: asItIs,
  problems: [...CLOSED],
  examples: {
    ada: {
      summary: 'A customer signs in, and it is a gift',
      params: { id: 'cart-1' },
      body: { customer: 'c-1', gift: true },
      status: 200,
      answer: { customer: 'c-1', gift: true },
    },
    name: {
      summary: 'A name is no opaque id',
      params: { id: 'cart-1' },
      body: { customer: 'Ada Byron' },
      status: 400,
    },
  },
});

export const mergeCarts = operation({
  ...edits,
  id: 'mergeCarts',
  method: 'POST',
  path: '/v1/carts/{id}/merge',
  summary: 'Take over a guest’s cart',
  description: 'Its lines are added once, however often it is asked for; the guest’s cart is closed.',
  params,
  body: mergeBody,
  etag: true,
  answers: asItIs,
  problems: [...CLOSED],
  examples: {
    guest: {
      summary: 'What the guest had chosen',
      params: { id: 'cart-1' },
      body: { cart: 'cart-guest' },
      status: 200,
      answer: { lines: [{ sku: 'MUG', quantity: 4 }] },
    },
    again: {
      summary: 'Once more: nothing is added',
      params: { id: 'cart-1' },
      body: { cart: 'cart-guest' },
      status: 200,
      answer: { lines: [{ sku: 'MUG', quantity: 4 }] },
    },
  },
});

export const checkoutCart = operation({
  ...edits,
  id: 'checkoutCart',
  method: 'POST',
  path: '/v1/carts/{id}/checkout',
  summary: 'Make a cart an order',
  description:
    'One order, on however many devices the button is pressed; each of them gets it. `total` is what the ' +
    'shopper saw: where prices or lines have changed since, nothing is ordered. If-Match also tells lines apart that cost the same.',
  params,
  body: checkoutBody,
  answers: {
    201: { description: 'It is ordered.', body: orderSchema, headers: ['location', 'idempotent-replayed'] },
  },
  problems: ['cart_changed', 'cart_empty', 'insufficient_stock', 'unknown_sku', ...CLOSED],
  examples: {
    other: {
      summary: 'Another total than the shopper saw',
      params: { id: 'cart-1' },
      body: { total: { amountMinor: 1, currency: 'EUR' } },
      status: 409,
      answer: { code: 'cart_changed' },
    },
  },
});

export const getCartOrder = operation({
  ...common,
  id: 'getCartOrder',
  access: shared('carts:read'),
  method: 'GET',
  path: '/v1/carts/{id}/order',
  summary: 'Read the order that a cart became',
  description: 'So a shopper, who has the cart’s token and no other, sees how far it is.',
  params,
  routeClass: 'read',
  etag: true,
  answers: { 200: { description: 'The order.', body: orderSchema, headers: ['etag'] } },
  problems: ['unknown_cart', 'unknown_order', 'owner_unreachable', 'authority_unreachable'],
  examples: {
    none: {
      summary: 'Nothing was ordered yet',
      params: { id: 'cart-1' },
      status: 404,
      answer: { code: 'unknown_order' },
    },
  },
});

/** In the order in which a newcomer would use them. */
export const CART_OPERATIONS: readonly Operation[] = [
  createCart,
  getCart,
  addCartLine,
  setCartLine,
  removeCartLine,
  patchCart,
  mergeCarts,
  checkoutCart,
  getCartOrder,
];
