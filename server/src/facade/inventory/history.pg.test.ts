/** What happened to stock: what was done is there, adds up to what the books say, and is read page by page. */
import { expectProblem, said } from '@tallystick/store-agent/test-kit';
import { beforeEach, describe, expect, test } from 'vitest';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';

interface Movement {
  readonly type: string;
  readonly locationId: string;
  readonly document: string;
  readonly onHand: number;
  readonly available: number;
  readonly onHold: number;
}
interface Page {
  readonly items: Movement[];
  readonly nextCursor: string | null;
}

let fleet: TestFleet;
let url: string;

const post = async (path: string, body: unknown) => {
  const headers = { 'content-type': 'application/json' };
  const answer = await said(
    await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) }),
  );
  expect(answer.status, `${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
};
const history = async (query = '') =>
  (await said(await fetch(`${url}/v1/inventory/MUG/history${query}`))) as unknown as {
    status: number;
    body: Page;
  };
const documents = async (query = '') => (await history(query)).body.items.map(({ document }) => document);
const untilSettled = (count: number) =>
  until(async () => (await history()).body.items.length === count, `${count} movements are in the books`);

const adjust = (id: string, type: string, quantity: number, more: object = {}) =>
  post('/v1/inventory/adjustments', {
    id,
    type,
    lines: [{ sku: 'MUG', locationId: 'depot', quantity }],
    ...more,
  });
const lines = [{ lineId: 'a', sku: 'MUG', locationId: 'depot', quantity: 3 }];

beforeEach(async () => {
  fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'eu', 'depot');
  url = fleet.served.get('eu')?.url as string;
  await until(async () => (await fetch(`${url}/v1/locations/depot`)).ok, 'the depot is known');
  await adjust('d-1', 'receive', 20);
});

describe('the history of a product', () => {
  test('says why goods came, and why there were more of them than the books said', async () => {
    await adjust('d-2', 'receive', 3, { reason: 'late from Lübeck' });
    await adjust('c-2', 'correct', 2, { reason: 'found behind a rack' });
    await untilSettled(3);
    const { items } = (await history()).body;
    expect(items).toMatchObject([
      { document: 'c-2+', type: 'corrected', reason: 'found behind a rack' },
      { document: 'd-2', type: 'received', reason: 'late from Lübeck' },
      { document: 'd-1', type: 'received' },
    ]);
    expect(items[2]).not.toHaveProperty('reason');
    expect(await adjust('d-2', 'receive', 3, { reason: 'in other words' })).toMatchObject({
      results: [{ replayed: true }],
    });
  });

  test('has every act, newest first, with who and why, and adds up to the books', async () => {
    await post('/v1/orders', { id: 'o-1', lines });
    await post('/v1/orders/o-1/shipments', { id: 's-1' });
    await post('/v1/orders/o-1/returns', { id: 'r-1', lines: [{ lineId: 'a', quantity: 1 }] });
    await post('/v1/orders', { id: 'o-2', lines });
    await post('/v1/orders/o-2/cancel', { reason: 'changed their mind' });
    await post('/v1/holds', { id: 'h-1', ttlMs: 60_000, lines: [{ ...lines[0], lineId: undefined }] });
    await adjust('b-1', 'damage', 2, { reason: 'dropped' });
    await untilSettled(8);
    const { items } = (await history()).body;
    expect(items.map(({ type }) => type).sort()).toEqual(
      ['received', 'sold', 'shipped', 'returned', 'sold', 'cancelled', 'held', 'damaged'].sort(),
    );
    expect(items.find(({ document }) => document === 'b-1')).toMatchObject({
      type: 'damaged',
      reason: 'dropped',
      actor: 'rest:anyone',
      replica: 'depot',
      onHand: -2,
      available: -2,
    });
    expect(items.find(({ type }) => type === 'cancelled')).toMatchObject({
      orderId: 'o-2',
      reason: 'changed their mind',
    });
    const sum = (of: 'onHand' | 'available' | 'onHold') => items.reduce((n, item) => n + item[of], 0);
    const explained = await said(await fetch(`${url}/v1/inventory/MUG/explain`));
    expect(explained.body.pools).toMatchObject([
      { location: 'depot', onHand: sum('onHand'), available: sum('available') },
    ]);
    expect(sum('onHold')).toBe(3);
  });

  test('is read page by page, each movement once, while more come in', async () => {
    for (let i = 2; i <= 5; i += 1) await adjust(`d-${i}`, 'receive', 1);
    await untilSettled(5);
    const all = await documents();
    const first = (await history('?limit=2')).body;
    await adjust('d-6', 'receive', 1);
    await untilSettled(6);
    const seen = first.items.map(({ document }) => document);
    for (let cursor = first.nextCursor; cursor !== null; ) {
      const { items, nextCursor } = (await history(`?limit=2&cursor=${cursor}`)).body;
      seen.push(...items.map(({ document }) => document));
      cursor = nextCursor;
    }
    expect(seen).toEqual(all);
  });

  test('is narrowed by place, type and time', async () => {
    await adjust('c-1', 'count', 21);
    await untilSettled(2);
    expect(await documents('?type=counted')).toEqual(['c-1']);
    expect(await documents('?locationId=depot')).toHaveLength(2);
    expect(await documents('?locationId=berlin')).toEqual([]);
    expect(await documents('?to=2020-01-01T00:00:00Z')).toEqual([]);
    expect(await documents('?from=1969-01-01T00:00:00Z')).toHaveLength(2);
  });

  test('knows no product that nobody added, no cursor of another list, and no books that cannot be reached', async () => {
    expectProblem(await said(await fetch(`${url}/v1/inventory/NO-SUCH/history`)), 404, 'unknown_sku');
    const other = Buffer.from('1 2').toString('base64url');
    expectProblem(
      (await history(`?cursor=${other}`)) as unknown as Awaited<ReturnType<typeof said>>,
      400,
      'invalid_request',
    );
    await untilSettled(1);
    await fleet.authorities[0]?.app.close();
    const away = await said(await fetch(`${url}/v1/inventory/MUG/history`));
    expectProblem(away, 503, 'authority_unreachable');
    expect(away.headers.get('retry-after')).not.toBeNull();
  });
});

test('what is missing without a right to it is owed until it is repaid, and shown with the levels', async () => {
  const stock = async () => (await said(await fetch(`${url}/v1/inventory/MUG`))).body;
  const owed = async () => (await stock()).owed as number;
  expect(await owed()).toBe(0);
  await post('/v1/orders', { id: 'o-1', lines: [{ ...lines[0], quantity: 20 }], waitMs: 10_000 });
  await adjust('b-1', 'damage', 4);
  await until(async () => (await owed()) === 4, 'the region has heard of the loss');
  expect(await stock()).toMatchObject({ locations: [{ locationId: 'depot', owed: 4 }] });
  await adjust('d-2', 'receive', 4);
  await until(async () => (await owed()) === 0, 'what came pays for it');
});
