/** The SDK in Node against a real fleet: books in Postgres, a region, a warehouse; every caller signs in. */
import { type Client, createClient, type StockSnapshot, TallystickError } from '@tallystick/client-sdk';
import { createTestDatabase, TestFleet, until } from '@tallystick/server/test-kit';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';

const fleet = new TestFleet();
let url = '';
let auth = { clientId: '', clientSecret: '' };

beforeAll(async () => {
  await fleet.open(await createTestDatabase());
  fleet.signIn = 'required';
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'eu', 'depot');
  const { id, secret } = await fleet.credential('operator');
  await fleet.tokenFor('eu', id, secret);
  auth = { clientId: id, clientSecret: secret };
  url = fleet.served.get('eu')?.url ?? '';
  const client = createClient({ url, auth });
  await until(
    async () => (await client.get('/v1/locations')).items.length === 2,
    'the region knows the places',
  );
  await until(() => isGood(client.get('/v1/events', { query: { limit: 1 } })), 'the region has the feed');
  await client.post('/v1/inventory/adjustments', {
    body: { type: 'receive', lines: [{ sku: 'LAMP', locationId: 'depot', quantity: 20 }] },
  });
});
afterAll(() => fleet.stop());

const isGood = (call: Promise<unknown>) =>
  call.then(
    () => true,
    () => false,
  );

function open(line: typeof fetch = fetch): Client {
  const client = createClient({ url, auth, fetch: line });
  onTestFinished(() => client.close());
  return client;
}

const lamps = (quantity: number) => ({ lines: [{ sku: 'LAMP', quantity }] });

test('an order whose answer is lost is placed once, and the retry gets the first answer', async () => {
  const bodies: unknown[] = [];
  const client = open(async (asked, init) => {
    const response = await fetch(asked, init);
    if (!String(asked).endsWith('/v1/orders') || init?.method !== 'POST') return response;
    bodies.push(await response.clone().json());
    if (bodies.length === 1) throw new TypeError('the line was cut');
    return response;
  });
  const { data, isReplayed, status } = await client.request('post', '/v1/orders', { body: lamps(2) });
  expect([status, isReplayed, bodies.length]).toEqual([201, true, 2]);
  expect(bodies[0]).toMatchObject({ id: data.id });
  expect(await client.get('/v1/orders/{id}', { path: { id: data.id } })).toMatchObject({
    status: 'confirmed',
    lines: [{ sku: 'LAMP', locationId: 'depot', quantity: 2 }],
  });
});

test('a refusal says which items are short', async () => {
  const error = await open()
    .post('/v1/orders', { body: { ...lamps(1_000), waitMs: 0 } })
    .catch((reason) => reason);
  expect(error).toBeInstanceOf(TallystickError);
  expect(error).toMatchObject({ code: 'insufficient_stock', retryable: false, status: 409 });
  expect(error.details.items).toMatchObject([{ sku: 'LAMP', requested: 1_000 }]);
});

test('a version that was read may be replaced, and an older one not', async () => {
  const client = open();
  const sku = { path: { sku: 'MUG' } };
  const { etag = '' } = await client.request('get', '/v1/products/{sku}', sku);
  await client.patch('/v1/products/{sku}', { ...sku, body: { names: { en: 'Cup' } }, ifMatch: etag });
  await expect(
    client.patch('/v1/products/{sku}', { ...sku, body: { names: { en: 'Beaker' } }, ifMatch: etag }),
  ).rejects.toMatchObject({ code: 'precondition_failed' });
});

test('events and levels go on through a restart of the region', async () => {
  const client = open();
  const start = await client.get('/v1/events', { query: { limit: 1 } });
  const heard: string[] = [];
  const following = (async () => {
    for await (const event of client.events({ type: 'order.settled' }, { after: start.next })) {
      heard.push(event.data.orderId);
      if (heard.length === 2) return;
    }
  })();
  const lamp = client.stock('LAMP');
  const states: StockSnapshot['state'][] = [];
  const stop = lamp.subscribe(() => states.push(lamp.getSnapshot().state));
  const lampsLeft = () => lamp.getSnapshot().level?.available ?? -1;
  await until(() => lamp.getSnapshot().state === 'live' && lampsLeft() > 0, 'the level is followed');

  const first = await client.post('/v1/orders', { body: lamps(3) });
  await until(() => heard.length === 1, 'the first order is told');
  await until(async () => lampsLeft() === (await booked(client)), 'the level is that of the books');

  await fleet.stopOne('eu');
  await until(() => lamp.getSnapshot().state === 'offline', 'the line is down');
  await fleet.run('eu', Number(new URL(url).port));
  const second = await client.post('/v1/orders', { body: lamps(4) });
  await following;
  expect(heard).toEqual([first.id, second.id]);
  await until(() => lamp.getSnapshot().state === 'live', 'the level is followed again');
  await until(async () => lampsLeft() === (await booked(client)), 'the level is that of the books again');
  expect(states).toContain('offline');
  stop();
});

/** What the books say can still be sold, whatever the region has heard of it. */
async function booked(client: Client): Promise<number> {
  const { pools } = await client.get('/v1/inventory/{sku}/explain', { path: { sku: 'LAMP' } });
  return pools.reduce((sum, { available }) => sum + available, 0);
}

test('a shape follows a table, with a token of its own; one that may not be read says so', async () => {
  const client = open();
  const levels = client.shape<{ sku: string; available: string }>({
    table: 'levels',
    where: 'location = $1',
    params: ['depot'],
  });
  onTestFinished(levels.subscribe(() => {}));
  const available = () => {
    const row = levels.getSnapshot().rows.find(({ sku }) => sku === 'LAMP');
    return row === undefined ? undefined : Number(row.available);
  };
  await until(() => available() !== undefined, 'the shape has the level');
  const before = available() as number;
  await client.post('/v1/orders', { body: lamps(1) });
  await until(() => available() === before - 1, 'it has the change');
  const hidden = client.shape({ table: 'levels', where: 'nothing = 1' });
  onTestFinished(hidden.subscribe(() => {}));
  await until(() => hidden.getSnapshot().state === 'failed', 'it is refused');
  expect(hidden.getSnapshot().error).toMatchObject({ status: 400, retryable: false });
});
