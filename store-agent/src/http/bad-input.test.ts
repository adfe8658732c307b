/** Bad input at a shop's door: each case is a clear problem, changes nothing, and is never a 500. */
import { connect } from 'node:net';
import type { PoolId } from '@tallystick/crdt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAgentConfig } from '../config.ts';
import { SqliteJournal } from '../journal/journal.ts';
import { TestRoot, until } from '../root.test-kit.ts';
import { type Served, serveAgent } from '../serve.ts';

const LAMPS = 'LAMP@berlin' as PoolId;

let root: TestRoot;
let shop: Served;
/** The shop's own, so that a test can fill its disk and make room again. */
let journal: SqliteJournal;

interface Said {
  readonly status: number;
  readonly type: string | null;
  readonly body: Record<string, unknown>;
}

async function send(path: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const response = await fetch(`${shop.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return said(response);
}

async function said(response: Response): Promise<Said> {
  const type = response.headers.get('content-type');
  return { status: response.status, type, body: (await response.json()) as Record<string, unknown> };
}

const post = (path: string, body: unknown) => send(path, JSON.stringify(body));
const sale = (line: unknown, more: object = {}) => post('/v1/sales', { waitMs: 0, ...more, lines: [line] });

function expectProblem(answer: Said, status: number, code: string): void {
  expect(answer.body).toMatchObject({ status, code, title: expect.any(String), detail: expect.any(String) });
  expect(answer).toMatchObject({ status, type: 'application/problem+json' });
  expect(JSON.stringify(answer.body)).not.toMatch(/\.ts:|node_modules|\n\s+at /);
}

beforeAll(async () => {
  root = new TestRoot();
  await root.start();
  shop = await serveAgent(
    readAgentConfig(root.addShop('berlin'), { logLevel: 'silent' }),
    undefined,
    (folder) => {
      journal = SqliteJournal.open({ folder });
      return journal;
    },
  );
  await until(() => shop.agent.unready() === undefined, 'the shop is ready');
  expect((await post('/v1/receipts', { id: 'd1', lines: [{ sku: 'LAMP', quantity: 10 }] })).status).toBe(201);
});

afterAll(async () => {
  await shop.stop();
  await root.stop();
});

describe('what changes nothing', () => {
  let before: unknown;
  beforeAll(() => {
    before = [shop.agent.engine.replica.canSell(LAMPS), shop.agent.engine.replica.ledger.self.row(LAMPS)];
  });
  afterAll(() => {
    expect([
      shop.agent.engine.replica.canSell(LAMPS),
      shop.agent.engine.replica.ledger.self.row(LAMPS),
    ]).toEqual(before);
  });

  test.each([
    ['zero', '0'],
    ['negative', '-1'],
    ['negative zero', '-0'],
    ['fractional', '1.5'],
    ['above 2^31−1', '2147483648'],
    ['1e300', '1e300'],
    ['infinite', '1e999'],
    ['a text', '"1"'],
    ['null', 'null'],
    ['an array', '[1]'],
    ['true', 'true'],
  ])('a quantity that is %s is named by its place', async (_, quantity) => {
    for (const path of ['/v1/sales', '/v1/receipts', '/v1/losses', '/v1/holds']) {
      const more = path === '/v1/holds' ? '"ttlMs":1000,' : '';
      const answer = await send(path, `{"id":"q1",${more}"lines":[{"sku":"LAMP","quantity":${quantity}}]}`);
      expectProblem(answer, 400, 'invalid_request');
      expect(answer.body.errors).toContainEqual(expect.objectContaining({ pointer: '/lines/0/quantity' }));
    }
  });

  test('the largest quantity that may be written is refused for want of stock, not as an error', async () => {
    const answer = await sale({ sku: 'LAMP', quantity: 2_147_483_647 });
    expectProblem(answer, 409, 'insufficient_stock');
    expect(answer.body.items).toMatchObject([{ requested: 2_147_483_647, available: 10 }]);
  });

  test('an unknown SKU or place is named, with its line', async () => {
    const answer = await post('/v1/sales', {
      lines: [
        { sku: 'LAMP', quantity: 1 },
        { sku: 'NOPE', quantity: 1 },
      ],
    });
    expectProblem(answer, 404, 'unknown_sku');
    expect(answer.body).toMatchObject({
      detail: 'Line 2: no product has SKU NOPE.',
      errors: [{ pointer: '/lines/1/sku' }],
    });
    expectProblem(await sale({ sku: 'LAMP', quantity: 1, locationId: 'atlantis' }), 404, 'unknown_location');
    expectProblem(
      await post('/v1/holds', { ttlMs: 1_000, lines: [{ sku: 'NOPE', quantity: 1 }] }),
      404,
      'unknown_sku',
    );
    expectProblem(
      await post('/v1/receipts', { id: 'd9', lines: [{ sku: 'NOPE', quantity: 1 }] }),
      404,
      'unknown_sku',
    );
  });

  test('10,001 lines are too many, and 10,001 bad ones do not make a huge answer', async () => {
    const lines = Array.from({ length: 10_001 }, () => ({ sku: 'LAMP', quantity: 1 }));
    expectProblem(await post('/v1/sales', { lines }), 400, 'invalid_request');
    const bad = await post('/v1/sales', { lines: lines.map(() => ({ sku: '', quantity: 0 })) });
    expectProblem(bad, 400, 'invalid_request');
    expect(JSON.stringify(bad.body).length).toBeLessThan(10_000);
    expectProblem(await post('/v1/sales', { lines: [] }), 400, 'invalid_request');
  });

  test('[T5] one SKU on many lines is summed before it is checked', async () => {
    const lines = Array.from({ length: 11 }, () => ({ sku: 'LAMP', quantity: 1, locationId: 'berlin' }));
    const answer = await post('/v1/sales', { waitMs: 0, lines });
    expectProblem(answer, 409, 'insufficient_stock');
    expect(answer.body.items).toMatchObject([{ sku: 'LAMP', requested: 11, available: 10 }]);
    const hold = await post('/v1/holds', { waitMs: 0, ttlMs: 1_000, lines });
    expectProblem(hold, 409, 'insufficient_stock');
    const anywhere = lines.map(({ sku, quantity }) => ({ sku, quantity }));
    expectProblem(await post('/v1/sales', { waitMs: 0, lines: anywhere }), 409, 'insufficient_stock');
  });

  test.each([
    ['cut in half', '{"lines":[{"sku":"LA'],
    ['empty', ''],
    ['not JSON', 'sku=LAMP'],
    ['a poisoned prototype', '{"__proto__":{"a":1},"lines":[{"sku":"LAMP","quantity":1}]}'],
    ['a poisoned constructor', '{"constructor":{"prototype":{"a":1}},"lines":[]}'],
  ])('a body that is %s', async (_, body) => {
    expectProblem(await send('/v1/sales', body), 400, 'malformed_body');
  });

  test.each([
    ['null', 'null'],
    ['a number', '7'],
    ['nested ten thousand deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['nested in a line', `{"lines":[${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}]}`],
    ['with an unknown field', '{"lines":[{"sku":"LAMP","quantity":1}],"discount":100}'],
    ['with an unknown field in a line', '{"lines":[{"sku":"LAMP","quantity":1,"price":1}]}'],
    ['with NUL in a SKU', '{"lines":[{"sku":"LA\\u0000MP","quantity":1}]}'],
    ['with NUL in a note', '{"note":"a\\u0000b","lines":[{"sku":"LAMP","quantity":1}]}'],
    ['with NUL in an id', '{"id":"a\\u0000b","lines":[{"sku":"LAMP","quantity":1}]}'],
    ['with half a character', '{"note":"\\ud800","lines":[{"sku":"LAMP","quantity":1}]}'],
    [
      'with NUL in a payment',
      `{"payments":[{"method":"c\\u0000","amountMinor":1,"currency":"EUR"}],"lines":[]}`,
    ],
    ['with an over-long id', `{"id":"${'x'.repeat(129)}","lines":[{"sku":"LAMP","quantity":1}]}`],
    ['with a space in its id', '{"id":"a b","lines":[{"sku":"LAMP","quantity":1}]}'],
    [
      'with one lineId twice',
      '{"lines":[{"lineId":"1","sku":"LAMP","quantity":1},{"lineId":"1","sku":"LAMP","quantity":1}]}',
    ],
  ])('a body that is %s', async (_, body) => {
    expectProblem(await send('/v1/sales', body), 400, 'invalid_request');
  });

  test('words are bounded in bytes too, because an entry is', async () => {
    const reason = '€'.repeat(300);
    const lines = [{ sku: 'LAMP', quantity: 1 }];
    expectProblem(await post('/v1/losses', { id: 'l1', reason, lines }), 400, 'invalid_request');
    expectProblem(await post('/v1/sales', { override: { reason }, lines }), 400, 'invalid_request');
    expectProblem(await post('/v1/orders/o1/cancel', { reason: 'a\0b' }), 400, 'invalid_request');
  });

  test('another content type, and a body that is too long', async () => {
    const body = JSON.stringify({ lines: [{ sku: 'LAMP', quantity: 1 }] });
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
      expectProblem(await send('/v1/sales', body, { 'content-type': type }), 415, 'unsupported_media_type');
    }
    const long = JSON.stringify({ note: 'x'.repeat(4 * 1024 * 1024) });
    expectProblem(await send('/v1/sales', long), 413, 'body_too_large');
    expectProblem(
      await said(await fetch(`${shop.url}/v1/sales`, { method: 'POST' })),
      400,
      'invalid_request',
    );
  });

  test('addresses that lead nowhere, cannot be read, or are too long', async () => {
    const get = async (path: string) => said(await fetch(`${shop.url}${path}`));
    expectProblem(await get('/v1/nothing'), 404, 'not_found');
    expectProblem(await get('/v1/stock/NOPE'), 404, 'unknown_sku');
    expectProblem(await get(`/v1/orders/${'x'.repeat(200)}`), 400, 'invalid_request');
    expectProblem(await get(`/v1/stock/${'x'.repeat(2_000)}`), 400, 'invalid_request');
    expectProblem(await get('/v1/stock/%00'), 400, 'invalid_request');
    expectProblem(await get('/v1/journal?limit=-1'), 400, 'invalid_request');
    expectProblem(await get('/v1/journal?after=1e300'), 400, 'invalid_request');
    expectProblem(await get('/v1/journal?limit=1&limit=2'), 400, 'invalid_request');
    expectProblem(await get('/v1/journal?nonsense=1'), 400, 'invalid_request');
    expect(await raw('GET /v1/stock/%ff HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*"code":"invalid_request"/,
    );
    const long = await raw(`GET /v1/stock/${'x'.repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`);
    expect(long).toMatch(/^HTTP\/1\.1 431 [\s\S]*"code":"invalid_request"/);
    expect(await raw('\x16\x03\x01 what is this\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*"code":"malformed_body"/,
    );
  });

  test('a sender that hangs up in the middle of its body sells nothing', async () => {
    const entries = shop.agent.engine.replica.ledger.durablePosition;
    const head =
      'POST /v1/sales HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n';
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(shop.url).port), '127.0.0.1', () => {
        socket.write(`${head}{"lines":[{"sku":"LAMP",`, () => socket.destroy());
      });
      socket.once('close', () => resolve());
    });
    expect((await fetch(`${shop.url}/healthz`)).status).toBe(200);
    expect(shop.agent.engine.replica.ledger.durablePosition).toBe(entries);
  });
});

/** Sends bytes and reads until the other side ends. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(new URL(shop.url).port), '127.0.0.1', () => socket.write(bytes));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
  });
}

test('10,000 lines are an order like any other, and it is read again after a restart', async () => {
  await post('/v1/receipts', { id: 'd2', lines: [{ sku: 'LAMP', quantity: 10_000 }] });
  const lines = Array.from({ length: 10_000 }, () => ({ sku: 'LAMP', quantity: 1 }));
  expect((await post('/v1/sales', { id: 'large', lines })).status).toBe(201);
  const order = await said(await fetch(`${shop.url}/v1/orders/large`));
  expect(order.body.lines).toHaveLength(10_000);
  const reason = '€'.repeat(170);
  const loss = await post('/v1/losses', { id: 'l2', reason, lines: [{ sku: 'LAMP', quantity: 1 }] });
  expect(loss.status).toBe(201);
  await shop.stop();
  shop = await serveAgent(
    readAgentConfig(`${root.folder}/berlin`, { logLevel: 'silent' }),
    undefined,
    (folder) => {
      journal = SqliteJournal.open({ folder });
      return journal;
    },
  );
  expect((await journal.verify()).problems).toEqual([]);
  expect((await said(await fetch(`${shop.url}/v1/orders/large`))).body.lines).toHaveLength(10_000);
});

test('cancelling different lines of one order are different acts, however long their ids', async () => {
  const long = (n: number) => `${'l'.repeat(120)}-${n}`;
  await post('/v1/receipts', { id: 'd3', lines: [{ sku: 'LAMP', quantity: 5 }] });
  const hold = await post('/v1/holds', { ttlMs: 60_000, lines: [{ sku: 'LAMP', quantity: 2 }] });
  expect(hold.status).toBe(201);
  const first = { reason: 'x', lineIds: [long(1)] };
  const again = { reason: 'x', lineIds: [long(2)] };
  const lines = [1, 2].map((n) => ({ lineId: long(n), sku: 'LAMP', quantity: 1 }));
  await post('/v1/sales', { id: 'c1', lines });
  const answers = [await post('/v1/orders/c1/cancel', first), await post('/v1/orders/c1/cancel', again)];
  // Sold over the counter: both are refused for what they are, and neither for the other's id.
  for (const answer of answers) expectProblem(answer, 409, 'already_departed');
});

test('[D3] a full disk: selling stops with 503, reading goes on, and selling resumes when there is room', async () => {
  await post('/v1/receipts', { id: 'd4', lines: [{ sku: 'LAMP', quantity: 100_000 }] });
  expect((await sale({ sku: 'LAMP', quantity: 1 }, { id: 'before-full' })).status).toBe(201);
  journal.setPagesMax(1);
  let acked = 0;
  let answer: Said;
  for (;;) {
    answer = await sale({ sku: 'LAMP', quantity: 1 }, { id: `full-${acked}`, note: 'n'.repeat(400) });
    if (answer.status !== 201) break;
    acked += 1;
  }
  expectProblem(answer, 503, 'read_only');
  expect(answer.body.detail).toMatch(/Nothing is sold until/);
  expectProblem(await sale({ sku: 'LAMP', quantity: 1 }), 503, 'read_only');
  expectProblem(
    await post('/v1/receipts', { id: 'd5', lines: [{ sku: 'LAMP', quantity: 1 }] }),
    503,
    'read_only',
  );

  const read = async () => {
    const order = await said(await fetch(`${shop.url}/v1/orders/before-full`));
    const stock = await said(await fetch(`${shop.url}/v1/stock/LAMP`));
    const ready = await said(await fetch(`${shop.url}/readyz`));
    const log = await said(await fetch(`${shop.url}/v1/journal`));
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

  journal.setPagesMax(1_000_000);
  await until(() => shop.agent.engine.state === 'running', 'the agent goes on');
  // The sale that was refused can be sent again under its id, and is one sale.
  expect((await sale({ sku: 'LAMP', quantity: 1 }, { id: `full-${acked}` })).status).toBe(201);
  const { row } = { row: shop.agent.engine.replica.ledger.self.row(LAMPS) };
  const sold = 10_000 + 2 + 1 + acked + 1 + 1;
  expect(row.used).toBe(sold);
  expect((await journal.verify()).problems).toEqual([]);
});

test('[L5] an operator takes the uplink down; the till sells on, and settles when it is up again', async () => {
  const link = async (body: unknown) =>
    said(
      await fetch(`${shop.url}/v1/link`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    );
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
  const status = await said(await fetch(`${shop.url}/v1/status`));
  expect(status.body.parent).toMatchObject({
    link: 'down',
    wanted: 'down',
    why: 'taken down here on purpose',
  });

  const offline = await sale({ sku: 'LAMP', quantity: 1 }, { id: 'offline' });
  expect(offline).toMatchObject({ status: 201, body: { id: 'offline', stage: 'accepted' } });
  expect(shop.agent.host.parent?.state).toBe('down');

  expect(await link({ state: 'up' })).toMatchObject({ status: 200, body: { wanted: 'up' } });
  expect((await link({ state: 'up' })).status).toBe(200);
  await until(() => shop.agent.order('offline').stage === 'settled', 'the sale settles');
});
