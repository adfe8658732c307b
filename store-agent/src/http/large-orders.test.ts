/** Orders as large as they may be. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectProblem } from './said.test-kit.ts';
import { TestShop } from './shop.test-kit.ts';

let shop: TestShop;

beforeAll(async () => {
  shop = await TestShop.start();
});

afterAll(async () => {
  await shop.stop();
});

test('10,000 lines are an order like any other, and it is read again after a restart', async () => {
  await shop.receive('d2', 10_001);
  const lines = Array.from({ length: 10_000 }, () => ({ sku: 'LAMP', quantity: 1 }));
  expect((await shop.post('/v1/sales', { id: 'large', lines })).status).toBe(201);
  const order = await shop.get('/v1/orders/large');
  expect(order.body.lines).toHaveLength(10_000);
  const reason = '€'.repeat(170);
  const loss = await shop.post('/v1/losses', { id: 'l2', reason, lines: [{ sku: 'LAMP', quantity: 1 }] });
  expect(loss.status).toBe(201);
  await shop.restart();
  expect((await shop.journal.verify()).problems).toEqual([]);
  expect((await shop.get('/v1/orders/large')).body.lines).toHaveLength(10_000);
});

test('cancelling different lines of one order are different acts, however long their ids', async () => {
  const long = (n: number) => `${'l'.repeat(120)}-${n}`;
  await shop.receive('d3', 5);
  const hold = await shop.post('/v1/holds', { ttlMs: 60_000, lines: [{ sku: 'LAMP', quantity: 2 }] });
  expect(hold.status).toBe(201);
  const first = { reason: 'x', lineIds: [long(1)] };
  const again = { reason: 'x', lineIds: [long(2)] };
  const lines = [1, 2].map((n) => ({ lineId: long(n), sku: 'LAMP', quantity: 1 }));
  await shop.post('/v1/sales', { id: 'c1', lines });
  const answers = [
    await shop.post('/v1/orders/c1/cancel', first),
    await shop.post('/v1/orders/c1/cancel', again),
  ];
  // Sold over the counter: both are refused for what they are, and neither for the other's id.
  for (const answer of answers) expectProblem(answer, 409, 'already_departed');
});
