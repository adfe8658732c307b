/** Orders as the books have them: one by its id, how far its lines are, and lists. */
import { documentId, ORDER_STATUSES, Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import { linesMoved, listOrders, orderFromBooks } from '../order-from-books.ts';
import { served } from './call.ts';

const name = z.string().min(1).max(128);
const ms = z.int().min(0).max(8.64e15);

export const ORDER_CALLS = {
  order: served({
    schema: z.strictObject({ call: z.literal('order'), id: z.string().max(128), client: name.optional() }),
    serve: async (authority, { id, client }) => {
      const order = await orderFromBooks(authority.pool, id);
      if (order === undefined || (client !== undefined && order.client !== client))
        throw new Problem('unknown_order', `No order ${id} is in the books.`);
      return order;
    },
  }),
  'order.moved': served({
    schema: z.strictObject({ call: z.literal('order.moved'), id: z.string().max(128) }),
    serve: async (authority, { id }) => ({ lines: await linesMoved(authority.pool, id) }),
  }),
  'order.list': served({
    schema: z.strictObject({
      call: z.literal('order.list'),
      filter: z.strictObject({
        status: z.enum(ORDER_STATUSES).optional(),
        client: name.optional(),
        customer: name.optional(),
        channel: name.optional(),
        priority: z.int().min(0).max(9).optional(),
        placedFromMs: ms.optional(),
        placedToMs: ms.optional(),
      }),
      after: z.strictObject({ placedAtMs: ms, id: documentId }).optional(),
      limit: z.int().min(1).max(251),
    }),
    serve: async (authority, { filter, after, limit }) => ({
      items: await listOrders(authority.pool, filter, after, limit),
    }),
  }),
};
