/** Carts that were left, as the feed tells of them: what is in them and what it costs, and nobody's note or name. */
import type { Cart } from '@tallystick/crdt/cart';
import type { Agent } from '@tallystick/store-agent';
import { LeftCarts } from '../../live/left-carts.ts';
import type { OpenCarts } from '../../live/live.ts';
import { askAuthority } from '../ask-authority.ts';
import type { CartJson } from './schema.ts';

/** undefined where this region does not tell of them */
export function leftCarts(
  agent: Agent,
  { carts, file }: OpenCarts,
  jsonOf: (id: string, cart: Cart) => CartJson,
): LeftCarts | undefined {
  const { abandonedMs } = agent.settings.carts;
  if (abandonedMs === 0) return undefined;
  return new LeftCarts({
    carts,
    file,
    log: agent.log,
    afterMs: abandonedMs,
    nowMs: () => Date.now(),
    tell: async ({ id, cart, touchedMs }) => {
      const { lines, total } = jsonOf(id, cart);
      const left = {
        cartId: id,
        ...(cart.customer === undefined ? {} : { customerId: cart.customer }),
        leftAt: new Date(touchedMs).toISOString(),
        lines: lines.map(({ sku, quantity, unitPrice }) => ({ sku, quantity, unitPrice })),
        total,
      };
      await askAuthority(agent, { call: 'cart.abandoned', cart: left });
    },
  });
}
