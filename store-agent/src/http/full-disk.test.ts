import type { PoolId } from '@tallystick/crdt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../root.test-kit.ts';
import { expectProblem, type Said } from './said.test-kit.ts';
import { TestShop } from './shop.test-kit.ts';

let shop: TestShop;

beforeAll(async () => {
  shop = await TestShop.start();
});

afterAll(async () => {
  await shop.stop();
});

test('[D3] a full disk: selling stops with 503, reading goes on, and selling resumes when there is room', async () => {
  await shop.receive('d4', 100_000);
  expect((await shop.sell({ sku: 'LAMP', quantity: 1 }, { id: 'before-full' })).status).toBe(201);
  shop.journal.setPagesMax(1);
  let acked = 0;
  let answer: Said;
  for (;;) {
    answer = await shop.sell({ sku: 'LAMP', quantity: 1 }, { id: `full-${acked}`, note: 'n'.repeat(400) });
    if (answer.status !== 201) break;
    acked += 1;
  }
  expectProblem(answer, 503, 'read_only');
  expect(answer.body.detail).toMatch(/Nothing is sold until/);
  expectProblem(await shop.sell({ sku: 'LAMP', quantity: 1 }), 503, 'read_only');
  expectProblem(await shop.receive('d5', 1), 503, 'read_only');

  const read = async () => {
    const order = await shop.get('/v1/orders/before-full');
    const stock = await shop.get('/v1/stock/LAMP');
    const ready = await shop.get('/readyz');
    const log = await shop.get('/v1/journal');
    return [order.status, stock.status, log.status, ready.status, ready.body.why];
  };
  const whileFull = [200, 200, 200, 503, expect.stringMatching(/disk .* full/)];
  expect(await read()).toEqual(whileFull);
  // Also after the first attempt to go on, which finds no room.
  await until(
    async () => String((await read())[4]).includes('still full'),
    'the agent looked for room in vain',
  );
  expect(await read()).toEqual(whileFull);

  shop.journal.setPagesMax(1_000_000);
  await until(() => shop.agent.engine.state === 'running', 'the agent goes on');
  // The sale that was refused can be sent again under its id, and is one sale.
  expect((await shop.sell({ sku: 'LAMP', quantity: 1 }, { id: `full-${acked}` })).status).toBe(201);
  expect(shop.agent.engine.replica.ledger.self.row('LAMP@berlin' as PoolId).used).toBe(1 + acked + 1);
  expect((await shop.journal.verify()).problems).toEqual([]);
});
