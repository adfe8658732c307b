/** "Order" pressed on stock clients that were cut off: one order at most, for what the shopper saw it cost. */
import { join } from 'node:path';
import { pressCheckout, pressesOf } from '@tallystick/crdt/cart';
import { until } from '@tallystick/store-agent/test-kit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { CartFile } from '../../live/cart-file.ts';
import { addLamps, CartTown, cartIn, type MadeCart } from '../../live/live.test-kit.ts';

const PRICE = 4_900;
const euros = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
let town: CartTown;

beforeAll(async () => {
  town = await CartTown.start();
});

afterEach(() => town.hangUp());

afterAll(() => town.stop());

const orderOf = (cart: MadeCart) => `${cart.id}~order`;
const isOrdered = (cart: MadeCart) =>
  town.region.agent.engine.replica.ledger.documentEntry('order', orderOf(cart)) !== undefined;

async function offline(cart: MadeCart, count: number) {
  const devices = await Promise.all(Array.from({ length: count }, () => town.synced(cart)));
  for (const device of devices) device.disconnect();
  return devices;
}

test('pressed on three devices that were cut off, it is one order', async () => {
  const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 1 }] });
  const devices = await offline(cart, 3);
  for (const { doc } of devices) pressCheckout(doc, euros(PRICE));
  expect(isOrdered(cart)).toBe(false);
  for (const device of devices) device.connect();
  const isClosed = ({ doc }: { doc: Y.Doc }) =>
    cartIn(doc).order === orderOf(cart) && cartIn(doc).presses === undefined;
  await until(() => devices.every(isClosed), 'all devices see the order, and nobody waits');
  const { body } = await town.call('GET', `/v1/orders/${encodeURIComponent(orderOf(cart))}`);
  expect(body).toMatchObject({ lines: [{ sku: 'LAMP', quantity: 1 }] });
  expect(cartIn((devices[0] as { doc: Y.Doc }).doc)).toEqual({ lines: [], order: orderOf(cart) });
});

test('a price that changed meanwhile needs another press', async () => {
  const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 1 }] });
  const [phone, laptop] = (await offline(cart, 2)) as [WebsocketProvider, WebsocketProvider];
  pressCheckout(phone.doc, euros(PRICE));
  await town.price(5_200);
  try {
    phone.connect();
    await until(() => cartIn(phone.doc).refused !== undefined, 'the phone is asked');
    expect(cartIn(phone.doc)).toMatchObject({
      refused: { code: 'cart_changed', total: euros(5_200) },
      lines: [{ sku: 'LAMP', quantity: 1 }],
    });
    expect(isOrdered(cart)).toBe(false);
    // The laptop never heard of it, and asks for nothing.
    expect(cartIn(laptop.doc).presses).toBeUndefined();
    pressCheckout(phone.doc, euros(5_200));
    await until(() => cartIn(phone.doc).order === orderOf(cart), 'it is ordered');
    expect(cartIn(phone.doc).refused).toBeUndefined();
  } finally {
    await town.price(PRICE);
  }
});

test('what another device added meanwhile needs another press too', async () => {
  const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 1 }] });
  const [phone, laptop] = (await offline(cart, 2)) as [WebsocketProvider, WebsocketProvider];
  pressCheckout(phone.doc, euros(PRICE));
  addLamps(laptop.doc, 1);
  laptop.connect();
  await until(async () => {
    const { body } = await town.call('GET', `/v1/carts/${cart.id}`, undefined, {
      authorization: `Bearer ${cart.token}`,
    });
    return (body.lines as { quantity: number }[])[0]?.quantity === 2;
  }, 'the laptop was heard');
  phone.connect();
  await until(() => cartIn(phone.doc).refused?.total?.amountMinor === 2 * PRICE, 'the phone is asked');
  expect(isOrdered(cart)).toBe(false);
});

test('too few of them: the shopper is told, and the cart stays open', async () => {
  const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 1_000 }] });
  const { doc } = await town.synced(cart);
  pressCheckout(doc, euros(1_000 * PRICE));
  await until(() => cartIn(doc).refused?.code === 'insufficient_stock', 'it is refused');
  expect(cartIn(doc)).toMatchObject({ lines: [{ quantity: 1_000 }] });
  expect(cartIn(doc).order).toBeUndefined();
});

test('nobody presses for somebody else', async () => {
  const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 1 }] });
  const forger = await town.synced(cart);
  const friend = await town.synced(cart);
  let isTurnedAway = false;
  forger.once('connection-close', () => {
    isTurnedAway = true;
  });
  pressesOf(forger.doc).set(String(friend.doc.clientID), euros(PRICE));
  await until(() => isTurnedAway, 'it is turned away');
  expect(isOrdered(cart)).toBe(false);
  expect(cartIn(friend.doc).presses).toBeUndefined();
});

test('pressed and saved, and then the region was killed: it is ordered though nobody comes back', async () => {
  const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 1 }] });
  const { doc } = await town.synced(cart);
  town.hangUp();
  const before = Y.encodeStateVector(doc);
  pressCheckout(doc, euros(PRICE));
  const port = Number(new URL(town.region.url).port);
  await town.region.stop();
  // As a region that was killed right after its commit leaves it.
  const file = new CartFile(join(town.regionFolder, 'carts.db'));
  const stored = file.load(cart.id) as { nr: number };
  const update = { nr: stored.nr, bytes: Y.encodeStateAsUpdate(doc, before) };
  file.commit({ updates: [update], whole: [], pressed: [{ nr: stored.nr, isPressed: true }] }, Date.now());
  file.close();
  await town.open(port);
  await until(() => isOrdered(cart), 'it is ordered');
});
