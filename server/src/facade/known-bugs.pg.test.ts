/** Bugs that other people shipped, each as a test: what they lost sleep over does not happen here. */
import { expectProblem, type Said, said } from '@tallystick/store-agent/test-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestFleet } from '../authority/fleet.test-kit.ts';
import { createTestDatabase } from '../authority/postgres/database.test-kit.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
const fleet = new TestFleet();
let made = 0;

async function call(method: string, path: string, body?: unknown): Promise<Said> {
  const init = { method, headers: body === undefined ? {} : { 'content-type': 'application/json' } };
  const url = `${fleet.served.get('eu')?.url}${path}`;
  return said(await fetch(url, body === undefined ? init : { ...init, body: JSON.stringify(body) }));
}

/** A product of its own for each test, with so many units at the depot. */
async function stocked(quantity: number): Promise<string> {
  made += 1;
  const sku = `BUG-${made}`;
  expect((await call('POST', '/v1/products', { sku, names: { en: sku }, prices: { EUR: 100 } })).status).toBe(
    201,
  );
  const lines = [{ sku, locationId: 'depot', quantity }];
  const delivery = { id: `delivery-${sku}`, type: 'receive', lines };
  expect((await call('POST', '/v1/inventory/adjustments', delivery)).status).toBe(201);
  return sku;
}

const lineOf = (sku: string, quantity: number) => ({ sku, quantity, locationId: 'depot' });
const orderOf = (id: string, sku: string, quantity: number) => ({
  id,
  lines: [lineOf(sku, quantity)],
  waitMs: 10_000,
});

/** What the books say was sold of a SKU, order by order, once they have heard of so many orders. */
async function booked(sku: string, orders: number): Promise<string[]> {
  const { pool } = (fleet.authorities[0] as (typeof fleet.authorities)[number]).authority;
  const read = async () => {
    const { rows } = await pool.query<{ line: string }>(
      `select order_id || ' ' || sum(quantity - cancelled) as line from tallystick.order_lines where sku = $1 group by order_id order by 1`,
      [sku],
    );
    return rows.map(({ line }) => line);
  };
  await expect.poll(async () => (await read()).length, { timeout: 20_000, interval: 20 }).toBe(orders);
  return read();
}

beforeAll(async () => {
  database = await createTestDatabase();
  await fleet.open(database);
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'eu', 'depot');
});
afterAll(async () => {
  await fleet.stop();
  await database.drop();
});

describe('bugs other people shipped', () => {
  test('the same SKU twice in one order, each line checked alone (medusajs/medusa#16502)', async () => {
    const sku = await stocked(5);
    const twice = { id: `twice-${sku}`, lines: [lineOf(sku, 3), lineOf(sku, 3)], waitMs: 10_000 };
    const refused = await call('POST', '/v1/orders', twice);
    expectProblem(refused, 409, 'insufficient_stock');
    expect(refused.body.items).toMatchObject([{ sku, requested: 6 }]);
    const held = { id: `held-${sku}`, ttlMs: 60_000, lines: twice.lines, waitMs: 0 };
    expectProblem(await call('POST', '/v1/holds', held), 409, 'insufficient_stock');
    const fits = { ...twice, id: `fits-${sku}`, lines: [lineOf(sku, 3), lineOf(sku, 2)] };
    expect((await call('POST', '/v1/orders', fits)).status).toBe(201);
    expect(await booked(sku, 1)).toEqual([`fits-${sku} 5`]);
  });

  test('two requests at once reserve the last unit (medusajs/medusa#16569, saleor/saleor#543, inventree/InvenTree PR #12478)', async () => {
    const sku = await stocked(1);
    const asked = Array.from({ length: 12 }, (_, i) =>
      i % 2 === 0
        ? call('POST', '/v1/orders', { ...orderOf(`race-${i}-${sku}`, sku, 1), waitMs: 10_000 })
        : call('POST', '/v1/holds', {
            id: `race-${i}-${sku}`,
            ttlMs: 60_000,
            lines: [lineOf(sku, 1)],
            waitMs: 10_000,
          }),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 201) expectProblem(answer, 409, 'insufficient_stock');
  });

  test('stock checked at the cart, taken at payment (vendurehq/vendure#1738, #3065): what is held is taken already', async () => {
    const sku = await stocked(2);
    const hold = { id: `cart-${sku}`, ttlMs: 60_000, lines: [lineOf(sku, 2)], waitMs: 10_000 };
    expect((await call('POST', '/v1/holds', hold)).status).toBe(201);
    expectProblem(
      await call('POST', '/v1/orders', { ...orderOf(`other-${sku}`, sku, 1), waitMs: 0 }),
      409,
      'insufficient_stock',
    );
    expect((await call('POST', `/v1/holds/cart-${sku}/confirm`)).status).toBe(201);
    expect(await booked(sku, 1)).toEqual([`cart-${sku} 2`]);
  });

  test('a shopper blocked by the shopper’s own hold (woocommerce/woocommerce#67354, Sylius/Sylius#3573)', async () => {
    const sku = await stocked(1);
    const hold = { id: `own-${sku}`, ttlMs: 60_000, lines: [lineOf(sku, 1)], waitMs: 10_000 };
    expect((await call('POST', '/v1/holds', hold)).status).toBe(201);
    const again = await call('POST', '/v1/holds', hold);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    const bought = await call('POST', `/v1/holds/own-${sku}/confirm`, { id: `bought-${sku}` });
    expect(bought).toMatchObject({
      status: 201,
      body: { id: `bought-${sku}`, lines: [{ sku, quantity: 1 }] },
    });
  });

  test('the loser of a race touches what the winner has (medusajs/medusa PR #15527)', async () => {
    const sku = await stocked(1);
    // The region has the unit's right: who comes first has it, and nobody waits.
    const before = { id: `before-${sku}`, ttlMs: 60_000, waitMs: 10_000, lines: [lineOf(sku, 1)] };
    expect((await call('POST', '/v1/holds', before)).status).toBe(201);
    expect((await call('POST', `/v1/holds/before-${sku}/release`)).status).toBe(200);
    const [one, two] = await Promise.all(
      ['one', 'two'].map((name) =>
        call('POST', '/v1/orders', { ...orderOf(`${name}-${sku}`, sku, 1), waitMs: 10_000 }),
      ),
    );
    const [winner, loser] = (one as Said).status === 201 ? ['one', 'two'] : ['two', 'one'];
    expect([(one as Said).status, (two as Said).status].sort()).toEqual([201, 409]);
    expectProblem(await call('POST', `/v1/orders/${loser}-${sku}/cancel`), 404, 'unknown_order');
    expect(await call('GET', `/v1/orders/${winner}-${sku}`)).toMatchObject({
      status: 200,
      body: { status: 'confirmed' },
    });
    expect(await booked(sku, 1)).toEqual([`${winner}-${sku} 1`]);
  });

  test('an offline order lost, or there twice (odoo/odoo#125037, #60939, frappe/erpnext#11000, #11745): sent until it is heard, it is there once', async () => {
    const sku = await stocked(20);
    const url = `${fleet.served.get('eu')?.url}/v1/orders`;
    const orders = Array.from({ length: 6 }, (_, i) => orderOf(`off-${i}-${sku}`, sku, 1));
    const post = (order: object, signal?: AbortSignal) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(order),
        ...(signal === undefined ? {} : { signal }),
      });
    await Promise.all(
      orders.map(async (order) => {
        const lost = new AbortController();
        const unheard = post(order, lost.signal).catch(() => undefined);
        // Sent again while the first one is still under way, and its answer is never heard.
        const heard = await Promise.all([post(order), post(order)]);
        lost.abort();
        await unheard;
        expect(heard.map(({ status }) => status)).toEqual([201, 201]);
      }),
    );
    expect(await booked(sku, orders.length)).toEqual(orders.map(({ id }) => `${id} 1`));
  });

  test('one bad order stops the whole upload (frappe/erpnext PR #11230): of a batch in parts, it alone is refused', async () => {
    const sku = await stocked(5);
    const orders = [
      { id: `good-1-${sku}`, lines: [lineOf(sku, 1)] },
      { id: `unknown-${sku}`, lines: [lineOf('NO-SUCH', 1)] },
      { id: `greedy-${sku}`, lines: [lineOf(sku, 1_000)] },
      { id: `good-2-${sku}`, lines: [lineOf(sku, 2)] },
    ];
    const { status, body } = await call('POST', '/v1/orders/batch?partial=true', { orders, waitMs: 10_000 });
    expect(status).toBe(207);
    expect(body.results).toMatchObject([
      { status: 201 },
      { status: 404, problem: { code: 'unknown_sku' } },
      { status: 409, problem: { code: 'insufficient_stock' } },
      { status: 201 },
    ]);
    expect(await booked(sku, 2)).toEqual([`good-1-${sku} 1`, `good-2-${sku} 2`]);
  });

  test('a paid offline order set back to draft by sync (odoo/odoo PR #288974): what is sent again changes nothing', async () => {
    const sku = await stocked(3);
    const paid = [{ method: 'cash', amountMinor: 100, currency: 'EUR' }];
    const order = { id: `paid-${sku}`, lines: [{ ...lineOf(sku, 1), lineId: 'a' }], payments: paid };
    expect((await call('POST', '/v1/orders', order)).status).toBe(201);
    for (const status of ['shipped', 'delivered'])
      expect((await call('PUT', `/v1/orders/${order.id}/status`, { status })).status).toBeLessThan(300);
    const before = (await call('GET', `/v1/orders/${order.id}`)).body;
    expect(before).toMatchObject({ status: 'delivered', payments: paid });
    // As a till does that never heard that it was taken; then as one that has lost what it knew of the payment.
    const again = await call('POST', '/v1/orders', order);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    const { payments: _, ...draft } = order;
    expectProblem(await call('POST', '/v1/orders', draft), 422, 'document_differs');
    expect((await call('GET', `/v1/orders/${order.id}`)).body).toMatchObject({
      status: 'delivered',
      payments: paid,
    });
  });

  test('500 under load where 409 was due (Sylius/Sylius#12573)', async () => {
    const sku = await stocked(10);
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, i) =>
        call('POST', '/v1/orders', { ...orderOf(`load-${i}-${sku}`, sku, 1), waitMs: 10_000 }),
      ),
    );
    const refused = answers.filter(({ status }) => status !== 201);
    for (const answer of refused) expectProblem(answer, 409, 'insufficient_stock');
    expect([answers.length - refused.length, refused.length]).toEqual([10, 110]);
    expect(await booked(sku, 10)).toHaveLength(10);
  });
});
