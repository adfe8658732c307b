/** Calls: what is sent, what is sent again, and what the caller hears. */
import { describe, expect, test } from 'vitest';
import { type ClientOptions, createClientOn } from '../client.ts';
import { TallystickError } from '../error.ts';
import { type Answering, FakeRegion, json, problem } from '../region.test-kit.ts';

function setUp(answer: Answering, options: Partial<ClientOptions> = {}) {
  const region = new FakeRegion(answer);
  return { region, client: createClientOn({ url: 'http://eu.test/', ...options }, region.ports) };
}

const failure = async (call: Promise<unknown>): Promise<TallystickError> => {
  const error = await call.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(TallystickError);
  return error as TallystickError;
};

const order = { lines: [{ sku: 'LAMP', quantity: 2 }] };
const noLine = () => Promise.reject(new TypeError('fetch failed'));

describe('a call', () => {
  test('fills the path, sends the query and the token, and resolves with the body', async () => {
    const { region, client } = setUp(() => json(200, { sku: 'A/B' }), { auth: 'secret' });
    expect(await client.get('/v1/products/{sku}', { path: { sku: 'A/B ?' } })).toEqual({ sku: 'A/B' });
    await client.get('/v1/orders', { query: { limit: 2 } });
    const [first, second] = region.heard;
    expect(first?.url).toBe('http://eu.test/v1/products/A%2FB%20%3F');
    expect(first?.headers.get('authorization')).toBe('Bearer secret');
    expect(first?.headers.has('idempotency-key')).toBe(false);
    expect(second?.url).toBe('http://eu.test/v1/orders?limit=2');
  });

  test('does not let a name become another path', async () => {
    const { region, client } = setUp(() => json(200, {}));
    await expect(client.get('/v1/products/{sku}', { path: { sku: '..' } })).rejects.toThrow(RangeError);
    expect(region.heard).toEqual([]);
  });

  test('tells of the version, and sends it back', async () => {
    const { region, client } = setUp(() => json(200, {}, { etag: '"7"', 'idempotent-replayed': 'true' }));
    const { etag, isReplayed } = await client.request('get', '/v1/products/{sku}', { path: { sku: 'A' } });
    expect([etag, isReplayed]).toEqual(['"7"', true]);
    await client.patch('/v1/products/{sku}', { path: { sku: 'A' }, body: {}, ifMatch: '"7"' });
    expect(region.heard[1]?.headers.get('if-match')).toBe('"7"');
  });

  test('that is no region’s is no answer: a network’s own page, with any status', async () => {
    const headers = { 'content-type': 'text/html' };
    const { client } = setUp(() => new Response('<h1>Welcome to our WiFi</h1>', { headers }));
    expect(await failure(client.get('/v1/orders'))).toMatchObject({ code: 'unexpected_answer', status: 200 });
    const lines = () => new Response('{}\n{}\n', { headers: { 'content-type': 'application/x-ndjson' } });
    const { client: region } = setUp(lines);
    expect(await region.post('/v1/products/import', { body: 'sku', contentType: 'text/csv' })).toBe(
      '{}\n{}\n',
    );
  });

  test('is read up to a size, and let go of then, whoever it is that answers', async () => {
    for (const status of [200, 502]) {
      let pulled = 0;
      let isLetGo = false;
      const endless = () =>
        new ReadableStream<Uint8Array>({
          pull: (to) => {
            pulled += 1;
            to.enqueue(new Uint8Array(1024 * 1024).fill(32));
          },
          cancel: () => {
            isLetGo = true;
          },
        });
      const { client } = setUp(() => new Response(endless(), { status }), { retry: { attemptsMax: 1 } });
      const error = await failure(client.get('/v1/orders'));
      expect([error.code, error.status, isLetGo]).toEqual(['unexpected_answer', status, true]);
      expect(pulled).toBeLessThan(40);
    }
  });

  test('to what is no region’s address says which one would be', () => {
    for (const url of ['', '127.0.0.1:7400', 'localhost:7400', 'ftp://eu.test'])
      expect(() => createClientOn({ url }, new FakeRegion(noLine).ports)).toThrow(/such as http:/);
  });

  test('that is refused rejects with what the region said, and is not sent again', async () => {
    const items = [{ sku: 'LAMP', location: 'depot', requested: 2, available: 1, reason: 'too_few_left' }];
    const { region, client } = setUp(() =>
      json(409, { code: 'insufficient_stock', detail: 'Too few lamps.', items }),
    );
    const error = await failure(client.post('/v1/orders', { body: order }));
    expect(error).toMatchObject({
      code: 'insufficient_stock',
      retryable: false,
      status: 409,
      details: { items },
    });
    expect(error.message).toBe('Too few lamps.');
    expect(region.heard).toHaveLength(1);
  });

  test.each([
    ['a page of a proxy', () => new Response('<html>', { status: 404 }), false],
    ['a proxy that finds nobody', () => new Response('<html>', { status: 502 }), true],
    ['JSON of something else', () => json(400, { error: 'no' }), false],
  ])('that %s answers is an unexpected answer', async (_what, answer, retryable) => {
    const { client } = setUp(answer, { retry: { attemptsMax: 1 } });
    const error = await failure(client.get('/v1/products'));
    expect([error.code, error.retryable]).toEqual(['unexpected_answer', retryable]);
  });

  test('ends with the signal’s own reason', async () => {
    const stop = new AbortController();
    const { client } = setUp(() => {
      stop.abort(new Error('the page was left'));
      return noLine();
    });
    await expect(client.get('/v1/products', { signal: stop.signal })).rejects.toThrow('the page was left');
  });
});

describe('a retry', () => {
  test('sends the same bytes under the same key, whatever became of the object', async () => {
    const lines = [{ sku: 'LAMP', quantity: 2 }];
    const { region, client } = setUp((_, count) => {
      lines.push({ sku: 'MUG', quantity: 9 });
      return count < 3 ? noLine() : json(201, { id: 'id-1' });
    });
    expect(await client.post('/v1/orders', { body: { lines } })).toEqual({ id: 'id-1' });
    const sent = region.heard.map(({ body, headers }) => [body, headers.get('idempotency-key')]);
    expect(sent).toEqual(Array(3).fill([JSON.stringify(order), 'id-1']));
    expect(region.waits).toEqual([150, 300]);
  });

  test('of what has an id of its own needs no key', async () => {
    const { region, client } = setUp(() => json(201, {}));
    await client.post('/v1/orders', { body: { ...order, id: 'mine' } });
    await client.post('/v1/orders', { body: order, idempotencyKey: 'kept' });
    expect(region.heard.map(({ headers }) => headers.get('idempotency-key'))).toEqual([null, 'kept']);
  });

  test('waits as long as it was told, and not less', async () => {
    const { region, client } = setUp((_, count) =>
      count === 1 ? problem(429, 'rate_limited', { 'retry-after': '7' }) : json(200, {}),
    );
    await client.get('/v1/products');
    expect(region.waits).toEqual([7_100]);
  });

  test('of what is too far away is left to the caller, who is told when', async () => {
    const { region, client } = setUp(() => problem(503, 'overloaded', { 'retry-after': '60' }));
    const error = await failure(client.get('/v1/products'));
    expect(error).toMatchObject({ code: 'overloaded', retryable: true, retryAfterMs: 60_000 });
    expect(region.heard).toHaveLength(1);
  });

  test('happens so often and no more', async () => {
    const { region, client } = setUp(noLine);
    expect(await failure(client.get('/v1/products'))).toMatchObject({
      code: 'region_unreachable',
      retryable: true,
    });
    expect(region.heard).toHaveLength(5);
  });

  test('of an answer that breaks off asks for all of it again', async () => {
    const { region, client } = setUp((_, count) => {
      if (count > 1) return json(200, { items: [] });
      const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('cut')) });
      return new Response(broken, { status: 200 });
    });
    expect(await client.get('/v1/products')).toEqual({ items: [] });
    expect(region.heard).toHaveLength(2);
  });

  test('never makes a second secret', async () => {
    const { region, client } = setUp(noLine);
    await failure(client.post('/v1/credentials/{id}/rotate', { path: { id: 'erp' }, body: {} }));
    expect(region.heard).toHaveLength(1);
  });
});

describe('signing in', () => {
  const credentials = { clientId: 'erp', clientSecret: 's' };
  const tokens = (valid: () => string): Answering => {
    let given = 0;
    return ({ url, headers }) => {
      if (url.endsWith('/oauth/token')) {
        given += 1;
        return json(200, { access_token: `t${given}`, expires_in: 600 });
      }
      return headers.get('authorization') === `Bearer ${valid()}`
        ? json(200, {})
        : problem(401, 'unauthenticated');
    };
  };

  test('happens once for calls that begin together, and again before the token ends', async () => {
    let valid = 't1';
    const { region, client } = setUp(
      tokens(() => valid),
      { auth: credentials },
    );
    await Promise.all([client.get('/v1/products'), client.get('/v1/products')]);
    expect(region.heard.filter(({ url }) => url.endsWith('/oauth/token'))).toHaveLength(1);
    expect(new URLSearchParams(region.heard[0]?.body).get('client_secret')).toBe('s');
    region.nowMs = 480_000;
    valid = 't2';
    await client.get('/v1/products');
    expect(region.heard.at(-2)?.url).toBe('http://eu.test/oauth/token');
  });

  test('happens anew where the region does not take the token any more', async () => {
    let valid = 't1';
    const { client } = setUp(
      tokens(() => valid),
      { auth: credentials },
    );
    await client.get('/v1/products');
    valid = 't2';
    await client.get('/v1/products');
    valid = 'none';
    expect((await failure(client.get('/v1/products'))).code).toBe('unauthenticated');
  });

  test('asks a function again when its token was refused, and says so', async () => {
    const asked: boolean[] = [];
    const auth = (isRefused: boolean) => {
      asked.push(isRefused);
      return isRefused ? 'new' : 'old';
    };
    const { client } = setUp(
      tokens(() => 'new'),
      { auth },
    );
    await client.get('/v1/products');
    expect(asked).toEqual([false, true]);
  });

  test('with a token that cannot be sent says which character it is, and asks nobody', async () => {
    const { region, client } = setUp(() => json(200, {}), { auth: 'abc\u2013def' });
    const error = await failure(client.get('/v1/orders'));
    expect(error).toMatchObject({ code: 'invalid_token', retryable: false });
    expect(error.message).toContain('character 4 is U+2013');
    for (const token of ['abc\ndef', null as unknown as string])
      expect((await failure(client.get('/v1/orders', { token }))).code).toBe('invalid_token');
    expect(region.heard).toEqual([]);
    // As files end.
    const { region: other, client: fromFile } = setUp(() => json(200, {}), { auth: 'abc\r\n' });
    await fromFile.get('/v1/orders');
    expect(other.heard[0]?.headers.get('authorization')).toBe('Bearer abc');
  });

  test('by a function that fails is tried again, and says what it threw', async () => {
    const lost = new TypeError('Failed to fetch');
    let asked = 0;
    const auth = async () => {
      asked += 1;
      if (asked < 3 || asked > 4) throw lost;
      return 'abc';
    };
    const { client } = setUp(() => json(200, {}), { auth });
    await client.get('/v1/orders');
    expect(asked).toBe(3);
    const { client: unlucky } = setUp(() => json(200, {}), { auth: () => Promise.reject(lost) });
    expect(await failure(unlucky.get('/v1/orders'))).toMatchObject({
      code: 'no_token',
      retryable: true,
      cause: lost,
    });
  });

  test('with a wrong secret is refused at once', async () => {
    const { region, client } = setUp(() => json(401, { error: 'invalid_client', error_description: 'No.' }), {
      auth: credentials,
    });
    expect(await failure(client.get('/v1/products'))).toMatchObject({
      code: 'unauthenticated',
      message: 'No.',
    });
    expect(region.heard).toHaveLength(1);
  });
});
