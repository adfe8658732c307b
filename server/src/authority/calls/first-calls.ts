/** The calls that any replica makes: an order from the books, and a code traded for an enrolment. */
import { Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import { orderFromBooks } from '../order-from-books.ts';
import { served } from './call.ts';

export const orderCall = served({
  schema: z.strictObject({ call: z.literal('order'), id: z.string().max(128) }),
  serve: async (authority, { id }) => {
    const order = await orderFromBooks(authority.pool, id);
    if (order === undefined) throw new Problem('unknown_order', `No order ${id} is in the books.`);
    return order;
  },
});

export const enrolCall = served({
  schema: z.strictObject({
    call: z.literal('enrol'),
    replica: z.string().max(64),
    code: z.string().max(128),
    publicKey: z.base64().max(200),
    parent: z.string().max(64),
  }),
  serve: async (authority, { call: _, ...ask }) => {
    const result = await authority.enrol(ask);
    if (!result.ok) throw new Problem(result.code, result.message);
    return result.value;
  },
});
