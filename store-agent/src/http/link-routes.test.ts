import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../root.test-kit.ts';
import { expectProblem } from './said.test-kit.ts';
import { TestShop } from './shop.test-kit.ts';

let shop: TestShop;

beforeAll(async () => {
  shop = await TestShop.start();
});

afterAll(async () => {
  await shop.stop();
});

test('[L5] an operator takes the uplink down; the till sells on, and settles when it is up again', async () => {
  const link = (body: unknown) => shop.put('/v1/link', body);
  expectProblem(await link({ state: 'sideways' }), 400, 'invalid_request');
  await until(() => shop.agent.host.parent?.state === 'up', 'the link is up');
  expect(await link({ state: 'down' })).toMatchObject({
    status: 200,
    body: { wanted: 'down', link: 'down' },
  });
  expect(await link({ state: 'down' })).toMatchObject({
    status: 200,
    body: { wanted: 'down', link: 'down' },
  });
  const status = await shop.get('/v1/status');
  expect(status.body.parent).toMatchObject({
    link: 'down',
    wanted: 'down',
    why: 'taken down here on purpose',
  });

  expect((await shop.receive('d1', 1)).status).toBe(201);
  const offline = await shop.sell({ sku: 'LAMP', quantity: 1 }, { id: 'offline' });
  expect(offline).toMatchObject({ status: 201, body: { id: 'offline', stage: 'accepted' } });
  expect(shop.agent.host.parent?.state).toBe('down');

  expect(await link({ state: 'up' })).toMatchObject({ status: 200, body: { wanted: 'up' } });
  expect((await link({ state: 'up' })).status).toBe(200);
  await until(() => shop.agent.order('offline').stage === 'settled', 'the sale settles');
});
