/** Bad input at a shop's door: each case is a clear problem, changes nothing, and is never a 500. */
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { PoolId } from '@tallystick/crdt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectProblem, said } from './said.test-kit.ts';
import { TestShop } from './shop.test-kit.ts';

const LAMPS = 'LAMP@berlin' as PoolId;

let shop: TestShop;
let before: unknown;

const stock = () => [
  shop.agent.engine.replica.canSell(LAMPS),
  shop.agent.engine.replica.ledger.self.row(LAMPS),
];

beforeAll(async () => {
  shop = await TestShop.start();
  expect((await shop.receive('d1', 10)).status).toBe(201);
  before = structuredClone(stock());
});

afterAll(async () => {
  expect(stock()).toEqual(before);
  await shop.stop();
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
    const answer = await shop.send(
      path,
      `{"id":"q1",${more}"lines":[{"sku":"LAMP","quantity":${quantity}}]}`,
    );
    expectProblem(answer, 400, 'invalid_request');
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ pointer: '/lines/0/quantity' }));
  }
});

test('the largest quantity that may be written is refused for want of stock, not as an error', async () => {
  const answer = await shop.sell({ sku: 'LAMP', quantity: 2_147_483_647 });
  expectProblem(answer, 409, 'insufficient_stock');
  expect(answer.body.items).toMatchObject([{ requested: 2_147_483_647, available: 10 }]);
});

test('an unknown SKU or place is named, with its line', async () => {
  const answer = await shop.post('/v1/sales', {
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
  expectProblem(
    await shop.sell({ sku: 'LAMP', quantity: 1, locationId: 'atlantis' }),
    404,
    'unknown_location',
  );
  expectProblem(
    await shop.post('/v1/holds', { ttlMs: 1_000, lines: [{ sku: 'NOPE', quantity: 1 }] }),
    404,
    'unknown_sku',
  );
  expectProblem(
    await shop.post('/v1/receipts', { id: 'd9', lines: [{ sku: 'NOPE', quantity: 1 }] }),
    404,
    'unknown_sku',
  );
});

test('10,001 lines are too many, and 10,001 bad ones do not make a huge answer', async () => {
  const lines = Array.from({ length: 10_001 }, () => ({ sku: 'LAMP', quantity: 1 }));
  expectProblem(await shop.post('/v1/sales', { lines }), 400, 'invalid_request');
  const bad = await shop.post('/v1/sales', { lines: lines.map(() => ({ sku: '', quantity: 0 })) });
  expectProblem(bad, 400, 'invalid_request');
  expect(JSON.stringify(bad.body).length).toBeLessThan(10_000);
  expectProblem(await shop.post('/v1/sales', { lines: [] }), 400, 'invalid_request');
});

test('[T5] one SKU on many lines is summed before it is checked', async () => {
  const lines = Array.from({ length: 11 }, () => ({ sku: 'LAMP', quantity: 1, locationId: 'berlin' }));
  const answer = await shop.post('/v1/sales', { waitMs: 0, lines });
  expectProblem(answer, 409, 'insufficient_stock');
  expect(answer.body.items).toMatchObject([{ sku: 'LAMP', requested: 11, available: 10 }]);
  const hold = await shop.post('/v1/holds', { waitMs: 0, ttlMs: 1_000, lines });
  expectProblem(hold, 409, 'insufficient_stock');
  const anywhere = lines.map(({ sku, quantity }) => ({ sku, quantity }));
  expectProblem(await shop.post('/v1/sales', { waitMs: 0, lines: anywhere }), 409, 'insufficient_stock');
});

test.each([
  ['cut in half', '{"lines":[{"sku":"LA'],
  ['empty', ''],
  ['not JSON', 'sku=LAMP'],
  ['a poisoned prototype', '{"__proto__":{"a":1},"lines":[{"sku":"LAMP","quantity":1}]}'],
  ['a poisoned constructor', '{"constructor":{"prototype":{"a":1}},"lines":[]}'],
])('a body that is %s', async (_, body) => {
  expectProblem(await shop.send('/v1/sales', body), 400, 'malformed_body');
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
  expectProblem(await shop.send('/v1/sales', body), 400, 'invalid_request');
});

test('words are bounded in bytes too, because an entry is', async () => {
  const reason = '€'.repeat(300);
  const lines = [{ sku: 'LAMP', quantity: 1 }];
  expectProblem(await shop.post('/v1/losses', { id: 'l1', reason, lines }), 400, 'invalid_request');
  expectProblem(await shop.post('/v1/sales', { override: { reason }, lines }), 400, 'invalid_request');
  expectProblem(await shop.post('/v1/orders/o1/cancel', { reason: 'a\0b' }), 400, 'invalid_request');
});

test('another content type, and a body that is too long', async () => {
  const body = JSON.stringify({ lines: [{ sku: 'LAMP', quantity: 1 }] });
  for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
    expectProblem(
      await shop.send('/v1/sales', body, { 'content-type': type }),
      415,
      'unsupported_media_type',
    );
  }
  const long = JSON.stringify({ note: 'x'.repeat(4 * 1024 * 1024) });
  expectProblem(await shop.send('/v1/sales', long), 413, 'body_too_large');
  const bodiless = await said(await fetch(`${shop.url}/v1/sales`, { method: 'POST' }));
  expectProblem(bodiless, 400, 'invalid_request');
  expect(bodiless.body.errors, 'the whole of it, as RFC 6901 has it').toMatchObject([{ pointer: '' }]);
});

test('a body that was compressed is said to be, and not called malformed', async () => {
  const body = JSON.stringify({ lines: [{ sku: 'LAMP', quantity: 1 }] });
  const json = { 'content-type': 'application/json' };
  for (const coding of ['gzip', 'br', 'identity, gzip']) {
    const headers = { ...json, 'content-encoding': coding };
    const answer = await fetch(`${shop.url}/v1/sales`, { method: 'POST', body: gzipSync(body), headers });
    expect(answer.headers.get('accept-encoding')).toBe('identity');
    const problem = await said(answer);
    expectProblem(problem, 415, 'unsupported_media_type');
    expect(problem.body.detail).toContain(coding);
  }
  const plain = await shop.send('/v1/sales', '{}', { ...json, 'content-encoding': 'Identity' });
  expectProblem(plain, 400, 'invalid_request');
});

test.each([['application/json'], ['application/json; charset=utf-8']])(
  'bytes that are no UTF-8 are no text, and are not stored as question marks: %s',
  async (type) => {
    const [before, after] = ['{"id":"u1","channel":"', '"}'].map((text) => Buffer.from(text));
    const bad = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xe9]];
    for (const bytes of bad) {
      const body = Buffer.concat([before as Buffer, Buffer.from(bytes), after as Buffer]);
      const answer = await fetch(`${shop.url}/v1/sales`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
      const problem = await said(answer);
      expectProblem(problem, 400, 'malformed_body');
      expect(problem.body.detail).toBe(
        'The body is no UTF-8, from byte 23 on. Send JSON in UTF-8 (RFC 8259).',
      );
    }
    // Somebody else's question mark is a character like others, and a mark of the byte order is not one at all.
    const body = Buffer.from('\ufeff{"id":"\ufffd"}');
    const read = await said(
      await fetch(`${shop.url}/v1/sales`, { method: 'POST', headers: { 'content-type': type }, body }),
    );
    expect(read.body.code).toBe('invalid_request');
  },
);

test('a body in other letters than UTF-8 is said to be', async () => {
  const send = (type: string) => shop.send('/v1/sales', '{}', { 'content-type': type });
  for (const type of ['application/json; charset=iso-8859-1', 'application/json;Charset="utf-16"']) {
    const problem = await send(type);
    expectProblem(problem, 415, 'unsupported_media_type');
    expect(problem.body.detail).toContain('Send the body in UTF-8.');
  }
  for (const type of [
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json',
  ])
    expectProblem(await send(type), 400, 'invalid_request');
});

test('a dot or two are no id: as a path they are another one', async () => {
  for (const id of ['.', '..'])
    expectProblem(
      await shop.send('/v1/sales', JSON.stringify({ id, lines: [{ sku: 'LAMP', quantity: 1 }] }), {
        'content-type': 'application/json',
      }),
      400,
      'invalid_request',
    );
});

test('addresses that lead nowhere, cannot be read, or are too long', async () => {
  expectProblem(await shop.get('/v1/nothing'), 404, 'not_found');
  expectProblem(await shop.get('/v1/stock/NOPE'), 404, 'unknown_sku');
  expectProblem(await shop.get(`/v1/orders/${'x'.repeat(200)}`), 400, 'invalid_request');
  expectProblem(await shop.get(`/v1/stock/${'x'.repeat(2_000)}`), 400, 'invalid_request');
  expectProblem(await shop.get('/v1/stock/%00'), 400, 'invalid_request');
  expectProblem(await shop.get('/v1/journal?limit=-1'), 400, 'invalid_request');
  expectProblem(await shop.get('/v1/journal?after=1e300'), 400, 'invalid_request');
  expectProblem(await shop.get('/v1/journal?limit=1&limit=2'), 400, 'invalid_request');
  expectProblem(await shop.get('/v1/journal?nonsense=1'), 400, 'invalid_request');
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
