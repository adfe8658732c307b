/** A replica that is given another parent, with real processes' parts: Postgres, SQLite, sockets (F3a). */
import type { Agent } from '@tallystick/store-agent';
import { describe, expect, test } from 'vitest';
import { onHand, TestFleet, TOKEN, until } from './fleet.test-kit.ts';
import { verifyChains } from './verify.ts';

type Answer = { status: number; body: Record<string, unknown> };

/** As an operator asks: again, where a replica on the way could not be reached just then. */
async function ask(fleet: TestFleet, path: string, body: unknown): Promise<Answer> {
  let answer = await askOnce(fleet, path, body);
  await until(async () => {
    if (answer.status === 503) answer = await askOnce(fleet, path, body);
    return answer.status !== 503;
  }, `an answer to ${path}`);
  return answer;
}

async function askOnce(fleet: TestFleet, path: string, body: unknown): Promise<Answer> {
  const response = await fetch(`${fleet.authorities[0]?.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const move = (fleet: TestFleet, replica: string, to: string) =>
  ask(fleet, '/v1/moves', { replica, to, operator: 'anna' });

/** Two shops below two regions, a till in the first that has sold and has more to sell. */
async function town() {
  const fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('us', 'region', 'authority', null);
  const berlin = await fleet.add('berlin', 'store', 'eu', 'berlin');
  const depot = await fleet.add('depot', 'warehouse', 'us', 'depot');
  const till = await fleet.add('till', 'terminal', 'berlin', 'berlin');
  await fleet.post('berlin', '/v1/receipts', { id: 'd1', lines: [{ sku: 'MUG', quantity: 20 }] });
  const sold = await sell(fleet, 's1', 2);
  expect(sold.status).toBe(201);
  await until(() => till.order('s1').stage === 'settled', 'the till’s sale settles');
  await until(
    () => onHand(berlin, 'MUG', 'berlin') + onHand(till, 'MUG', 'berlin') === 18,
    'none is under way between the shop and its till',
  );
  return { fleet, berlin, depot, till };
}

const sell = (fleet: TestFleet, id: string, quantity: number): Promise<Answer> =>
  fleet.post('till', '/v1/sales', {
    id,
    lines: [{ sku: 'MUG', quantity, locationId: 'berlin' }],
    waitMs: 10_000,
  });

const booked = (fleet: TestFleet, available: number) =>
  until(
    () => fleet.authorities[0]?.authority.why('MUG').pools[0]?.available === available,
    `${available} are left in the books`,
  );

describe('[F3a] a till is given another parent', () => {
  test('[F3a] it sells on with its rights, is refused by its old parent, and settles by the new one', async () => {
    const { fleet, till } = await town();
    const { writer } = till.engine.replica.ledger.self;
    const held = onHand(till, 'MUG', 'berlin');
    expect(await move(fleet, 'till', 'depot')).toEqual({
      status: 200,
      body: { replica: 'till', from: 'berlin', to: 'depot', operator: 'anna' },
    });
    await until(
      () => /belongs under depot: link it there/.test(till.host.parent?.why ?? ''),
      'the old parent says where the till belongs',
    );
    expect((await sell(fleet, 's2', 1)).status).toBe(201);
    const moved = await fleet.relink('till', 'depot');
    expect(moved.engine.replica.ledger.self.writer).toBe(writer);
    expect(onHand(moved, 'MUG', 'berlin')).toBe(held - 1);
    expect((await sell(fleet, 's3', held - 1)).status).toBe(201);
    await until(() => moved.order('s3').stage === 'settled', 'the sale settles by the new way');
    await booked(fleet, 20 - 2 - held);
    const { authority } = fleet.authorities[0] as NonNullable<(typeof fleet.authorities)[0]>;
    const words = () => authority.why('MUG').words;
    await until(() => words().includes('every unit is accounted for'), 'every unit is accounted for');
    expect((await verifyChains(authority.pool)).problems).toEqual([]);
    const { rows } = await authority.pool.query(
      'select replica, parent_before, parent_after, operator from tallystick.moves',
    );
    expect(rows).toEqual([
      { replica: 'till', parent_before: 'berlin', parent_after: 'depot', operator: 'anna' },
    ]);
  });

  test('[F3a] [L1] what its old parent had granted it when it left comes by the tree', async () => {
    const { fleet, berlin, till } = await town();
    const before = onHand(till, 'MUG', 'berlin');
    await fleet.stopOne('till');
    await fleet.post('berlin', '/v1/receipts', { id: 'd2', lines: [{ sku: 'MUG', quantity: 10 }] });
    const atShop = onHand(berlin, 'MUG', 'berlin');
    // The shop grants while the till is away, and the authority moves the till before it is told.
    berlin.engine.run((replica, now) =>
      replica.ledger.append(
        {
          type: 'sent',
          to: till.engine.replica.ledger.self.writer,
          items: [{ pool: 'MUG@berlin' as never, n: 3 }],
        },
        '',
        'system',
        now,
      ),
    );
    await until(() => onHand(berlin, 'MUG', 'berlin') <= atShop - 3, 'the shop has granted');
    await move(fleet, 'till', 'depot');
    const moved: Agent = await fleet.relink('till', 'depot');
    await until(() => onHand(moved, 'MUG', 'berlin') === before + 3, 'the grant arrives from above');
    await booked(fleet, 28);
  });

  test('[F3a] [F3] a lost till that moved is retired where it is, and a parent without children too', async () => {
    const { fleet, depot } = await town();
    expect(
      await ask(fleet, '/v1/retirements', { id: 'r0', replica: 'berlin', operator: 'anna' }),
    ).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('give them another parent') },
    });
    await move(fleet, 'till', 'depot');
    expect(
      await ask(fleet, '/v1/retirements', { id: 'r1', replica: 'till', operator: 'anna' }),
    ).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('has not been there yet') },
    });
    const till = await fleet.relink('till', 'depot');
    await until(
      () => till.engine.replica.ledger.self.head.settled.seq === till.engine.replica.ledger.self.head.seq,
      'it is known',
    );
    const held = onHand(till, 'MUG', 'berlin');
    await fleet.stopOne('till');
    const counted = [{ sku: 'MUG', locationId: 'berlin', quantity: held }];
    const units = [{ pool: 'MUG@berlin', n: held }];
    expect(
      await ask(fleet, '/v1/retirements', { id: 'r2', replica: 'till', operator: 'anna', counted }),
    ).toMatchObject({
      status: 201,
      body: { reclaimed: units, exposure: [] },
    });
    await until(() => onHand(depot, 'MUG', 'berlin') === held, 'the units are free at its last parent');
    await fleet.stopOne('berlin');
    const lost = await ask(fleet, '/v1/retirements', { id: 'r3', replica: 'berlin', operator: 'anna' });
    expect(lost).toMatchObject({ status: 201, body: { reclaimed: [] } });
    const [left] = lost.body.exposure as { pool: string; n: number }[];
    const rest = [{ sku: 'MUG', locationId: 'berlin', quantity: 20 }];
    expect(
      await ask(fleet, '/v1/retirements', { id: 'r4', replica: 'berlin', operator: 'anna', counted: rest }),
    ).toMatchObject({ status: 201, body: { reclaimed: [left], exposure: [] } });
    await booked(fleet, 18);
  });

  test('[F3a] nobody is given a parent that cannot be one', async () => {
    const fleet = await TestFleet.start();
    await fleet.add('eu', 'region', 'authority', null);
    await fleet.add('berlin', 'store', 'eu', 'berlin');
    await fleet.add('till', 'terminal', 'berlin', 'berlin');
    const wrongs: [string, string, number, RegExp][] = [
      ['nobody', 'eu', 404, /No replica is called nobody/],
      ['till', 'nobody', 404, /No replica is called nobody/],
      ['eu', 'berlin', 403, /berlin is eu itself, or hangs on it/],
      ['eu', 'eu', 403, /hangs on it/],
      ['berlin', 'till', 403, /till is a terminal/],
    ];
    for (const [replica, to, status, said] of wrongs) {
      const answer = await move(fleet, replica, to);
      expect([answer.status, answer.body.detail]).toEqual([status, expect.stringMatching(said)]);
    }
    expect(await move(fleet, 'till', 'berlin')).toMatchObject({ status: 200, body: { from: 'berlin' } });
    const { authority } = fleet.authorities[0] as NonNullable<(typeof fleet.authorities)[0]>;
    expect((await authority.pool.query('select * from tallystick.moves')).rows).toEqual([]);
  });
});
