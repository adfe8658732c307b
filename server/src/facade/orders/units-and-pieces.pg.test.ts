/** Lines by the case, lines that come in pieces from several places, and which place is tried first. */
import type { PoolId } from '@tallystick/crdt';
import { expectProblem, said } from '@tallystick/store-agent/test-kit';
import { beforeEach, describe, expect, test } from 'vitest';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';

let fleet: TestFleet;
let url: string;

const send = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  return said(await fetch(`${url}${path}`, { method, headers: { ...type, ...headers }, ...text }));
};
const post = (path: string, body: object) => send('POST', path, body);
const receive = (id: string, sku: string, locationId: string, quantity: number) =>
  post('/v1/inventory/adjustments', { id, type: 'receive', lines: [{ sku, locationId, quantity }] });
const settled = async (id: string) => (await send('GET', `/v1/orders/${id}`)).body.stage === 'settled';
/** As the books have it, whoever took it. */
const inBooks = async (id: string) => {
  const { items } = (await send('GET', '/v1/orders')).body as unknown as { items: { id: string }[] };
  return items.find((item) => item.id === id) as unknown as { lines: Record<string, unknown>[] };
};

beforeEach(async () => {
  fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'eu', 'depot');
  url = fleet.served.get('eu')?.url as string;
  await until(async () => (await fetch(`${url}/v1/locations/depot`)).ok, 'the depot is known');
});

describe('a line by the case', () => {
  beforeEach(async () => {
    const units = [
      { unit: 'case', basePerUnit: 12 },
      { unit: 'ship', basePerUnit: 2_147_483_647 },
    ];
    const cup = { sku: 'CUP', names: { en: 'Cup' }, prices: { EUR: 450 }, units };
    expect((await post('/v1/products', cup)).status).toBe(201);
    expect((await receive('d-1', 'CUP', 'depot', 30)).status).toBe(201);
  });

  const cases = (quantity: number, unit = 'case') => ({
    id: 'o-1',
    lines: [{ lineId: 'a', sku: 'CUP', locationId: 'depot', quantity, unit }],
    waitMs: 10_000,
  });

  test('takes twelve pieces a case, and keeps what was asked, here and in the books', async () => {
    const line = {
      quantity: 24,
      unit: 'case',
      quantityUnits: 2,
      unitPrice: { amountMinor: 5_400, currency: 'EUR' },
    };
    const first = await post('/v1/orders', cases(2));
    expect(first).toMatchObject({ status: 201, body: { lines: [line] } });
    expect((await send('GET', '/v1/orders/o-1')).body).toMatchObject({ lines: [line] });
    await until(() => settled('o-1'), 'it stands in the books');
    expect(await inBooks('o-1')).toMatchObject({ lines: [line] });
    expectProblem(await post('/v1/orders', { ...cases(1), id: 'o-2' }), 409, 'insufficient_stock');
  });

  test('is the same order again when a case has another size by then, and never in another unit', async () => {
    await post('/v1/orders', cases(2));
    const units = [{ unit: 'case', basePerUnit: 10 }];
    const patch = await send('PATCH', '/v1/products/CUP', { units }, { 'if-match': '*' });
    expect(patch.status).toBe(200);
    const again = await post('/v1/orders', cases(2));
    expect(again).toMatchObject({ status: 201, body: { lines: [{ quantity: 24, quantityUnits: 2 }] } });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expectProblem(await post('/v1/orders', cases(24, 'piece')), 422, 'document_differs');
  });

  test('is held as twelve pieces a case', async () => {
    const hold = (quantity: number, unit: string) => ({
      id: 'h-1',
      ttlMs: 60_000,
      waitMs: 10_000,
      lines: [{ sku: 'CUP', locationId: 'depot', quantity, unit }],
    });
    expect(await post('/v1/holds', hold(2, 'case'))).toMatchObject({
      status: 201,
      body: { lines: [{ quantity: 24 }] },
    });
    expect((await post('/v1/holds', hold(24, 'piece'))).headers.get('idempotent-replayed')).toBe('true');
    const crate = await post('/v1/holds', { ...hold(1, 'crate'), id: 'h-2' });
    expectProblem(crate, 400, 'invalid_request');
    expect(crate.body).toMatchObject({ errors: [{ pointer: '/lines/0/unit' }] });
    expectProblem(await post('/v1/holds', { ...hold(2, 'ship'), id: 'h-2' }), 400, 'quantity_out_of_range');
  });

  test('names a unit of the product, and not more than can be counted', async () => {
    const crate = await post('/v1/orders', cases(1, 'crate'));
    expectProblem(crate, 400, 'invalid_request');
    expect(crate.body).toMatchObject({ errors: [{ pointer: '/lines/0/unit' }] });
    expect(crate.body.detail).toContain('piece, case, ship');
    expectProblem(await post('/v1/orders', cases(2, 'ship')), 400, 'quantity_out_of_range');
  });
});

describe('a line without a location', () => {
  beforeEach(async () => {
    await fleet.add('berlin', 'store', 'eu', 'berlin');
    expect((await receive('d-1', 'MUG', 'depot', 3)).status).toBe(201);
    expect((await receive('d-2', 'MUG', 'berlin', 3)).status).toBe(201);
  });
  const agent = () =>
    fleet.served.get('eu')?.agent as NonNullable<ReturnType<typeof fleet.served.get>>['agent'];
  const five = (id: string, more: object = {}) => ({
    id,
    lines: [{ lineId: 'a', sku: 'MUG', quantity: 5 }],
    ...more,
  });

  /** The region holds what it is asked about, so that nothing has to be waited for; it is too little to be spread (R3). */
  const holdAll = async () => {
    const lines = [
      { sku: 'MUG', quantity: 3, locationId: 'depot' },
      { sku: 'MUG', quantity: 3, locationId: 'berlin' },
    ];
    await post('/v1/holds', { id: 'h', ttlMs: 60_000, waitMs: 10_000, lines });
    await post('/v1/holds/h/release', {});
  };

  test('comes in pieces where the order allows it, once, alone and in a batch', async () => {
    Object.assign(agent().settings, { sourcing: ['depot', 'berlin'] });
    await holdAll();
    expectProblem(await post('/v1/orders', five('o-1', { waitMs: 0 })), 409, 'insufficient_stock');
    const pieces = [
      { lineId: 'a', locationId: 'depot', quantity: 3 },
      { lineId: 'a~2', locationId: 'berlin', quantity: 2 },
    ];
    for (const replayed of [null, 'true']) {
      const answer = await post('/v1/orders', five('o-1', { allowSplit: true, waitMs: 0 }));
      expect(answer).toMatchObject({ status: 201, body: { lines: pieces } });
      expect(answer.headers.get('idempotent-replayed')).toBe(replayed);
    }
    await post('/v1/orders/o-1/cancel', {});
    const batch = {
      orders: [five('o-2', { allowSplit: true }), { ...five('o-3'), lines: [{ sku: 'MUG', quantity: 1 }] }],
    };
    const answer = await post('/v1/orders/batch', batch);
    expect(answer.body).toMatchObject({
      results: [{ status: 201, order: { lines: [{ lineId: 'a' }, { lineId: 'a~2' }] } }, { status: 201 }],
    });
    const again = await post('/v1/orders/batch', batch);
    expect(again.body).toMatchObject({ results: [{ replayed: true }, { replayed: true }] });
  });

  test('is held in pieces where the hold allows it, once, and sold as it was held', async () => {
    Object.assign(agent().settings, { sourcing: ['depot', 'berlin'] });
    await holdAll();
    const hold = {
      id: 'h-1',
      ttlMs: 60_000,
      waitMs: 0,
      lines: [
        { sku: 'MUG', quantity: 5 },
        { sku: 'MUG', quantity: 1 },
      ],
    };
    expectProblem(await post('/v1/holds', hold), 409, 'insufficient_stock');
    const pieces = [
      { sku: 'MUG', locationId: 'depot', quantity: 3 },
      { sku: 'MUG', locationId: 'berlin', quantity: 2 },
      { sku: 'MUG', locationId: 'berlin', quantity: 1 },
    ];
    for (const replayed of [null, 'true']) {
      const answer = await post('/v1/holds', { ...hold, allowSplit: true });
      expect(answer).toMatchObject({ status: 201, body: { lines: pieces } });
      expect(answer.headers.get('idempotent-replayed')).toBe(replayed);
    }
    expect(await post('/v1/holds/h-1/confirm', {})).toMatchObject({ status: 201, body: { lines: pieces } });
  });

  test('[R4] is asked for where there is some, and not where preference says and nothing is left', async () => {
    Object.assign(agent().settings, { sourcing: ['depot', 'berlin'] });
    const three = (id: string) => ({ id, lines: [{ sku: 'MUG', quantity: 3 }], waitMs: 10_000 });
    const first = await post('/v1/orders', {
      ...three('o-1'),
      lines: [{ ...three('').lines[0], locationId: 'depot' }],
    });
    expect(first.status).toBe(201);
    const { levels } = agent();
    await until(
      () => levels.at('MUG@depot' as PoolId)?.available === 0,
      'the region heard that none is left there',
    );
    await until(
      () => levels.at('MUG@berlin' as PoolId)?.available === 3,
      'and that there are some elsewhere',
    );
    expect(await post('/v1/orders', three('o-2'))).toMatchObject({
      status: 201,
      body: { waited: true, lines: [{ locationId: 'berlin' }] },
    });
    expectProblem(
      await post('/v1/holds', { ...three('h-2'), ttlMs: 1_000, waitMs: 0 }),
      409,
      'insufficient_stock',
    );
  });

  test('comes from the warehouse that is nearest to the point in the settings', async () => {
    const place = { kind: 'warehouse', keeper: 'depot', timeZone: 'Europe/Berlin', currency: 'EUR' };
    const near = { id: 'poznan', name: 'Poznan', position: { lat: 52.4, lon: 16.9 }, ...place };
    const far = { id: 'madrid', name: 'Madrid', position: { lat: 40.4, lon: -3.7 }, ...place };
    for (const made of [far, near]) expect((await post('/v1/locations', made)).status).toBe(201);
    for (const id of ['madrid', 'poznan']) expect((await receive(`d-${id}`, 'LAMP', id, 9)).status).toBe(201);
    Object.assign(agent().settings, { sourcing: { nearestTo: { lat: 52.5, lon: 13.4 } } });
    // Read again once the catalogue changes, as after a start.
    await post('/v1/products', { sku: 'NEW', names: { en: 'New' }, prices: {} });
    expect(agent().sellsFrom()).toEqual(['poznan', 'madrid', 'depot']);
    // Until then it is asked for where some were heard of.
    await until(
      () => agent().levels.at('LAMP@poznan' as PoolId)?.available === 9,
      'the region heard of both',
    );
    const lamp = { id: 'o-9', lines: [{ sku: 'LAMP', quantity: 1 }], waitMs: 10_000 };
    expect((await post('/v1/orders', lamp)).body).toMatchObject({ lines: [{ locationId: 'poznan' }] });
  });
});
