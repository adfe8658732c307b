/** Goods on their way: announced, sent, received in parts, and none of it twice. */
import { expectProblem, said } from '@tallystick/store-agent/test-kit';
import { beforeEach, describe, expect, test } from 'vitest';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';

interface Level {
  readonly locationId: string;
  readonly onHand: number;
  readonly incoming: number;
}

let fleet: TestFleet;
let url: string;

const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  said(
    await fetch(`${url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
const post = (path: string, body: object = {}) => call('POST', path, body);
const level = async (locationId: string, sku = 'MUG') => {
  const stock = (await call('GET', `/v1/inventory/${sku}`)).body as unknown as {
    incoming: number;
    locations: Level[];
  };
  const { onHand, incoming } = stock.locations.find((one) => one.locationId === locationId) ?? {
    onHand: 0,
    incoming: 0,
  };
  return { onHand, incoming, inAll: stock.incoming };
};
const levelIs = (locationId: string, onHand: number, incoming: number) =>
  until(async () => {
    const now = await level(locationId);
    return now.onHand === onHand && now.incoming === incoming;
  }, `${onHand} on hand and ${incoming} on their way to ${locationId}`);

const mugs = (quantity: number) => [{ sku: 'MUG', quantity }];

beforeEach(async () => {
  fleet = await TestFleet.start();
  url = await fleet.addRegion();
  await until(async () => (await fetch(`${url}/readyz`)).ok, 'the region is ready');
});

describe('a delivery', () => {
  test('is incoming until it is received, in parts, each once; and what is cancelled comes no more', async () => {
    const asked = { id: 'po-1', to: 'depot', lines: mugs(10), expectedAt: '2030-01-02T08:00:00Z' };
    const made = await post('/v1/transfers', { ...asked, lines: [...mugs(4), ...mugs(6)] });
    expect(made).toMatchObject({
      status: 201,
      body: { status: 'expected', lines: [{ quantity: 10, received: 0 }] },
    });
    expect(made.headers.get('location')).toBe('/v1/transfers/po-1');
    await levelIs('depot', 0, 10);
    expect(await level('depot')).toMatchObject({ inAll: 10 });
    const again = await post('/v1/transfers', asked);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
    expectProblem(await post('/v1/transfers', { ...asked, to: 'berlin' }), 422, 'document_differs');

    for (const replayed of [null, 'true']) {
      const came = await post('/v1/transfers/po-1/receipts', { id: 'pallet-1', lines: mugs(3) });
      expect(came).toMatchObject({ status: 201, body: { lines: [{ received: 3 }], receipts: ['pallet-1'] } });
      expect(came.headers.get('idempotent-replayed')).toBe(replayed);
    }
    expectProblem(
      await post('/v1/transfers/po-1/receipts', { id: 'pallet-1', lines: mugs(4) }),
      422,
      'document_differs',
    );
    await levelIs('depot', 3, 7);
    // The announcement again is the announcement, whatever has come since.
    expect((await post('/v1/transfers', asked)).body).toMatchObject({ lines: [{ received: 3 }] });

    for (let i = 0; i < 2; i += 1)
      expect(await post('/v1/transfers/po-1/cancel')).toMatchObject({
        status: 200,
        body: { status: 'cancelled' },
      });
    await levelIs('depot', 3, 0);
    expect(await level('depot')).toMatchObject({ inAll: 0 });
    expectProblem(await post('/v1/transfers/po-1/receipts', { id: 'late' }), 409, 'status_move_refused');
    await levelIs('depot', 3, 0);
  });

  test('may bring more than was announced, and nothing that was not', async () => {
    await post('/v1/transfers', { id: 'po-1', to: 'depot', lines: mugs(5) });
    expectProblem(
      await post('/v1/transfers/po-1/receipts', { id: 'r', lines: [{ sku: 'LAMP', quantity: 1 }] }),
      400,
      'invalid_request',
    );
    expect(await post('/v1/transfers/po-1/receipts', { id: 'r', lines: mugs(8) })).toMatchObject({
      body: { status: 'received', lines: [{ quantity: 5, received: 8 }] },
    });
    await levelIs('depot', 8, 0);
    expectProblem(await post('/v1/transfers/po-1/cancel'), 409, 'status_move_refused');
    // Two transfers may name their receipts alike.
    await post('/v1/transfers', { id: 'po-2', to: 'depot', lines: mugs(5) });
    for (const replayed of [null, 'true']) {
      const rest = await post('/v1/transfers/po-2/receipts', { id: 'r' });
      expect(rest).toMatchObject({ status: 201, body: { status: 'received' } });
      expect(rest.headers.get('idempotent-replayed')).toBe(replayed);
    }
    await levelIs('depot', 13, 0);
  });
});

test('goods sent from one place to another are on hand nowhere until they are received', async () => {
  await post('/v1/inventory/adjustments', {
    id: 'opening',
    type: 'receive',
    lines: [{ sku: 'MUG', locationId: 'depot', quantity: 20 }],
  });
  const asked = { id: 'move-1', from: 'depot', to: 'berlin', lines: mugs(6) };
  for (const replayed of [null, 'true']) {
    const sent = await post('/v1/transfers', asked);
    expect([sent.status, sent.headers.get('idempotent-replayed')]).toEqual([201, replayed]);
  }
  await levelIs('depot', 14, 0);
  await levelIs('berlin', 0, 6);
  expectProblem(
    await post('/v1/transfers', { ...asked, id: 'move-2', lines: mugs(15) }),
    409,
    'more_than_ordered',
  );
  expectProblem(await call('GET', '/v1/transfers/move-2'), 404, 'unknown_transfer');
  expectProblem(await post('/v1/transfers', { ...asked, id: 'move-3', to: 'depot' }), 400, 'invalid_request');

  expect(await post('/v1/transfers/move-1/receipts', { id: 'all' })).toMatchObject({
    body: { status: 'received' },
  });
  await levelIs('berlin', 6, 0);
  await until(async () => {
    const { items } = (await call('GET', '/v1/inventory/MUG/history?type=moved')).body as unknown as {
      items: { onHand: number }[];
    };
    return (
      items
        .map(({ onHand }) => onHand)
        .sort()
        .join() === '-6,6'
    );
  }, 'both moves are in the books');

  const { headers, body } = await call('GET', '/v1/transfers?limit=1');
  expect(body).toMatchObject({ items: [{ id: 'move-1', status: 'received' }], nextCursor: null });
  const known = { 'if-none-match': headers.get('etag') as string };
  expect((await fetch(`${url}/v1/transfers?limit=1`, { headers: known })).status).toBe(304);
});
