/** Bad input at a region's doors: each case is a clear problem, changes nothing, and is never a 500. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { PoolId } from '@tallystick/crdt';
import { readAgentConfig, type Served, serveAgent } from '@tallystick/store-agent';
import { expectProblem, said, TestRoot, until } from '@tallystick/store-agent/test-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { regionRoutes } from '../region/region.ts';

const LAMPS = 'LAMP@depot' as PoolId;

let root: TestRoot;
let region: Served;
let depot: Served;

const get = async (path: string) => said(await fetch(`${region.url}${path}`));

async function send(path: string, body: string, headers: Record<string, string> = {}) {
  const all = { 'content-type': 'application/json', ...headers };
  return said(await fetch(`${region.url}${path}`, { method: 'POST', headers: all, body }));
}

/** With any method: `fetch` takes no TRACE. */
async function rawly(method: string, path: string) {
  const asked = request(`${region.url}${path}`, { method }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, text: await text(answer) };
}

const post = (path: string, body: unknown, headers?: Record<string, string>) =>
  send(path, JSON.stringify(body), headers);

const adjust = (quantity: unknown, type = 'receive', more: object = {}) =>
  post('/v1/inventory/adjustments', {
    id: 'a1',
    type,
    lines: [{ sku: 'LAMP', locationId: 'depot', quantity }],
    ...more,
  });

/** A region under the root and a depot under the region, which keeps the goods. */
beforeAll(async () => {
  root = new TestRoot();
  await root.start();
  root.put('location', 'depot', {
    id: 'depot',
    name: 'Depot',
    kind: 'warehouse',
    keeper: 'depot',
    timeZone: 'Europe/Berlin',
    currency: 'EUR',
  });
  const quiet = { logLevel: 'silent' };
  const eu = root.addReplica('eu', 'region', 'authority', root.url, null);
  region = await serveAgent(readAgentConfig(eu, quiet), regionRoutes);
  await until(() => region.agent.unready() === undefined, 'the region is ready');
  const link = `${region.url.replace('http', 'ws')}/link`;
  depot = await serveAgent(
    readAgentConfig(root.addReplica('depot', 'warehouse', 'eu', link, 'depot'), quiet),
  );
  await until(() => depot.agent.unready() === undefined, 'the depot is ready');
  await until(() => region.agent.catalogue.keeperOf('depot' as never) === 'depot', 'the depot is known');
  expect((await adjust(10, 'receive', { id: 'opening' })).status).toBe(201);
});

const pointersOf = (answer: { body: Record<string, unknown> }) =>
  (answer.body.errors as { pointer: string }[] | undefined)?.map(({ pointer }) => pointer);

test('errors of a batch point into what was sent, and not into a part of it', async () => {
  const fine = { sku: 'LAMP', locationId: 'depot', quantity: 1 };
  const orders = [
    { id: 'p1', lines: [fine] },
    { id: 'p2', lines: [fine, { ...fine, sku: 'NO-SUCH' }, { ...fine, locationId: 'nowhere' }] },
  ];
  const at = ['/orders/1/lines/1/sku', '/orders/1/lines/2/locationId'];
  const whole = await post('/v1/orders/batch', { orders });
  expectProblem(whole, 404, 'unknown_sku');
  expect(pointersOf(whole)).toEqual(at);
  expect(whole.body.detail).toBe('Order p2: Line 2: no product has SKU NO-SUCH.');
  const each = await post('/v1/orders/batch?partial=true', { orders: orders.toReversed(), waitMs: 0 });
  const [refused] = each.body.results as { problem: Record<string, unknown> }[];
  expect(pointersOf({ body: refused?.problem as never })).toEqual([
    '/orders/0/lines/1/sku',
    '/orders/0/lines/2/locationId',
  ]);
});

test.each<[string, string, object, (code: string) => object, string]>([
  [
    'POST',
    '/v1/products',
    {},
    (code) => ({ sku: 'X', names: { en: 'x' }, prices: { [code]: 1 } }),
    '/prices/CODE',
  ],
  [
    'PUT',
    '/v1/products/X',
    { 'if-match': '*' },
    (code) => ({ names: { en: 'x' }, prices: { [code]: 1 } }),
    '/prices/CODE',
  ],
  ['PATCH', '/v1/products/X', { 'if-match': '*' }, (code) => ({ prices: { [code]: 1 } }), '/prices/CODE'],
  [
    'POST',
    '/v1/locations',
    {},
    (currency) => ({
      id: 'kiel',
      name: 'Kiel',
      kind: 'store',
      keeper: 'kiel',
      timeZone: 'Europe/Berlin',
      currency,
    }),
    '/currency',
  ],
  [
    'POST',
    '/v1/orders',
    {},
    (currency) => ({ lines: [{ sku: 'LAMP', quantity: 1 }], currency }),
    '/currency',
  ],
  [
    'POST',
    '/v1/orders',
    {},
    (currency) => ({
      lines: [{ sku: 'LAMP', quantity: 1 }],
      payments: [{ method: 'card', amountMinor: 1, currency }],
    }),
    '/payments/0/currency',
  ],
  [
    'POST',
    '/v1/carts/c/checkout',
    {},
    (currency) => ({
      total: { amountMinor: 1, currency: 'EUR' },
      payments: [{ method: 'card', amountMinor: 1, currency }],
    }),
    '/payments/0/currency',
  ],
])('%s %s takes no currency that there is not', async (method, path, headers, bodyWith, pointer) => {
  for (const code of ['ZZZ', 'ABC', 'eur', 'XXX']) {
    const answer = await fetch(`${region.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(bodyWith(code)),
    });
    const problem = await said(answer);
    expectProblem(problem, 400, 'invalid_request');
    expect(pointersOf(problem)).toEqual([pointer.replace('CODE', code)]);
  }
});

test.each([
  ['sku', { sku: 'NO-SUCH' }, 'unknown_sku'],
  ['locationId', { locationId: 'nowhere' }, 'unknown_location'],
])('an adjustment says which line has a bad %s', async (field, bad, code) => {
  const fine = { sku: 'LAMP', locationId: 'depot', quantity: 1 };
  const lines = [fine, fine, { ...fine, ...bad }];
  const refused = await post('/v1/inventory/adjustments', { id: 'p3', type: 'receive', lines });
  expectProblem(refused, 404, code);
  expect(pointersOf(refused)).toEqual([`/lines/2/${field}`]);
});

afterAll(async () => {
  await depot.stop();
  await region.stop();
  await root.stop();
});

describe('what changes nothing', () => {
  const entries = () => depot.agent.engine.replica.ledger.self.row(LAMPS).received;
  let before: number;
  beforeAll(() => {
    before = entries();
  });
  afterAll(() => {
    expect(entries()).toBe(before);
    expect(region.agent.engine.replica.ledger.self.row(LAMPS).used).toBe(0);
  });

  test.each(['0', '-1', '-0', '1.5', '2147483648', '1e300', '1e999', '"1"', 'null', '[]', 'true'])(
    'a quantity of %s is named by its place',
    async (quantity) => {
      const lines = `"lines":[{"sku":"LAMP","locationId":"depot","quantity":${quantity}}]`;
      const order = await send('/v1/orders', `{${lines}}`);
      expectProblem(order, 400, 'invalid_request');
      expect(order.body.errors).toContainEqual(expect.objectContaining({ pointer: '/lines/0/quantity' }));
      const delivery = await send('/v1/inventory/adjustments', `{"id":"a2","type":"receive",${lines}}`);
      expect([400]).toContain(delivery.status);
      expect(delivery.body.errors).toContainEqual(expect.objectContaining({ pointer: '/lines/0/quantity' }));
    },
  );

  test('each kind of adjustment says which quantities it takes', async () => {
    expectProblem(await adjust(0, 'correct'), 400, 'quantity_out_of_range');
    expectProblem(await adjust(-1, 'count'), 400, 'quantity_out_of_range');
    expectProblem(await adjust(1, 'return'), 400, 'invalid_request');
    expectProblem(await adjust(1, 'steal'), 400, 'invalid_request');
    expectProblem(await adjust(11, 'damage'), 409, 'more_than_ordered');
    expectProblem(await adjust(1, 'damage', { reason: 'a\0b' }), 400, 'invalid_request');
    expectProblem(await adjust(1, 'damage', { reason: '€'.repeat(300) }), 400, 'invalid_request');
    expectProblem(await adjust(1, 'receive', { id: undefined }), 400, 'invalid_request');
    const lines = [{ sku: 'NOPE', locationId: 'depot', quantity: 1 }];
    expectProblem(await adjust(1, 'receive', { lines }), 404, 'unknown_sku');
    const nowhere = [{ sku: 'LAMP', locationId: 'atlantis', quantity: 1 }];
    expectProblem(await adjust(1, 'receive', { lines: nowhere }), 404, 'unknown_location');
  });

  test('an unknown SKU, too many lines, and one SKU on many lines', async () => {
    const lines = (n: number, sku = 'LAMP') => Array.from({ length: n }, () => ({ sku, quantity: 1 }));
    expectProblem(await post('/v1/orders', { lines: lines(1, 'NOPE') }), 404, 'unknown_sku');
    expectProblem(await post('/v1/orders', { lines: lines(10_001) }), 400, 'invalid_request');
    expectProblem(await post('/v1/orders', { waitMs: 0, lines: lines(11) }), 409, 'insufficient_stock');
  });

  test.each<[string, string, number, string]>([
    ['cut in half', '{"lines":[{"sku":"LA', 400, 'malformed_body'],
    ['empty', '', 400, 'malformed_body'],
    ['a poisoned prototype', '{"__proto__":{"a":1},"lines":[]}', 400, 'malformed_body'],
    ['nested deep', `{"lines":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 400, 'invalid_request'],
    ['with an unknown field', '{"lines":[{"sku":"LAMP","quantity":1}],"price":1}', 400, 'invalid_request'],
    ['with NUL', '{"note":"\\u0000","lines":[{"sku":"LAMP","quantity":1}]}', 400, 'invalid_request'],
    ['too long', `{"note":"${'x'.repeat(4 * 1024 * 1024)}"}`, 413, 'body_too_large'],
  ])('a body that is %s', async (_, body, status, code) => {
    expectProblem(await send('/v1/orders', body), status, code);
    expectProblem(await send('/v1/inventory/adjustments', body), status, code);
  });

  test('another content type', async () => {
    for (const type of ['text/plain', 'text/csv', 'multipart/form-data; boundary=x']) {
      expectProblem(await send('/v1/orders', '{}', { 'content-type': type }), 415, 'unsupported_media_type');
    }
  });

  test('ids and addresses that are too long or nonsense', async () => {
    const lines = [{ sku: 'LAMP', quantity: 1 }];
    expectProblem(await post('/v1/orders', { id: 'x'.repeat(129), lines }), 400, 'invalid_request');
    const key = { 'idempotency-key': 'k'.repeat(200) };
    expectProblem(await post('/v1/orders', { lines }, key), 400, 'invalid_request');
    expectProblem(await get(`/v1/orders/${'x'.repeat(129)}`), 400, 'invalid_request');
    expectProblem(await get(`/v1/inventory/${'x'.repeat(65)}`), 400, 'invalid_request');
    expectProblem(await get('/v1/inventory/%00'), 400, 'invalid_request');
    expectProblem(await get('/v1/inventory/NOPE'), 404, 'unknown_sku');
    expectProblem(await get('/v1/inventory?cursor=!!'), 400, 'invalid_request');
    expectProblem(await get('/v1/inventory?limit=0'), 400, 'invalid_request');
    expectProblem(await get('/v1/inventory?limit=1e9'), 400, 'invalid_request');
    expectProblem(await get('/v1/inventory?nonsense=1'), 400, 'invalid_request');
    expectProblem(await post('/v1/orders/nobody/cancel', {}), 404, 'unknown_order');
    expectProblem(await post('/v1/orders/nobody/cancel', { lineIds: [] }), 400, 'invalid_request');
    expectProblem(await get('/v2/orders'), 404, 'not_found');
  });

  test.each([
    ['DELETE', '/v1/orders/o-1', 'GET, HEAD'],
    ['GET', '/v1/inventory/adjustments', undefined],
    ['PATCH', '/v1/inventory/adjustments', 'GET, HEAD, POST'],
    ['PUT', '/v1/orders', 'GET, HEAD, POST'],
    ['HEAD', '/v1/orders/o-1/cancel', 'POST, PUT'],
    ['OPTIONS', '/v1/orders', 'GET, HEAD, POST'],
    ['OPTIONS', '/api/v1/products/LAMP', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['TRACE', '/v1/orders/o-1', 'GET, HEAD'],
  ])('%s %s is answered with what the path takes', async (method, path, allow) => {
    const { status, headers, text } = await rawly(method, path);
    expect({ status, allow: headers.allow }).toEqual(
      allow === undefined ? { status: 404, allow } : { status: 405, allow },
    );
    if (method !== 'HEAD')
      expect(JSON.parse(text)).toMatchObject({
        code: allow === undefined ? 'unknown_sku' : 'method_not_allowed',
      });
  });

  test('a page of anywhere may ask what it may send to shapes, as their clients do', async () => {
    expect(await rawly('OPTIONS', '/v1/shape')).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-origin': '*' },
    });
    expect(await rawly('OPTIONS', '/v1/nothing')).toMatchObject({ status: 404 });
  });
});

test('a document with the longest id is carried out, once, also where its parts need ids of their own', async () => {
  const id = 'i'.repeat(128);
  for (const replayed of [false, true]) {
    const answer = await adjust(3, 'correct', { id });
    expect(answer).toMatchObject({
      status: 201,
      body: { results: [{ keeper: 'depot', ok: true, replayed }] },
    });
  }
  expect(depot.agent.engine.replica.ledger.self.row(LAMPS).received).toBe(13);
});

test('one id for two different orders is refused, and the first one stands', async () => {
  const order = (quantity: number) => post('/v1/orders', { id: 'o1', lines: [{ sku: 'LAMP', quantity }] });
  expect((await order(1)).status).toBe(201);
  expectProblem(await order(2), 422, 'document_differs');
  const again = await order(1);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
});

test('a keeper that cannot be reached is named, and what was asked of it can be asked again', async () => {
  await depot.stop();
  await until(() => region.agent.host.children.up.length === 0, 'the depot is gone');
  const answer = await adjust(1, 'receive', { id: 'later' });
  expectProblem(answer, 503, 'keeper_unreachable');
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(answer.body.detail).toMatch(/depot cannot be reached now/);
  depot = await serveAgent(readAgentConfig(`${root.folder}/depot`, { logLevel: 'silent' }));
  await until(() => region.agent.host.children.up.length === 1, 'the depot is back');
  expect((await adjust(1, 'receive', { id: 'later' })).status).toBe(201);
});
