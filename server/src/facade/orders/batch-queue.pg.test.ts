/** Batches that nobody waits for: taken on, placed once, found again, whatever happens to the region in between. */
import { join } from 'node:path';
import { expectProblem, said } from '@tallystick/store-agent/test-kit';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';

let fleet: TestFleet;

const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  said(
    await fetch(`${fleet.served.get('eu')?.url}${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
const order = (id: string, quantity: number, sku = 'MUG') => ({
  id,
  lines: [{ sku, quantity, locationId: 'depot' }],
});
const ASYNC = { prefer: 'respond-async' };
const later = (body: object, query = '', headers: Record<string, string> = ASYNC) =>
  call('POST', `/v1/orders/batch${query}`, { waitMs: 10_000, ...body }, headers);
const asked = (batch: object) =>
  JSON.stringify({ sender: { role: 'operator', actor: 'rest:anyone' }, batch });
const statusOf = (id: string) => call('GET', `/v1/order-batches/${id}`);
const done = async (id: string) => {
  await until(async () => (await statusOf(id)).body.status === 'done', `${id} is placed`);
  return (await statusOf(id)).body;
};
beforeEach(async () => {
  fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'authority', 'depot');
  expect(
    (await fleet.post('depot', '/v1/receipts', { id: 'opening', lines: [{ sku: 'MUG', quantity: 10 }] }))
      .status,
  ).toBe(201);
});

describe('Prefer: respond-async', () => {
  test('answers 202 with a place to ask, and the batch is placed', async () => {
    const taken = await later({ id: 'b1', orders: [order('o1', 2), order('o2', 3)] });
    expect(taken).toMatchObject({ status: 202, body: { id: 'b1' } });
    expect(taken.headers.get('preference-applied')).toBe('respond-async');
    expect(taken.headers.get('retry-after')).toBe('1');
    const where = taken.headers.get('location') as string;
    expect(where).toBe('/v1/order-batches/b1');
    expect(await done('b1')).toEqual({
      id: 'b1',
      status: 'done',
      results: [
        { id: 'o1', status: 201 },
        { id: 'o2', status: 201 },
      ],
    });
    expect((await call('GET', '/v1/orders/o2')).body).toMatchObject({ id: 'o2', status: 'confirmed' });
    const again = await later({ id: 'b1', orders: [order('o1', 2), order('o2', 3)] });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
    expectProblem(await later({ id: 'b1', orders: [order('o3', 1)] }), 422, 'document_differs');
  });

  test('says of what was refused why, of all together or of each', async () => {
    await later({ id: 'all', orders: [order('o1', 6), order('o2', 5)], waitMs: 0 });
    const all = await done('all');
    expect(all).toMatchObject({ problem: { status: 409, code: 'insufficient_stock' } });
    expect(all).not.toHaveProperty('results');
    await later({ id: 'each', orders: [order('o3', 1), order('o4', 1, 'NO-SUCH')] }, '?partial=true');
    expect((await done('each')).results).toMatchObject([
      { id: 'o3', status: 201 },
      { id: 'o4', status: 404, problem: { code: 'unknown_sku' } },
    ]);
  });

  test('a batch that was taken on is placed after a restart, once, and is found there', async () => {
    await later({ id: 'before', orders: [order('o0', 1)] });
    await done('before');
    await fleet.stopOne('eu');
    // As it is found where the process died between the 202 and the commit.
    const db = new Database(join(fleet.folder, 'eu', 'batches.db'));
    const body = { id: 'b1', orders: [order('o1', 2)], waitMs: 10_000 };
    db.prepare('insert into batch (id, hash, asked) values (?, ?, ?)').run(
      'b1',
      'hash',
      asked({ id: 'b1', body, isPartial: false }),
    );
    // And where it died between the commit and the note that it is done.
    db.prepare("update batch set became = null, asked = ? where id = 'before'").run(
      asked({
        id: 'before',
        body: { ...body, id: 'before', orders: [order('o0', 1)] },
        isPartial: false,
      }),
    );
    db.close();
    await fleet.run('eu');
    expect((await done('b1')).results).toEqual([{ id: 'o1', status: 201 }]);
    expect((await done('before')).results).toEqual([{ id: 'o0', status: 201, replayed: true }]);
    const sold = async () => {
      const { body: stock } = await call('GET', '/v1/inventory/MUG');
      return stock.available;
    };
    await until(async () => (await sold()) === 7, 'three are sold, and no more');
  });

  test('an id that was never sent is 404; a batch that is not well is refused at once', async () => {
    expectProblem(await statusOf('nothing'), 404, 'not_found');
    expectProblem(await statusOf('%00'), 400, 'invalid_request');
    expectProblem(await later({ id: 'b1', orders: [] }), 400, 'invalid_request');
    expectProblem(await statusOf('b1'), 404, 'not_found');
  });

  test.each([
    ['respond-async, wait=10', 202],
    ['wait=10, Respond-Async', 202],
    ['respond-asynchronously', 201],
    ['return=minimal', 201],
  ])('Prefer: %s', async (prefer, status) => {
    expect((await later({ orders: [order('o1', 1)] }, '', { prefer })).status).toBe(status);
  });
});
