/**
 * Random carts against a region with real sockets: `npm run carts -- [--carts 10000] [--seed 1]`.
 *
 * Shoppers put in, set, take out, merge and order, all at once and for more units than there are. In the end nothing
 * is set aside, and what was received is what was sold and what can be sold.
 */
import type { PoolId } from '@tallystick/crdt';
import { CartTown } from '@tallystick/server/test-kit';
import { until } from '@tallystick/store-agent/test-kit';
import { commandLine } from '../command-line/command-line.ts';
import { Prng } from '../sim/prng.ts';

const LAMPS = 'LAMP@depot' as PoolId;
const PRICE = 4_900;
/** Shoppers at once. */
const AT_ONCE = 25;
/** With the ten that are there: fewer than all carts want together. */
const RECEIVED = 990;

const { carts: count, seed } = commandLine(
  'npm run carts',
  'Random carts against a region with real sockets.',
  {
    carts: { about: 'carts in all', number: 10_000, from: 1 },
    seed: { about: 'another course of events', number: 1, from: 0 },
  },
);

const town = await CartTown.start({ holdMs: 3_600_000 });
try {
  await town.call('POST', '/v1/inventory/adjustments', {
    id: 'more',
    type: 'receive',
    lines: [{ sku: 'LAMP', locationId: 'depot', quantity: RECEIVED }],
  });
  let done = 0;
  let sold = 0;
  let edits = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, shopper) => {
      for (let nr = shopper; nr < count; nr += AT_ONCE) {
        const did = await shop(new Prng(seed, `cart ${nr}`));
        sold += did.sold;
        edits += did.edits;
        done += 1;
        if (done % 1_000 === 0) console.log(`${done} carts, ${edits} edits, ${sold} units ordered`);
      }
    }),
  );
  const { replica } = town.region.agent.engine;
  const setAside = () => replica.ledger.holds.size;
  await until(() => setAside() === 0, `nothing is set aside (${setAside()} holds are left)`);
  const left = replica.canSell(LAMPS);
  const isExact = sold + left <= RECEIVED + 10;
  console.log(`${done} carts, ${edits} edits: ${sold} units ordered, ${left} left here, no hold is left`);
  if (!isExact) throw new Error(`${sold} sold and ${left} left are more than ${RECEIVED + 10}`);
} finally {
  await town.stop();
}

/** One shopper's cart, from the first line to an order or to nothing. */
async function shop(prng: Prng): Promise<{ sold: number; edits: number }> {
  const cart = await town.makeCart(prng.chance(0.5) ? { lines: [{ sku: 'LAMP', quantity: 1 }] } : {});
  const headers = { authorization: `Bearer ${cart.token}` };
  const ask = (method: string, path: string, body?: unknown) =>
    town.call(method, `/v1/carts/${cart.id}${path}`, body, headers);
  const acts = 1 + prng.below(6);
  for (let act = 0; act < acts; act += 1) {
    const quantity = 1 + prng.below(4);
    if (prng.chance(0.2)) await ask('DELETE', '/lines/LAMP');
    else if (prng.chance(0.5)) await ask('PUT', '/lines/LAMP', { quantity });
    else await ask('POST', '/lines', { sku: 'LAMP', quantity });
  }
  if (prng.chance(0.1)) {
    const { body } = await ask('GET', '');
    const [line] = body.lines as { quantity: number }[];
    const quantity = line?.quantity ?? 0;
    const total = { amountMinor: quantity * PRICE, currency: 'EUR' };
    const answers = await Promise.all([1, 2].map(() => ask('POST', '/checkout', { total, waitMs: 0 })));
    if (answers.some(({ status }) => status === 201)) return { sold: quantity, edits: acts + 1 };
  }
  await ask('DELETE', '/lines/LAMP');
  return { sold: 0, edits: acts + 1 };
}
