/** A shop's own door asks the books what others did to an order, before goods of it leave or come back there (T8). */
import { expect, test } from 'vitest';
import type { Authority } from './authority.ts';
import { TestFleet, until } from './fleet.test-kit.ts';
import { orderFromBooks } from './order-from-books.ts';

/** A shop and a warehouse, each with a sale of two lamps that is in the books. */
async function twoKeepers() {
  const fleet = await TestFleet.start();
  const berlin = await fleet.add('berlin', 'store', 'authority', 'berlin');
  const depot = await fleet.add('depot', 'warehouse', 'authority', 'depot');
  for (const at of ['berlin', 'depot']) {
    await fleet.post(at, '/v1/receipts', { id: `r-${at}`, lines: [{ sku: 'LAMP', quantity: 9 }] });
    const order = { id: `o-${at}`, lines: [{ lineId: 'a', sku: 'LAMP', quantity: 2 }] };
    expect((await fleet.post(at, '/v1/sales', order)).status).toBe(201);
  }
  await until(() => berlin.order('o-berlin').stage === 'settled', 'the sale is in the books');
  await until(() => depot.order('o-depot').stage === 'settled', 'the other one too');
  const move = async (at: string, path: string, id: string, orderId: string, n: number) =>
    (
      await fleet.post(at, path, {
        id,
        orderId,
        lines: [{ lineId: 'a', sku: 'LAMP', quantity: n, sold: 2, ordered: 2 }].map(
          ({ sold, ordered, ...line }) => ({ ...line, ...(path === '/v1/returns' ? { sold } : { ordered }) }),
        ),
      })
    ).status;
  return { fleet, berlin, depot, move };
}

async function returned(fleet: TestFleet): Promise<number | undefined> {
  const { authority } = fleet.authorities[0] as { authority: Authority };
  const order = (await orderFromBooks(authority.pool, 'o-berlin')) as
    | { lines: { returned: number }[] }
    | undefined;
  return order?.lines[0]?.returned;
}

const fenced = (fleet: TestFleet) =>
  [...(fleet.authorities[0]?.authority.host.engine.replica.ledger.streams.values() ?? [])].filter(
    ({ head }) => head.fence !== null,
  );

test('[T8] what came back at one place is not taken a second time at another, and nobody is shut out', async () => {
  const { fleet, move } = await twoKeepers();
  // Sold at the counter of the shop: it left with its customer.
  expect(await move('depot', '/v1/returns', 'b1', 'o-berlin', 1)).toBe(201);
  await until(async () => (await returned(fleet)) === 1, 'the books have heard of it');
  expect(await move('berlin', '/v1/returns', 'b2', 'o-berlin', 2)).toBe(409);
  expect(await move('berlin', '/v1/returns', 'b3', 'o-berlin', 1)).toBe(201);
  // The same once more is the same return, though nothing is left.
  expect(await move('berlin', '/v1/returns', 'b3', 'o-berlin', 1)).toBe(201);
  await until(async () => (await returned(fleet)) === 2, 'all is in the books');
  expect(await move('depot', '/v1/returns', 'b4', 'o-berlin', 1)).toBe(409);
  expect(fenced(fleet)).toEqual([]);
});

test('[T8] what was cancelled does not leave, and does not come back', async () => {
  const { fleet, move } = await twoKeepers();
  expect(await move('depot', '/v1/shipments', 's1', 'o-depot', 1)).toBe(201);
  expect((await fleet.post('depot', '/v1/orders/o-depot/cancel', {})).status).toBe(200);
  expect(await move('depot', '/v1/shipments', 's2', 'o-depot', 1)).toBe(409);
  expect(await move('depot', '/v1/returns', 'b2', 'o-depot', 2)).toBe(409);
  expect(await move('depot', '/v1/returns', 'b3', 'o-depot', 1)).toBe(201);
  expect(fenced(fleet)).toEqual([]);
});

test('without a line up a shop goes by what it knows', async () => {
  const { fleet, berlin, move } = await twoKeepers();
  await fleet.whileStopped(async () => {
    await until(() => berlin.host.parent?.state !== 'up', 'the line is down');
    expect(await move('berlin', '/v1/returns', 'b1', 'o-berlin', 2)).toBe(201);
    expect(await move('berlin', '/v1/returns', 'b2', 'o-berlin', 1)).toBe(409);
  });
});

test('[T8] what a till asks of its shop is looked at there, and the same once more is the same', async () => {
  const { fleet, move } = await twoKeepers();
  await fleet.add('till', 'terminal', 'berlin', 'berlin');
  for (const id of ['b1', 'b1', 'b2']) {
    expect(await move('till', '/v1/returns', id, 'o-berlin', 1)).toBe(201);
    await until(async () => (await returned(fleet)) === Number(id.at(-1)), 'the books have heard of it');
  }
  for (const id of ['b1', 'b2']) expect(await move('till', '/v1/returns', id, 'o-berlin', 1)).toBe(201);
  expect(await move('till', '/v1/returns', 'b3', 'o-berlin', 1)).toBe(409);
  expect(fenced(fleet)).toEqual([]);
});
