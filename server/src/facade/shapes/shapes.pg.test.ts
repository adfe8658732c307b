/** Shapes at a region's door, by the stock client: levels while a shop sells, and who may read what. */
import type { Row } from '@electric-sql/client';
import { expect, test } from 'vitest';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';
import { Followed } from '../../shapes/shapes.test-kit.ts';

async function shop(): Promise<{ fleet: TestFleet; url: string }> {
  const fleet = await TestFleet.start();
  fleet.signIn = 'required';
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('berlin', 'store', 'eu', 'berlin');
  const received = await fleet.post('berlin', '/v1/receipts', {
    id: 'opening',
    lines: [{ sku: 'MUG', quantity: 10 }],
  });
  expect(received.status).toBe(201);
  return { fleet, url: `${fleet.served.get('eu')?.url}/v1/shape` };
}

function follow(url: string, token: string, params: Record<string, string>): Followed {
  return new Followed({
    url,
    params: params as { table: string },
    headers: { authorization: `Bearer ${token}` },
  });
}

test('levels change at the reader while a shop sells; a stopped authority is waited for', async () => {
  const { fleet, url } = await shop();
  const token = await fleet.token('eu', 'cashier');
  const levels = follow(url, token, { table: 'levels', where: `sku = 'MUG'` });
  const available = (rows: readonly Row[]) => Number(rows[0]?.available ?? -1);
  await levels.until((rows) => available(rows) === 10, 'what was received');
  expect(levels.shape.currentRows[0]).toMatchObject({
    pool: 'MUG@berlin',
    sku: 'MUG',
    location: 'berlin',
    is_low: false,
  });
  expect(
    (await fleet.post('berlin', '/v1/sales', { id: 'first', lines: [{ sku: 'MUG', quantity: 3 }] })).status,
  ).toBe(201);
  await levels.until((rows) => available(rows) === 7, 'what was sold');
  await fleet.whileStopped();
  await until(async () => {
    const sold = await fleet.post('berlin', '/v1/sales', {
      id: 'second',
      lines: [{ sku: 'MUG', quantity: 2 }],
    });
    return sold.status === 201 || sold.status === 200;
  }, 'the shop sells on');
  await levels.until((rows) => available(rows) === 5, 'what was sold after the authority came back');
  expect(levels.errors).toEqual([]);
});

test('the catalogue comes as tables, and changes as it is changed', async () => {
  const { fleet, url } = await shop();
  const token = await fleet.token('eu', 'integrator');
  const products = follow(url, token, { table: 'products', columns: 'sku,names,tax_included,status' });
  const prices = follow(url, token, { table: 'prices', where: `sku <> 'LAMP'` });
  const places = follow(url, token, { table: 'locations', where: `kind = 'store'` });
  const cheap = { prices: { EUR: 1_000 }, tax_rate_bp: 1_900, tax_included: true };
  expect(await prices.shape.rows).toEqual([{ sku: 'MUG', ...cheap }]);
  expect((await products.shape.rows).map(({ sku }) => sku).sort()).toEqual(['LAMP', 'MUG']);
  expect(await places.shape.rows).toMatchObject([
    { id: 'berlin', keeper: 'berlin', time_zone: 'Europe/Berlin' },
  ]);
  const cup = { sku: 'CUP', names: { en: 'Cup' }, prices: { EUR: 400 }, taxRateBp: 700, taxIncluded: false };
  const response = await fetch(url.replace('/v1/shape', '/v1/products'), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(cup),
  });
  expect(response.status).toBe(201);
  await products.until((rows) => rows.some(({ sku }) => sku === 'CUP'), 'the new product');
  expect(products.shape.currentRows.find(({ sku }) => sku === 'CUP')).toEqual({
    sku: 'CUP',
    names: { en: 'Cup' },
    tax_included: false,
    status: 'active',
  });
  const cups = await prices.until((rows) => rows.length === 2, 'its price');
  expect(cups.find(({ sku }) => sku === 'CUP')).toEqual({
    sku: 'CUP',
    prices: { EUR: 400 },
    tax_rate_bp: 700,
    tax_included: false,
  });
});

test('a business client sees its own orders alone, and each role what its scopes allow', async () => {
  const { fleet, url } = await shop();
  for (const client of ['acme', 'other']) await fleet.addClient(client);
  const tokens = {
    acme: await fleet.token('eu', 'client', 'acme'),
    other: await fleet.token('eu', 'client', 'other'),
    integrator: await fleet.token('eu', 'integrator'),
    operator: await fleet.token('eu', 'operator'),
    narrow: await fleet.token('eu', 'operator', undefined, 'shapes:read products:read'),
  };
  const order = async (name: 'acme' | 'other') => {
    const placed = await fetch(url.replace('/v1/shape', '/v1/orders'), {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens[name]}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: `${name}:1`, lines: [{ sku: 'MUG', quantity: 1, locationId: 'berlin' }] }),
    });
    expect(placed.status).toBe(201);
  };
  const acme = follow(url, tokens.acme, { table: 'orders' });
  // Whatever it asks for is asked of its own orders.
  const sly = follow(url, tokens.acme, { table: 'orders', where: `client = 'other' or true` });
  const all = follow(url, tokens.integrator, { table: 'orders' });
  await order('other');
  await order('acme');
  await all.until((rows) => rows.length === 2, 'both orders');
  for (const own of [acme, sly]) {
    const rows = await own.until((one) => one.length === 1, 'its own order');
    expect(rows[0]).toMatchObject({ id: 'acme:1', client: 'acme' });
  }

  const ask = async (token: string, query: Record<string, string>) => {
    const response = await fetch(`${url}?${new URLSearchParams({ offset: '-1', ...query })}`, {
      headers: token === '' ? {} : { authorization: `Bearer ${token}` },
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  const refused = async (token: string, table: string) => (await ask(token, { table })).status;
  expect(await refused('', 'products')).toBe(401);
  const [stranger, deleted] = [
    await ask('', { table: 'products' }),
    await fetch(`${url}?table=products`, { method: 'DELETE' }),
  ];
  expect(stranger.headers.get('access-control-allow-origin')).toBe('*');
  expect(stranger.headers.get('surrogate-control')).toBe('no-store');
  expect([deleted.status, deleted.headers.get('access-control-allow-origin')]).toEqual([405, '*']);
  // By POST too, whatever it asks for is asked of its own.
  const posted = await fetch(`${url}?table=orders&offset=now&log=changes_only`, {
    method: 'POST',
    headers: { authorization: `Bearer ${tokens.acme}`, 'content-type': 'application/json' },
    body: JSON.stringify({ where: `client = 'other' or true` }),
  });
  expect([posted.status, posted.headers.get('cache-control')]).toEqual([200, 'private, no-cache']);
  expect(await posted.json()).toMatchObject({ data: [{ value: { id: 'acme:1', client: 'acme' } }] });
  const head = await fetch(`${url}?table=products&offset=-1`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${tokens.acme}` },
  });
  expect([head.status, head.headers.get('cache-control')]).toEqual([200, 'no-cache']);
  expect(await refused(tokens.acme, 'replicas')).toBe(403);
  expect(await refused(tokens.acme, 'order_lines')).toBe(400);
  expect(await refused(tokens.integrator, 'tallystick.rows')).toBe(403);
  expect(await refused(tokens.narrow, 'orders')).toBe(403);
  expect(await refused(tokens.narrow, 'products')).toBe(200);
  expect(await refused(tokens.operator, 'tallystick.rows')).toBe(200);
  for (const closed of [
    'tallystick.catalogue',
    'tallystick.customers',
    'tallystick.person_keys',
    'pg_catalog.pg_authid',
  ])
    expect({ closed, status: await refused(tokens.operator, closed) }).toEqual({ closed, status: 400 });
  expect((await ask(tokens.operator, { table: 'tallystick.replicas' })).body).not.toContain('hash');
  // A handle opens nothing: another's is none.
  const handle = (await ask(tokens.other, { table: 'orders' })).headers.get('electric-handle') as string;
  const taken = await ask(tokens.acme, { table: 'orders', offset: '0_inf', handle });
  expect(taken.status).toBe(409);
  // What is for one caller alone is kept by no cache for others.
  expect((await ask(tokens.acme, { table: 'orders' })).headers.get('cache-control')).toMatch(/^private, /);
  expect((await ask(tokens.acme, { table: 'products' })).headers.get('cache-control')).toBe(
    'public, max-age=604800, s-maxage=3600, stale-while-revalidate=2629746',
  );
  // The authority's own door believes nobody who merely says who asks.
  const books = fleet.authorities[0]?.url;
  for (const headers of [
    {},
    { 'x-tallystick-asker': '{"client":null,"scopes":["shapes:read","products:read"]}' },
    {
      'x-tallystick-asker': '{"client":null,"scopes":["products:read"]}',
      'x-tallystick-forwarded': `eu ${Date.now()} AAAA`,
    },
  ])
    expect(
      (
        await fetch(`${books}/v1/shape?table=products&offset=-1`, {
          headers: headers as Record<string, string>,
        })
      ).status,
    ).toBeGreaterThanOrEqual(401);
});
