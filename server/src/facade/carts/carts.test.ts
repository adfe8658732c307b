/** Carts over REST, and how one becomes an order. */
import { randomUUID } from 'node:crypto';
import type { Sku } from '@tallystick/crdt';
import { addUnits, CART_LINES_MAX, fieldsOf } from '@tallystick/crdt/cart';
import { expectProblem, type Said, until } from '@tallystick/store-agent/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Doc } from 'yjs';
import { addLamps, CartTown, cartIn, type MadeCart } from '../../live/live.test-kit.ts';

let town: CartTown;

beforeAll(async () => {
  town = await CartTown.start();
});

afterEach(() => town.hangUp());

afterAll(() => town.stop());

const asked = (
  cart: MadeCart,
  method: string,
  path = '',
  body?: unknown,
  headers: Record<string, string> = {},
) =>
  town.call(method, `/v1/carts/${cart.id}${path}`, body, {
    authorization: `Bearer ${cart.token}`,
    ...headers,
  });

const oneLamp = { lines: [{ sku: 'LAMP', quantity: 1 }] };
const total = (lamps: number) => ({ total: { amountMinor: lamps * 4900, currency: 'EUR' }, waitMs: 10_000 });

async function receive(quantity: number): Promise<void> {
  const lines = [{ sku: 'LAMP', locationId: 'depot', quantity }];
  const { status } = await town.call('POST', '/v1/inventory/adjustments', {
    type: 'receive',
    id: randomUUID(),
    lines,
  });
  expect(status).toBe(201);
}

describe('the calls', () => {
  test('lines are added, set and removed, and the ETag follows', async () => {
    const cart = await town.makeCart();
    const tags = new Set<string | null>();
    const read = async () => {
      const { headers, body } = await asked(cart, 'GET');
      tags.add(headers.get('etag'));
      return body.lines;
    };
    expect(await read()).toEqual([]);
    await asked(cart, 'POST', '/lines', { sku: 'LAMP', quantity: 2 });
    await asked(cart, 'POST', '/lines', { sku: 'LAMP', quantity: 2 });
    expect(await read()).toMatchObject([
      { sku: 'LAMP', quantity: 4, name: 'Desk lamp', unitPrice: { amountMinor: 4900, currency: 'EUR' } },
    ]);
    await asked(cart, 'PUT', '/lines/LAMP', { quantity: 3 });
    expect(await read()).toMatchObject([{ quantity: 3 }]);
    await asked(cart, 'DELETE', '/lines/LAMP');
    expect(await read()).toEqual([]);
    expect(tags.size).toBe(3);
    const etag = (await asked(cart, 'GET')).headers.get('etag') as string;
    const headers = { authorization: `Bearer ${cart.token}`, 'if-none-match': etag };
    expect((await fetch(`${town.region.url}/v1/carts/${cart.id}`, { headers })).status).toBe(304);
  });

  test('an edit that names another state of the cart is refused; how many there are is no such state', async () => {
    const cart = await town.makeCart(oneLamp);
    const edit = (method: string, path: string, tag: string, body?: unknown, more = {}) =>
      asked(cart, method, path, body, { 'if-match': tag, ...more });
    const tagNow = async () => (await asked(cart, 'GET')).headers.get('etag') as string;
    const old = await tagNow();
    const { headers } = await edit('PUT', '/lines/LAMP', old, { quantity: 2 });
    const tag = headers.get('etag') as string;
    expect(tag).toBe(await tagNow());
    for (const [method, path, body] of [
      ['PUT', '/lines/LAMP', { quantity: 3 }],
      ['DELETE', '/lines/LAMP'],
      ['POST', '/lines', { sku: 'LAMP', quantity: 3 }],
      ['PATCH', '', { gift: true }],
      ['POST', '/checkout', total(2)],
    ] as const) {
      expectProblem(await edit(method, path, old, body), 412, 'precondition_failed');
      expectProblem(await edit(method, path, `W/${tag}`, body), 412, 'precondition_failed');
    }
    // Goods come in: more are to be had, and this cart is what it was.
    await receive(4);
    await until(async () => (await tagNow()) !== tag, 'the hint is another');
    const keyed = { 'idempotency-key': 'tap-if' };
    const add = () => edit('POST', '/lines', `"none", ${tag}`, { sku: 'LAMP', quantity: 1 }, keyed);
    expect((await add()).status).toBe(200);
    // The same tap, heard twice: it was done, so it is not asked what it built on.
    expect((await add()).status).toBe(200);
    expect((await edit('PATCH', '', '*', { gift: true })).body).toMatchObject({
      gift: true,
      lines: [{ quantity: 3 }],
    });
    const guest = await town.makeCart(oneLamp);
    const merge = { cart: guest.id, token: guest.token };
    expectProblem(await edit('POST', '/merge', tag, merge), 412, 'precondition_failed');
    expect((await asked(guest, 'GET')).body).not.toHaveProperty('mergedInto');
    expect((await edit('POST', '/merge', await tagNow(), merge)).body.lines).toMatchObject([{ quantity: 4 }]);
    expect((await edit('POST', '/merge', tag, merge)).status).toBe(200);
    expect((await edit('POST', '/checkout', await tagNow(), total(4))).status).toBe(201);
    // Ordered already: whoever presses again gets the order.
    expect((await edit('POST', '/checkout', tag, total(4))).status).toBe(201);
  });

  test('an add with a key counts once, and the key is good for nothing else', async () => {
    const cart = await town.makeCart();
    const key = { 'idempotency-key': 'tap' };
    const line = { sku: 'LAMP', quantity: 2 };
    await Promise.all(Array.from({ length: 4 }, () => asked(cart, 'POST', '/lines', line, key)));
    expect((await asked(cart, 'GET')).body.lines).toMatchObject([{ quantity: 2 }]);
    const other = await asked(cart, 'POST', '/lines', { sku: 'LAMP', quantity: 3 }, key);
    expectProblem(other, 422, 'document_differs');
  });

  test('note, gift, delivery and customer are set and taken away', async () => {
    const cart = await town.makeCart({ note: 'one' });
    await asked(cart, 'PATCH', '', { customer: 'c-1', gift: true, note: null });
    const { body } = await asked(cart, 'GET');
    expect(body).toMatchObject({ customer: 'c-1', gift: true });
    expect(body).not.toHaveProperty('note');
  });

  test.each([
    ['POST', '/lines', { sku: 'LAMP', quantity: 0 }, 400, 'invalid_request'],
    ['POST', '/lines', { sku: 'LAMP', quantity: 1.5 }, 400, 'invalid_request'],
    ['POST', '/lines', { sku: 'NO-SUCH', quantity: 1 }, 404, 'unknown_sku'],
    ['PATCH', '', { note: 'a\u0000b' }, 400, 'invalid_request'],
    ['PATCH', '', { customer: 'Ada Byron' }, 400, 'invalid_request'],
    ['PATCH', '', { order: 'o-1' }, 400, 'invalid_request'],
    ['POST', '/checkout', {}, 400, 'invalid_request'],
    ['POST', '/merge', { cart: 'no-such-cart' }, 403, 'forbidden'],
  ] as const)('%s %s %j is %i %s', async (method, path, body, status, code) => {
    const cart = await town.makeCart();
    expectProblem(await asked(cart, method, path, body), status, code);
  });

  test('a token opens its own cart alone, and a read token only to read', async () => {
    const [cart, other] = [await town.makeCart(), await town.makeCart()];
    expectProblem(await asked({ ...cart, token: other.token }, 'GET'), 403, 'forbidden');
    expectProblem(await asked({ ...cart, token: 'a.b' }, 'GET'), 401, 'unauthenticated');
    const reader = { ...cart, token: cart.readToken };
    expect((await asked(reader, 'GET')).status).toBe(200);
    expectProblem(await asked(reader, 'POST', '/lines', { sku: 'LAMP', quantity: 1 }), 403, 'forbidden');
    expectProblem(await asked(reader, 'POST', '/checkout', total(0)), 403, 'forbidden');
  });

  test('a guest’s cart is taken over once, and is closed', async () => {
    const [mine, guest] = [await town.makeCart(oneLamp), await town.makeCart(oneLamp)];
    const body = { cart: guest.id, token: guest.token };
    const merged = await Promise.all([1, 2, 3].map(() => asked(mine, 'POST', '/merge', body)));
    expect(merged.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await asked(mine, 'GET')).body.lines).toMatchObject([{ quantity: 2 }]);
    expectProblem(await asked(guest, 'PUT', '/lines/LAMP', { quantity: 9 }), 409, 'cart_closed');
    const third = await town.makeCart();
    expectProblem(await asked(third, 'POST', '/merge', body), 409, 'cart_closed');
  });

  test('a merge that cannot be leaves the guest’s cart as it was', async () => {
    const guest = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 2 }] });
    const body = { cart: guest.id, token: guest.token };
    const ordered = await town.makeCart(oneLamp);
    expect((await asked(ordered, 'POST', '/checkout', total(1))).status).toBe(201);
    expectProblem(await asked(ordered, 'POST', '/merge', body), 409, 'cart_closed');
    const full = await town.makeCart();
    const doc = new Doc();
    await town.synced(full, doc);
    doc.transact(() => {
      for (let i = 0; i < CART_LINES_MAX; i += 1) addUnits(doc, `s${i}` as Sku, 1);
    });
    const linesOf = async (cart: MadeCart) => (await asked(cart, 'GET')).body.lines as unknown[];
    await expect.poll(() => linesOf(full)).toHaveLength(CART_LINES_MAX);
    expectProblem(await asked(full, 'POST', '/merge', body), 400, 'invalid_request');
    const { body: left } = await asked(guest, 'GET');
    expect(left).not.toHaveProperty('mergedInto');
    expect(left.lines).toMatchObject([{ sku: 'LAMP', quantity: 2 }]);
    const mine = await town.makeCart();
    expect((await asked(mine, 'POST', '/merge', body)).body.lines).toMatchObject([{ quantity: 2 }]);
  });

  test('what a device that was cut off puts into a guest’s cart after that was taken over comes too', async () => {
    await receive(5);
    const [mine, guest] = [await town.makeCart(oneLamp), await town.makeCart(oneLamp)];
    const phone = await town.synced(guest);
    phone.disconnect();
    addLamps(phone.doc, 2);
    await asked(mine, 'POST', '/merge', { cart: guest.id, token: guest.token });
    const lamps = async () => ((await asked(mine, 'GET')).body.lines as { quantity: number }[])[0]?.quantity;
    expect(await lamps()).toBe(2);
    phone.connect();
    await until(async () => (await lamps()) === 4, 'its two have come');
    expect(cartIn(phone.doc)).toMatchObject({ mergedInto: mine.id, lines: [{ quantity: 3 }] });
    await town.restart();
    addLamps(phone.doc, 1);
    await until(async () => (await lamps()) === 5, 'and a third, by another process');
    expect((await asked(mine, 'POST', '/checkout', total(5))).status).toBe(201);
    addLamps(phone.doc, 1);
    await until(async () => {
      const { body } = await asked(guest, 'GET');
      return (body.lines as { quantity: number }[])[0]?.quantity === 5;
    }, 'a fourth stays in sight');
    expect((await asked(mine, 'GET')).body.lines).toEqual([]);
  });

  test('what comes late into a guest’s cart does not fill the other one', async () => {
    const [mine, guest] = [await town.makeCart(oneLamp), await town.makeCart(oneLamp)];
    const phone = await town.synced(guest);
    await asked(mine, 'POST', '/merge', { cart: guest.id, token: guest.token });
    const linesOf = async (cart: MadeCart) => (await asked(cart, 'GET')).body.lines as { quantity: number }[];
    for (let device = 0; device < 10; device += 1) {
      const { doc } = await town.synced(mine);
      doc.transact(() => {
        for (let i = 0; i < 450; i += 1) addUnits(doc, `s${i}-${'x'.repeat(50)}` as Sku, 1);
      });
    }
    await expect.poll(async () => (await linesOf(mine)).at(-1)?.quantity).toBe(10);
    const before = await linesOf(mine);
    addLamps(phone.doc, 1);
    await expect.poll(async () => (await linesOf(guest))[0]?.quantity).toBe(2);
    expect((await asked(mine, 'PATCH', '', { gift: true })).status).toBe(200);
    expect(await linesOf(mine)).toEqual(before);
  });

  test('of two carts that are merged into each other at once one is left, with all of both', async () => {
    for (let i = 0; i < 4; i += 1) {
      const [a, b] = [await town.makeCart(oneLamp), await town.makeCart(oneLamp)];
      const merge = (into: MadeCart, { id, token }: MadeCart) =>
        asked(into, 'POST', '/merge', { cart: id, token });
      const both = await Promise.all([merge(a, b), merge(b, a)]);
      expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
      const stays = both[0]?.status === 200 ? a : b;
      expect((await asked(stays, 'GET')).body.lines).toMatchObject([{ quantity: 2 }]);
    }
  });

  test('a guest’s cart is ordered or taken over, however close they come', async () => {
    for (let i = 0; i < 4; i += 1) {
      const [mine, guest] = [await town.makeCart(), await town.makeCart(oneLamp)];
      const order = () => asked(guest, 'POST', '/checkout', total(1));
      const merge = () => asked(mine, 'POST', '/merge', { cart: guest.id, token: guest.token });
      const both = await Promise.all(i % 2 === 0 ? [order(), merge()] : [merge(), order()]);
      expect(both.map(({ status }) => (status === 409 ? 'closed' : 'done')).toSorted()).toEqual([
        'closed',
        'done',
      ]);
      const { body: left } = await asked(guest, 'GET');
      expect('order' in left).toBe(!('mergedInto' in left));
      expect((await asked(mine, 'GET')).body.lines).toHaveLength('order' in left ? 0 : 1);
    }
  });
});

describe('checkout', () => {
  test('pressed on three devices at once, it is one order, and each of them gets it', async () => {
    const cart = await town.makeCart({ ...oneLamp, customer: 'c-1', note: 'ring twice' });
    const pressed = await Promise.all([1, 2, 3].map(() => asked(cart, 'POST', '/checkout', total(1))));
    expect(pressed.map(({ status }) => status)).toEqual([201, 201, 201]);
    const [{ body: first }] = pressed as [Said];
    expect(first).toMatchObject({
      customer: 'c-1',
      note: 'ring twice',
      lines: [{ sku: 'LAMP', quantity: 1 }],
    });
    expect(new Set(pressed.map(({ body }) => body.id)).size).toBe(1);
    expect(pressed.filter(({ headers }) => headers.has('idempotent-replayed'))).toHaveLength(2);
    expect((await asked(cart, 'GET')).body).toMatchObject({ order: first.id, lines: [] });
    expectProblem(await asked(cart, 'POST', '/lines', { sku: 'LAMP', quantity: 1 }), 409, 'cart_closed');
  });

  test('a price that the shopper did not see orders nothing', async () => {
    const cart = await town.makeCart(oneLamp);
    expectProblem(await asked(cart, 'POST', '/checkout', total(2)), 409, 'cart_changed');
    const dollars = { total: { amountMinor: 4900, currency: 'USD' } };
    expectProblem(await asked(cart, 'POST', '/checkout', dollars), 409, 'cart_changed');
    expectProblem(await asked(await town.makeCart(), 'POST', '/checkout', total(0)), 409, 'cart_empty');
    expect((await asked(cart, 'GET')).body).not.toHaveProperty('order');
  });

  test('more than there is is refused, and the cart stays open', async () => {
    const cart = await town.makeCart({ lines: [{ sku: 'LAMP', quantity: 1_000 }] });
    const answer = await asked(cart, 'POST', '/checkout', { ...total(1_000), waitMs: 100 });
    expectProblem(answer, 409, 'insufficient_stock');
    await asked(cart, 'PUT', '/lines/LAMP', { quantity: 1 });
    expect((await asked(cart, 'POST', '/checkout', total(1))).status).toBe(201);
  });

  test('what a device adds that was not ordered stays in sight', async () => {
    const cart = await town.makeCart(oneLamp);
    const phone = await town.synced(cart);
    phone.disconnect();
    addLamps(phone.doc, 2);
    expect((await asked(cart, 'POST', '/checkout', total(1))).status).toBe(201);
    phone.connect();
    await until(() => cartIn(phone.doc).order !== undefined, 'the phone hears of the order');
    await until(async () => {
      const { body } = await asked(cart, 'GET');
      return (body.lines as { quantity: number }[])[0]?.quantity === 2;
    }, 'two are left over');
    expect(cartIn(phone.doc).lines).toMatchObject([{ quantity: 2 }]);
  });

  test('an order that is in the journal closes its cart, also where the region stopped in between', async () => {
    const cart = await town.makeCart(oneLamp);
    const id = `${cart.id}~order`;
    // As a region that was killed between the two leaves it: the order is there, and the cart says nothing.
    const order = await town.call('POST', '/v1/orders', {
      id,
      lines: [{ sku: 'LAMP', quantity: 1 }],
      waitMs: 10_000,
    });
    expect(order.status).toBe(201);
    const pressed = await asked(cart, 'POST', '/checkout', total(1));
    expect(pressed.headers.get('idempotent-replayed')).toBe('true');
    expect(pressed.body.id).toBe(id);
    const { doc } = await town.synced(cart);
    expect(fieldsOf(doc).get('order')).toBe(id);
  });
});
