/** Carts, told of by the regions that keep them: the books know nothing of a cart that was not ordered. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { leftCartSchema } from '../../events/data-schemas.ts';
import { askedAt } from '../who-asks.ts';
import { served } from './call.ts';

export const CART_CALLS = {
  'cart.abandoned': served({
    schema: z.strictObject({
      call: z.literal('cart.abandoned'),
      cart: leftCartSchema.omit({ replica: true }),
    }),
    serve: async ({ pool, feed }, { cart }) => {
      const replica = askedAt() ?? 'authority';
      // A space, which no key of a client has: it is the books' own. Noted and told in one statement.
      const key = `cart.abandoned ${replica} ${cart.cartId}`;
      const hash = createHash('sha256').update(key).digest();
      await pool.query(
        `with first as (
            insert into tallystick.idempotent_requests (key, request_hash, answer) values ($1, $2, '{}')
              on conflict (key) do nothing returning key)
          select tallystick.tell(array[b.position], array['cart.abandoned'], array[$3::jsonb])
            from first, tallystick.books b`,
        [key, hash, JSON.stringify({ ...cart, replica })],
      );
      feed.notice();
      return {};
    },
  }),
};
