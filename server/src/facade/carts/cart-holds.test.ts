/** What is in a cart is set aside for its shopper, and given back once. */
import type { PoolId } from '@tallystick/crdt';
import { expectProblem, until } from '@tallystick/store-agent/test-kit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addLamps, CartTown, type MadeCart } from '../../live/live.test-kit.ts';

const LAMPS = 'LAMP@depot' as PoolId;
let town: CartTown;

beforeAll(async () => {
  town = await CartTown.start({ holdMs: 60_000 });
});

afterEach(() => town.hangUp());

afterAll(() => town.stop());

const asked = (cart: MadeCart, method: string, path = '', body?: unknown) =>
  town.call(method, `/v1/carts/${cart.id}${path}`, body, { authorization: `Bearer ${cart.token}` });

/** Units that the region has set aside, over all holds. */
function setAside(): number {
  let sum = 0;
  for (const { lines } of town.region.agent.engine.replica.ledger.holds.values())
    for (const { pool, n } of lines) if (pool === LAMPS) sum += n;
  return sum;
}

const holds = (n: number) => until(() => setAside() === n, `${n} lamps are set aside`);
const total = (lamps: number) => ({ total: { amountMinor: lamps * 4900, currency: 'EUR' }, waitMs: 10_000 });

test('a hold follows its line, whoever edits it, and says so', async () => {
  const cart = await town.makeCart();
  const phone = await town.synced(cart);
  addLamps(phone.doc, 3);
  await holds(3);
  await asked(cart, 'PUT', '/lines/LAMP', { quantity: 5 });
  await holds(5);
  expect((await asked(cart, 'GET')).body.lines).toMatchObject([{ quantity: 5, held: 5 }]);
  await asked(cart, 'PUT', '/lines/LAMP', { quantity: 2 });
  await holds(2);
  await asked(cart, 'DELETE', '/lines/LAMP');
  await holds(0);
});

test('what a cart is made with is set aside too', async () => {
  const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 2 }] });
  await holds(2);
  await asked(cart, 'DELETE', '/lines/LAMP');
  await holds(0);
});

test('what one cart holds no other can have, and its own checkout is not in its own way', async () => {
  const [mine, other] = [await town.makeCart(), await town.makeCart()];
  await asked(mine, 'PUT', '/lines/LAMP', { quantity: 8 });
  await holds(8);
  await asked(other, 'PUT', '/lines/LAMP', { quantity: 3 });
  expectProblem(
    await asked(other, 'POST', '/checkout', { ...total(3), waitMs: 0 }),
    409,
    'insufficient_stock',
  );
  expect((await asked(other, 'GET')).body.lines).toMatchObject([{ quantity: 3, held: 0 }]);
  const pressed = await Promise.all([1, 2, 3].map(() => asked(mine, 'POST', '/checkout', total(8))));
  expect(pressed.map(({ status }) => status)).toEqual([201, 201, 201]);
  await holds(0);
  // Ten came in, and eight were sold once.
  const region = town.region.agent.engine.replica;
  await asked(other, 'PUT', '/lines/LAMP', { quantity: 2 });
  await holds(2);
  expect(region.canSell(LAMPS)).toBe(0);
  await asked(other, 'DELETE', '/lines/LAMP');
  await holds(0);
});

test('a checkout that is refused keeps what was held', async () => {
  const cart = await town.makeCart();
  await asked(cart, 'PUT', '/lines/LAMP', { quantity: 1 });
  await holds(1);
  await asked(cart, 'PUT', '/lines/LAMP', { quantity: 50 });
  expectProblem(
    await asked(cart, 'POST', '/checkout', { ...total(50), waitMs: 0 }),
    409,
    'insufficient_stock',
  );
  await asked(cart, 'PUT', '/lines/LAMP', { quantity: 1 });
  await holds(1);
  await asked(cart, 'DELETE', '/lines/LAMP');
  await holds(0);
});

test('holds are known again after a restart', async () => {
  const cart = await town.makeCart();
  await asked(cart, 'PUT', '/lines/LAMP', { quantity: 2 });
  await holds(2);
  await town.restart();
  expect(setAside()).toBe(2);
  await asked(cart, 'PUT', '/lines/LAMP', { quantity: 1 });
  await holds(1);
  await asked(cart, 'DELETE', '/lines/LAMP');
  await holds(0);
});

test('after many carts that were edited at random and emptied, nothing is set aside', async () => {
  const carts = await Promise.all(Array.from({ length: 20 }, () => town.makeCart()));
  let state = 5;
  const pick = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < 10; i += 1) {
    await Promise.all(
      carts.map((cart) =>
        pick(4) === 0
          ? asked(cart, 'DELETE', '/lines/LAMP')
          : asked(cart, 'PUT', '/lines/LAMP', { quantity: 1 + pick(3) }),
      ),
    );
    expect(setAside()).toBeLessThanOrEqual(10);
  }
  await Promise.all(carts.map((cart) => asked(cart, 'DELETE', '/lines/LAMP')));
  await holds(0);
});
