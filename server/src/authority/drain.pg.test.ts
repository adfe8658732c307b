/** A long journal comes in: the next frames are read while Postgres commits those before them. */
import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { TestFleet, until } from './fleet.test-kit.ts';
import { saleOf } from './journal.test-kit.ts';
import { verifyChains } from './verify.ts';

/** Two turns and more of them. */
const SALES = 4_000;
const RECEIPTS = 10;

test('[T8] [D5] a shop’s backlog is in the books once, also while another process commits between its turns', async () => {
  const fleet = await TestFleet.start(2);
  const berlin = await fleet.add('berlin', 'store', 'authority', 'berlin', 0);
  const depot = await fleet.add('depot', 'warehouse', 'authority', 'depot', 1);
  const lines = [{ sku: 'LAMP', quantity: SALES }];
  await fleet.post('berlin', '/v1/receipts', { id: 'd1', lines });
  berlin.host.parent?.stop();
  const sales = Array.from({ length: SALES }, (_, i) => {
    const sale = saleOf(`o${i}`, 1);
    const sold = sale.lines.map((line) => ({ ...line, sku: 'LAMP', locationId: 'berlin' }) as typeof line);
    return berlin.submit({ ...sale, departsFrom: [], lines: sold });
  });
  for (const answer of await Promise.all(sales)) expect(answer.ok).toBe(true);
  berlin.host.parent?.start();

  const unsettled = ({ self }: typeof berlin.engine.replica.ledger) => self.head.seq - self.head.settled.seq;
  for (let i = 1; i <= RECEIPTS; i += 1) {
    const body = { id: `r${i}`, lines: [{ sku: 'MUG', quantity: 1 }] };
    expect(await fleet.post('depot', '/v1/receipts', body)).toMatchObject({ status: 201 });
  }
  for (const { engine } of [berlin, depot])
    await until(() => unsettled(engine.replica.ledger) === 0, 'the books have everything');
  const pool = fleet.authorities[0]?.authority.pool as Pool;
  const { rows } = await pool.query<{ orders: number; lines: number; received: number }>(
    `select (select count(*)::int from tallystick.orders) as orders,
      (select count(*)::int from tallystick.sold_lines) as lines,
      (select sum(received)::int from tallystick.rows where sku = 'MUG') as received`,
  );
  expect(rows).toEqual([{ orders: SALES, lines: SALES, received: RECEIPTS }]);
  expect((await verifyChains(pool)).problems).toEqual([]);
});
