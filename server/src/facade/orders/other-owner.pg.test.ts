/** Orders that another replica owns, changed through this region's door: who asks it next reads what was done. */
import { said } from '@tallystick/store-agent/test-kit';
import { beforeEach, expect, test } from 'vitest';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';

let fleet: TestFleet;

const call = async (door: string, method: string, path: string, body?: unknown) =>
  said(
    await fetch(`${fleet.served.get(door)?.url}${path}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
const order = (id: string) => ({
  id,
  lines: [{ lineId: 'a', sku: 'MUG', quantity: 2, locationId: 'depot' }],
  waitMs: 10_000,
});
const ids = Array.from({ length: 8 }, (_, i) => `o${i}`);

beforeEach(async () => {
  fleet = await TestFleet.start();
  for (const region of ['eu', 'us']) await fleet.add(region, 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'eu', 'depot');
  await fleet.add('berlin', 'store', 'eu', 'berlin');
  expect(
    (await fleet.post('depot', '/v1/receipts', { id: 'opening', lines: [{ sku: 'MUG', quantity: 40 }] }))
      .status,
  ).toBe(201);
});

/** @returns once the door that is to change them knows them all */
async function placed(owner: string, path: string, door: string): Promise<void> {
  for (const id of ids) expect((await call(owner, 'POST', path, order(id))).status).toBe(201);
  await until(async () => {
    const read = await Promise.all(ids.map((id) => call(door, 'GET', `/v1/orders/${id}`)));
    return read.every(({ status }) => status === 200);
  }, 'the other door knows the orders');
}

const statusOf = async (door: string, id: string) =>
  (await call(door, 'GET', `/v1/orders/${id}`)).body.status as string;

test.each([
  ['of another region', 'eu', '/v1/orders', 'us'],
  ['of a shop below', 'berlin', '/v1/sales', 'eu'],
])(
  '%s: cancelled is what the answer says, and the next reader of that door',
  async (_, owner, path, door) => {
    await placed(owner, path, door);
    for (const id of ids) {
      const answer = await call(door, 'POST', `/v1/orders/${id}/cancel`, { reason: 'changed their mind' });
      expect(answer).toMatchObject({ status: 200, body: { id, status: 'cancelled', owner } });
      expect(await statusOf(door, id)).toBe('cancelled');
    }
  },
);

test('of another region: a mark is there at once, and goes when the books have more', async () => {
  await placed('eu', '/v1/orders', 'us');
  for (const id of ids) {
    const marked = await call('us', 'PUT', `/v1/orders/${id}/status`, { status: 'processing' });
    expect(marked).toMatchObject({ status: 200, body: { id, status: 'processing' } });
    expect(await statusOf('us', id)).toBe('processing');
    expect((await call('eu', 'POST', `/v1/orders/${id}/cancel`)).status).toBe(200);
  }
  for (const id of ids)
    await until(async () => (await statusOf('us', id)) === 'cancelled', `${id} is cancelled here too`);
});

test('what its owner did stands, and is told, while the books cannot be reached', async () => {
  await placed('berlin', '/v1/sales', 'eu');
  await fleet.authorities[0]?.app.close();
  for (const id of ids) {
    expect((await call('eu', 'POST', `/v1/orders/${id}/cancel`)).body).toMatchObject({ status: 'cancelled' });
    expect(await statusOf('eu', id)).toBe('cancelled');
  }
});
