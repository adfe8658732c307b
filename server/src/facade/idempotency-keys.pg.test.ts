/** Idempotency-Key on what is made at the books: one key is one request, at every door and after any restart. */
import { expectProblem, said } from '@tallystick/store-agent/test-kit';
import { beforeEach, describe, expect, test } from 'vitest';
import { TestFleet, until } from '../authority/fleet.test-kit.ts';

let fleet: TestFleet;

const send = async (door: string, method: string, path: string, body: object, headers: object) => {
  const url = fleet.served.get(door)?.url as string;
  const all = { 'content-type': 'application/json', ...headers };
  return said(await fetch(`${url}${path}`, { method, headers: all, body: JSON.stringify(body) }));
};
const post = (door: string, path: string, body: object, key = 'key-1') =>
  send(door, 'POST', path, body, { 'idempotency-key': key });

beforeEach(async () => {
  fleet = await TestFleet.start();
  for (const door of ['eu', 'us']) await fleet.add(door, 'region', 'authority', null);
});

const place = { name: 'Kiel', kind: 'store', keeper: 'kiel', timeZone: 'Europe/Berlin', currency: 'EUR' };
const CALLS: [string, object, object][] = [
  ['/v1/products', { sku: 'CUP', names: { en: 'Cup' }, prices: { EUR: 1 } }, { names: { en: 'Mug' } }],
  ['/v1/locations', { id: 'kiel', ...place }, { id: 'kiel', name: 'Kiel, Holstenstraße' }],
  ['/v1/customers', { name: 'Ada Byron' }, { name: 'Ada Lovelace' }],
];

describe.each(CALLS)('%s', (path, body, other) => {
  test('the same again is the first answer, through another door and after a restart', async () => {
    const first = await post('eu', path, body);
    expect(first.status).toBe(201);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    await fleet.whileStopped();
    for (const door of ['us', 'eu']) {
      await until(async () => (await post(door, path, body)).status !== 503, `${door} finds the books again`);
      const again = await post(door, path, body);
      expect(again).toMatchObject({ status: 201, body: first.body });
      expect(again.headers.get('idempotent-replayed')).toBe('true');
    }
  });

  const renamed = 'sku' in body ? { sku: 'CAN' } : 'id' in body ? { id: 'ulm' } : {};

  test('another request under the key is refused, also where it would make something else', async () => {
    expect((await post('eu', path, body)).status).toBe(201);
    for (const change of [other, { ...other, ...renamed }])
      expectProblem(await post('us', path, { ...body, ...change }), 422, 'document_differs');
  });

  test('two at once make one thing; two different at once make one of them', async () => {
    const same = await Promise.all(['eu', 'us', 'eu'].map((door) => post(door, path, body)));
    expect(same.map(({ status }) => status)).toEqual([201, 201, 201]);
    const differing = await Promise.all([
      post('eu', path, { ...body, ...renamed }, 'key-2'),
      post('us', path, { ...body, ...other, ...renamed }, 'key-2'),
    ]);
    expect(differing.map(({ status }) => status).sort()).toEqual([201, 422]);
  });
});

test('a product that was changed since is shown as it was made; a refusal leaves the key free', async () => {
  const cup = CALLS[0]?.[1] as object;
  const first = await post('eu', '/v1/products', cup);
  const patched = await send('eu', 'PATCH', '/v1/products/CUP', { prices: { EUR: 2 } }, { 'if-match': '*' });
  expect(patched.status).toBe(200);
  const again = await post('eu', '/v1/products', cup);
  expect(again).toMatchObject({ status: 201, body: first.body });
  expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
  expectProblem(await post('eu', '/v1/products', cup, 'key-2'), 409, 'already_exists');
  const can = { ...cup, sku: 'CAN' };
  expect((await post('eu', '/v1/products', can, 'key-2')).status).toBe(201);
});

test('keys of a hundred days ago are forgotten, and nothing of a person is kept with a key', async () => {
  const { pool } = (fleet.authorities[0] as (typeof fleet.authorities)[number]).authority;
  await post('eu', '/v1/customers', { name: 'Ada Byron', email: 'ada@example.org' }, 'key-old');
  const { rows } = await pool.query('select answer::text from tallystick.idempotent_requests');
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain('Byron');
  await pool.query(`update tallystick.idempotent_requests set made_at = now() - interval '101 days'`);
  await post('eu', '/v1/customers', { name: 'Grace Hopper' }, 'key-new');
  const left = await pool.query('select key from tallystick.idempotent_requests');
  expect(left.rows).toEqual([{ key: 'key-new' }]);
});
