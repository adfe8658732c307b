/** The SDK's carts in Node against a real region: what a device does offline, and what "saved" means. */
import { type CartSnapshot, type Client, createClient, type LiveCart } from '@tallystick/client-sdk';
import { CartTown, until } from '@tallystick/server/test-kit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';

let town: CartTown;
beforeAll(async () => {
  town = await CartTown.start();
});
afterAll(() => town.stop());

function open(): Client {
  const client = createClient({ url: town.region.url, webSocket: WebSocket });
  onTestFinished(() => client.close());
  return client;
}

/** A cart on so many devices, each a client of its own that shows it. */
async function devices(count: number): Promise<LiveCart[]> {
  const made = await open().post('/v1/carts');
  return Array.from({ length: count }, () => {
    const cart = open().cart(made.cart.id, { token: made.token });
    onTestFinished(cart.subscribe(() => {}));
    return cart;
  });
}

const lines = (cart: LiveCart) => cart.getSnapshot().lines.map(({ sku, quantity }) => `${quantity} ${sku}`);
const shows = (cart: LiveCart, is: (now: CartSnapshot) => boolean, what: string) =>
  until(() => is(cart.getSnapshot()), what);

test('devices see each other’s edits, and each shows when its own are on the region’s disk', async () => {
  const [one, two] = (await devices(2)) as [LiveCart, LiveCart];
  const states: string[] = [];
  one.subscribe(() => states.push(one.getSnapshot().state));
  await one.add('LAMP', 2);
  expect(lines(one)).toEqual(['2 LAMP']);
  await one.saved();
  await two.add('LAMP');
  await two.set('MUG', 4);
  await two.setFields({ note: 'ring twice', gift: true });
  await two.saved();
  await until(() => lines(one).join() === '3 LAMP,4 MUG', 'the other device shows all of it');
  await two.setFields({ note: undefined });
  await two.remove('MUG');
  await two.saved();
  await until(() => lines(one).join() === '3 LAMP', 'the line is gone there too');
  await shows(one, ({ note, gift }) => note === undefined && gift === true, 'the note is gone there too');
  expect(states).toContain('saving');
  await shows(one, ({ lines: [line] }) => line?.hint?.available === 10, 'the region says how many there are');
});

test('what is done while the region is away is kept, merged, and saved when it is back', async () => {
  const [one, two] = (await devices(2)) as [LiveCart, LiveCart];
  await one.add('LAMP', 2);
  await one.saved();
  await until(() => lines(two).join() === '2 LAMP', 'both know of two lamps');
  await town.restart(async () => {
    for (const cart of [one, two]) await shows(cart, ({ state }) => state === 'offline', 'it is cut off');
    await one.set('LAMP', 10);
    await two.add('LAMP', 3);
    expect([lines(one), lines(two)]).toEqual([['10 LAMP'], ['5 LAMP']]);
    expect(one.getSnapshot()).toMatchObject({ state: 'offline', hasUnsaved: true });
  });
  await Promise.all([one.saved(), two.saved()]);
  await until(
    () => lines(one).join() === '13 LAMP' && lines(two).join() === '13 LAMP',
    'a set and an add merge',
  );
});

test('“order” pressed while the region is away is answered when it is back', async () => {
  const [cart] = (await devices(1)) as [LiveCart];
  await cart.add('LAMP');
  await cart.saved();
  await town.restart(async () => {
    await shows(cart, ({ state }) => state === 'offline', 'it is cut off');
    await cart.checkout({ amountMinor: 1, currency: 'EUR' });
    expect(cart.getSnapshot().isPressed).toBe(true);
  });
  await shows(
    cart,
    ({ isPressed, refused }) => !isPressed && refused?.code === 'cart_changed',
    'it is answered',
  );
});

test('a cart that cannot be opened says why, and does not knock again', async () => {
  const [cart] = (await devices(1)) as [LiveCart];
  const stranger = open().cart(cart.id, { token: 'not.mine' });
  await stranger.add('LAMP');
  await expect(stranger.saved()).rejects.toMatchObject({ code: 'unauthenticated', retryable: false });
  expect(lines(stranger)).toEqual(['1 LAMP']);
});

test('another token opens the line that was given up for the former, with what was done meanwhile', async () => {
  const made = await open().post('/v1/carts');
  const client = open();
  const cart = client.cart(made.cart.id, { token: 'not.mine' });
  onTestFinished(cart.subscribe(() => {}));
  await cart.add('LAMP');
  await shows(cart, ({ error }) => error?.code === 'unauthenticated', 'it is refused');
  expect(client.cart(made.cart.id, { token: made.token })).toBe(cart);
  await cart.add('LAMP', 2);
  await cart.saved();
  expect(cart.getSnapshot()).toMatchObject({ state: 'saved', lines: [{ quantity: 3 }] });
  expect(cart.getSnapshot().error).toBeUndefined();
});

test('a token that no line can send says so, and the right one is taken then', async () => {
  const made = await open().post('/v1/carts');
  const client = open();
  const cart = client.cart(made.cart.id, { token: 'the token' });
  onTestFinished(cart.subscribe(() => {}));
  await expect(cart.add('LAMP')).rejects.toMatchObject({ code: 'invalid_token', retryable: false });
  expect(cart.getSnapshot().error).toMatchObject({ code: 'invalid_token' });
  client.cart(made.cart.id, { token: made.token });
  await cart.add('LAMP');
  await cart.saved();
});

test('what no cart can hold is refused here', async () => {
  const [cart] = (await devices(1)) as [LiveCart];
  await expect(cart.add('LAMP', 1.5)).rejects.toThrow(RangeError);
  await expect(cart.add('a lamp')).rejects.toThrow(RangeError);
  const client = createClient({ url: town.region.url });
  await client.close();
  await expect(client.cart(cart.id, { token: 't' }).add('LAMP')).rejects.toMatchObject({ code: 'closed' });
});

test('the client shows the state of all its carts, and lets go of a line that nobody needs', async () => {
  let sockets = 0;
  class Counted extends WebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols);
      sockets += 1;
      this.once('close', () => {
        sockets -= 1;
      });
    }
  }
  const client = createClient({ url: town.region.url, webSocket: Counted });
  onTestFinished(() => client.close());
  const { cart: made, token } = await client.post('/v1/carts');
  const cart = client.cart(made.id, { token });
  expect(client.cart(made.id)).toBe(cart);
  expect(client.sync.getSnapshot()).toEqual({ state: 'saved', unsavedCarts: 0 });
  const stop = client.sync.subscribe(() => {});
  await cart.add('LAMP');
  expect(client.sync.getSnapshot()).toEqual({ state: 'offline', unsavedCarts: 1 });
  await cart.saved();
  expect(client.sync.getSnapshot()).toEqual({ state: 'saved', unsavedCarts: 0 });
  expect(sockets).toBe(1);
  await until(() => sockets === 0, 'the line is let go');
  stop();
});
