/** Orders through a region's door under a real authority: batches, moves of goods, lists, and repeats of each. */
import type { Agent } from '@tallystick/store-agent';
import { expectProblem, said } from '@tallystick/store-agent/test-kit';
import { beforeEach, describe, expect, test } from 'vitest';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';

let fleet: TestFleet;
let url: string;

const call = async (method: string, path: string, body?: unknown) =>
  said(
    await fetch(`${url}${path}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
const line = (quantity: number, sku = 'MUG') => ({ lineId: 'a', sku, quantity, locationId: 'depot' });
const order = (id: string, quantity: number) => ({ id, lines: [line(quantity)] });

beforeEach(async () => {
  fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'eu', 'depot');
  url = fleet.served.get('eu')?.url as string;
  const opening = { id: 'opening', lines: ['MUG', 'LAMP'].map((sku) => ({ sku, quantity: 10 })) };
  expect((await fleet.post('depot', '/v1/receipts', opening)).status).toBe(201);
});

describe('a batch of orders', () => {
  const place = (orders: object[], query = '') =>
    call('POST', `/v1/orders/batch${query}`, { orders, waitMs: 10_000 });

  test('[T5] is summed over its orders: six and five of ten are not sold, and nothing of them is', async () => {
    const answer = await place([order('o1', 6), order('o2', 5)]);
    expectProblem(answer, 409, 'insufficient_stock');
    expect(answer.body.items).toMatchObject([{ sku: 'MUG', requested: 11 }]);
    for (const id of ['o1', 'o2']) expectProblem(await call('GET', `/v1/orders/${id}`), 404, 'unknown_order');
    expect((await place([order('o1', 6), order('o2', 4)])).status).toBe(201);
  });

  test('[R4] waits once for what is elsewhere, leaves no hold behind, and is the same batch again', async () => {
    const orders = [order('o1', 3), order('o2', 4)];
    const first = await place(orders);
    expect(first.body.results).toMatchObject([
      { id: 'o1', status: 201 },
      { id: 'o2', status: 201 },
    ]);
    expect(fleet.served.get('eu')?.agent.engine.replica.ledger.holds.size).toBe(0);
    const again = await place([...orders, order('o3', 3)]);
    expect(again.body.results).toMatchObject([
      { replayed: true },
      { replayed: true },
      { id: 'o3', status: 201 },
    ]);
    expectProblem(await place([order('o4', 1)]), 409, 'insufficient_stock');
  });

  test('asked for again while it is being placed is told to wait, never no and yes', async () => {
    const orders = [order('o1', 6), order('o2', 4)];
    const { agent } = fleet.served.get('eu') as { agent: Agent };
    const submit = agent.submit.bind(agent);
    let goOn = () => {};
    const othersHeard = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    // Whoever is first takes until all others have been answered.
    agent.submit = async (command) => {
      await othersHeard;
      return submit(command);
    };
    let heard = 0;
    const answers = await Promise.all(
      ['', '', '?partial=true', ''].map(async (query) => {
        const answer = await place(orders, query);
        heard += 1;
        if (heard === 3) goOn();
        return answer;
      }),
    );
    const refused = answers.filter(({ status }) => status >= 300);
    expect(refused).toHaveLength(3);
    for (const answer of refused) expectProblem(answer, 409, 'request_under_way');
    expect((await place(orders)).body.results).toMatchObject([{ replayed: true }, { replayed: true }]);
  });

  test('an order in it that says something else under a known id refuses it whole', async () => {
    await place([order('o1', 1)]);
    expectProblem(await place([order('o2', 1), order('o1', 2)]), 422, 'document_differs');
    expectProblem(await call('GET', '/v1/orders/o2'), 404, 'unknown_order');
  });

  test('in parts, a giant does not starve the others', async () => {
    const { status, body } = await place([order('giant', 1_000_000), order('o1', 2)], '?partial=true');
    expect(status).toBe(207);
    expect(body.results).toMatchObject([
      { id: 'giant', status: 409 },
      { id: 'o1', status: 201 },
    ]);
  });

  test('of more than 10,000 lines, or with one id twice, is refused', async () => {
    const lines = Array.from({ length: 5_001 }, (_, i) => ({ ...line(1), lineId: `l${i}` }));
    expectProblem(
      await place([
        { id: 'o1', lines },
        { id: 'o2', lines },
      ]),
      400,
      'invalid_request',
    );
    expectProblem(await place([order('o1', 1), order('o1', 1)]), 400, 'invalid_request');
  });
});

describe('goods of an order', () => {
  test('leave once and come back once, however often it is said', async () => {
    await call('POST', '/v1/orders', { ...order('o1', 3), waitMs: 10_000 });
    const parcel = { id: 'p1', lines: [{ lineId: 'a', quantity: 2 }] };
    for (let i = 0; i < 2; i += 1)
      expect((await call('POST', '/v1/orders/o1/shipments', parcel)).status).toBe(201);
    expect((await call('GET', '/v1/orders/o1')).body).toMatchObject({
      status: 'processing',
      lines: [{ shipped: 2 }],
    });
    expect((await call('PUT', '/v1/orders/o1/status', { status: 'shipped' })).body).toMatchObject({
      status: 'shipped',
    });
    const back = { id: 'r1', lines: [{ lineId: 'a', quantity: 1 }] };
    for (let i = 0; i < 2; i += 1)
      expect((await call('POST', '/v1/orders/o1/returns', back)).status).toBe(201);
    expect((await call('GET', '/v1/orders/o1')).body).toMatchObject({ lines: [{ shipped: 3, returned: 1 }] });
    expectProblem(
      await call('POST', '/v1/orders/o1/returns', { id: 'r2', lines: [{ lineId: 'a', quantity: 3 }] }),
      409,
      'more_than_ordered',
    );
    expect((await call('PUT', '/v1/orders/o1/status', { status: 'returned' })).body).toMatchObject({
      status: 'returned',
    });
  });

  test('[T8] come back where the customer brings them, and are sold there', async () => {
    const berlin = await fleet.add('berlin', 'store', 'eu', 'berlin');
    const opening = { id: 'opening-b', lines: [{ sku: 'MUG', quantity: 1 }] };
    expect((await fleet.post('berlin', '/v1/receipts', opening)).status).toBe(201);
    const { writer } = berlin.engine.replica.ledger.self;
    await call('POST', '/v1/orders', { ...order('o1', 3), waitMs: 10_000 });
    await call('POST', '/v1/orders/o1/shipments', { id: 'p1' });
    const back = { id: 'r1', lines: [{ lineId: 'a', quantity: 1, locationId: 'berlin' }] };
    expect((await call('POST', '/v1/orders/o1/returns', back)).status).toBe(201);
    const own = berlin.engine.replica.ledger;
    await until(() => own.self.head.settled.seq === own.self.head.seq, 'what came back is in the books');
    expect(own.self.writer).toBe(writer);
    const sale = { id: 's1', lines: [{ sku: 'MUG', quantity: 2 }] };
    expect((await fleet.post('berlin', '/v1/sales', sale)).status).toBe(201);
  });

  test('[T6] that came back in another region are back, and do not come back here once more', async () => {
    await fleet.add('us', 'region', 'authority', null);
    await fleet.add('berlin', 'store', 'us', 'berlin');
    await call('POST', '/v1/orders', { ...order('o1', 1), waitMs: 10_000 });
    await call('POST', '/v1/orders/o1/shipments', { id: 'p1' });
    await until(
      async () => (await call('GET', '/v1/orders/o1')).body.stage === 'settled',
      'it is in the books',
    );
    const back = (id: string, locationId: string) =>
      call('POST', '/v1/orders/o1/returns', { id, lines: [{ lineId: 'a', quantity: 1, locationId }] });
    expect((await back('r1', 'berlin')).status).toBe(201);
    await until(async () => {
      const answer = await fetch(`${fleet.served.get('us')?.url}/v1/orders/o1`);
      const { lines } = (await answer.json()) as { lines?: { returned: number }[] };
      return lines?.[0]?.returned === 1;
    }, 'the books have what came back');
    expectProblem(await back('r2', 'depot'), 409, 'more_than_ordered');
  });

  test('[T4] that never left do not come back', async () => {
    await call('POST', '/v1/orders', { ...order('o1', 3), waitMs: 10_000 });
    const back = { id: 'r1', lines: [{ lineId: 'a', quantity: 3 }] };
    expectProblem(await call('POST', '/v1/orders/o1/returns', back), 409, 'more_than_ordered');
    await call('POST', '/v1/orders/o1/shipments', { id: 'p1', lines: [{ lineId: 'a', quantity: 2 }] });
    await until(async () => {
      const { status } = await call('POST', '/v1/orders/o1/returns', {
        id: 'r2',
        lines: [{ lineId: 'a', quantity: 2 }],
      });
      return status === 201;
    }, 'what left comes back');
    expectProblem(await call('POST', '/v1/orders/o1/returns', back), 409, 'more_than_ordered');
  });

  test('are not moved where the order has no such line, or without a name for the move', async () => {
    await call('POST', '/v1/orders', { ...order('o1', 1), waitMs: 10_000 });
    expectProblem(
      await call('POST', '/v1/orders/o1/shipments', { id: 'p', lines: [{ lineId: 'z' }] }),
      400,
      'invalid_request',
    );
    expectProblem(await call('POST', '/v1/orders/o1/shipments', {}), 400, 'invalid_request');
    expectProblem(await call('POST', '/v1/orders/none/shipments', { id: 'p' }), 404, 'unknown_order');
  });

  test('all that is left is shipped once, and taken back once, by a request that comes again', async () => {
    await call('POST', '/v1/orders', { ...order('o1', 3), waitMs: 10_000 });
    for (const path of ['shipments', 'returns']) {
      const first = await call('POST', `/v1/orders/o1/${path}`, { id: 'all' });
      const again = await call('POST', `/v1/orders/o1/${path}`, { id: 'all' });
      expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([
        201,
        201,
        'true',
      ]);
    }
    expect((await call('GET', '/v1/orders/o1')).body.lines).toMatchObject([{ shipped: 3, returned: 3 }]);
  });

  test('of a cancelled order are neither shipped nor taken back, though their keeper has not heard of it', async () => {
    await call('POST', '/v1/orders', { ...order('o1', 3), waitMs: 10_000 });
    await call('POST', '/v1/orders/o1/shipments', { id: 'p1', lines: [{ lineId: 'a', quantity: 1 }] });
    expect((await call('POST', '/v1/orders/o1/cancel')).status).toBe(200);
    for (const path of ['shipments', 'returns']) {
      const lines = [{ lineId: 'a', quantity: 2 }];
      expectProblem(
        await call('POST', `/v1/orders/o1/${path}`, { id: 'late', lines }),
        409,
        'more_than_ordered',
      );
    }
    const back = { id: 'r1', lines: [{ lineId: 'a', quantity: 1 }] };
    expect((await call('POST', '/v1/orders/o1/returns', back)).status).toBe(201);
  });

  test('that left cannot be cancelled, and a cancelled order goes nowhere', async () => {
    await call('POST', '/v1/orders', { ...order('o1', 1), waitMs: 10_000 });
    await call('PUT', '/v1/orders/o1/status', { status: 'shipped' });
    expectProblem(
      await call('PUT', '/v1/orders/o1/status', { status: 'cancelled' }),
      409,
      'status_move_refused',
    );
    await call('POST', '/v1/orders', { ...order('o2', 1), waitMs: 10_000 });
    expect((await call('POST', '/v1/orders/o2/cancel')).body).toMatchObject({ status: 'cancelled' });
    for (const status of ['processing', 'shipped', 'delivered', 'returned']) {
      expectProblem(await call('PUT', '/v1/orders/o2/status', { status }), 409, 'status_move_refused');
    }
  });
});

describe('goods that come back as an adjustment', () => {
  test('are those of the order as well: never more than left it, and never lines that were cancelled', async () => {
    await call('POST', '/v1/orders', { ...order('o1', 2), waitMs: 10_000 });
    const back = (id: string, more: object = {}) =>
      call('POST', '/v1/inventory/adjustments', {
        id,
        type: 'return',
        orderId: 'o1',
        lines: [{ ...line(1), ...more }],
      });
    await call('PUT', '/v1/orders/o1/status', { status: 'shipped' });
    expectProblem(await back('r0', { sku: 'LAMP' }), 400, 'invalid_request');
    for (let i = 0; i < 2; i += 1) expect((await back('r1')).status).toBe(201);
    expectProblem(await back('r2', { quantity: 2 }), 409, 'more_than_ordered');
    await call('POST', '/v1/orders', { ...order('o2', 1), waitMs: 10_000 });
    await call('POST', '/v1/orders/o2/cancel');
    const cancelled = { id: 'r3', type: 'return', orderId: 'o2', lines: [line(1)] };
    expectProblem(await call('POST', '/v1/inventory/adjustments', cancelled), 409, 'more_than_ordered');
  });
});

describe('a hold without a location', () => {
  test('[T8] is the same hold again, also when the goods would now be found elsewhere', async () => {
    const hold = { id: 'h1', ttlMs: 60_000, waitMs: 10_000, lines: [{ sku: 'MUG', quantity: 8 }] };
    const first = await call('POST', '/v1/holds', hold);
    expect(first.body).toMatchObject({ lines: [{ locationId: 'depot' }] });
    await fleet.add('berlin', 'store', 'eu', 'berlin');
    await fleet.post('berlin', '/v1/receipts', { id: 'b', lines: [{ sku: 'MUG', quantity: 50 }] });
    const { agent } = fleet.served.get('eu') as { agent: { settings: { sourcing?: string[] } } };
    Object.assign(agent.settings, { sourcing: ['berlin', 'depot'] });
    const again = await call('POST', '/v1/holds', hold);
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });
});

describe('lists of orders', () => {
  test('come from the books, newest first, filtered and in pages', async () => {
    for (let i = 0; i < 5; i += 1) {
      const client = i % 2 === 0 ? 'acme' : 'best';
      await call('POST', '/v1/orders', { ...order(`o${i}`, 1), client, waitMs: 10_000 });
    }
    await call('POST', '/v1/orders/o4/cancel');
    const ids = async (query: string) =>
      ((await call('GET', `/v1/orders${query}`)).body.items as { id: string }[]).map(({ id }) => id);
    await until(async () => (await ids('?status=cancelled')).length === 1, 'all has settled');
    expect(await ids('?client=acme')).toEqual(['o4', 'o2', 'o0']);
    expect(await ids('?status=confirmed&client=acme')).toEqual(['o2', 'o0']);
    const seen: string[] = [];
    let path: string | undefined = '/v1/orders?limit=2';
    while (path !== undefined) {
      const { body, headers } = await call('GET', path);
      seen.push(...(body.items as { id: string }[]).map(({ id }) => id));
      path = /<(.*)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(seen).toEqual(['o4', 'o3', 'o2', 'o1', 'o0']);
    const from = new Date(Date.now() + 60_000).toISOString();
    expect(await ids(`?placedFrom=${encodeURIComponent(from)}`)).toEqual([]);
    expectProblem(await call('GET', '/v1/orders?placedFrom=yesterday'), 400, 'invalid_request');
    expectProblem(await call('GET', '/v1/orders?cursor=AAAA'), 400, 'invalid_request');
  });
});
