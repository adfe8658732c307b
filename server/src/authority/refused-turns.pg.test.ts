/** What the core takes in and a constraint of the books refuses shuts out whoever said it, and nobody else (T6, F5). */
import type { Agent } from '@tallystick/store-agent';
import type { Pool } from 'pg';
import { describe, expect, test } from 'vitest';
import type { Authority } from './authority.ts';
import { figures } from './figures.ts';
import { TestFleet, until } from './fleet.test-kit.ts';
import { replicaDetails } from './replica-state.ts';
import { verifyChains } from './verify.ts';

/** Refuses the sale itself, also where its writer is shut out. */
const NO_MUGS = `alter table tallystick.sold_lines add constraint no_mugs check (sku <> 'MUG')`;
/** As the rules of the core are checked once more: of writers that are not shut out. */
const MUGS_LATE = `alter table tallystick.rows add constraint mugs_late check (fenced or sku <> 'MUG' or used = 0)`;

async function twoShops(...sql: string[]) {
  const fleet = await TestFleet.start();
  const berlin = await fleet.add('berlin', 'store', 'authority', 'berlin');
  const depot = await fleet.add('depot', 'warehouse', 'authority', 'depot');
  const first = {
    id: 'r1',
    lines: [
      { sku: 'MUG', quantity: 5 },
      { sku: 'LAMP', quantity: 5 },
    ],
  };
  await fleet.post('berlin', '/v1/receipts', first);
  await fleet.post('depot', '/v1/receipts', { id: 'd1', lines: [{ sku: 'LAMP', quantity: 40 }] });
  for (const line of sql) await poolOf(fleet).query(line);
  return { fleet, berlin, depot };
}

const authorityOf = (fleet: TestFleet) => fleet.authorities[0]?.authority as Authority;
const poolOf = (fleet: TestFleet): Pool => authorityOf(fleet).pool;
const isSettled = (agent: Agent, id: string) =>
  until(() => agent.order(id).stage === 'settled', `${id} is in the books`);

const sell = (fleet: TestFleet, at: string, id: string, sku: string) =>
  fleet.post(at, '/v1/sales', { id, lines: [{ sku, quantity: 1 }] });

const aside = async (fleet: TestFleet) =>
  (await poolOf(fleet).query('select writer, reason from tallystick.quarantine order by seq')).rows;

async function livesOf(fleet: TestFleet, id: string) {
  return (await replicaDetails(authorityOf(fleet), id as never))?.lives.map(({ fenced }) => fenced);
}

describe('[T6] a turn that the books refuse', () => {
  test('[T6] [F5] shuts out whose entry it is, keeps that as evidence, and all others go on, also after a restart', async () => {
    const { fleet, berlin, depot } = await twoShops(NO_MUGS);
    const { writer } = berlin.engine.replica.ledger.self;
    expect((await sell(fleet, 'berlin', 's1', 'MUG')).status).toBe(201);
    expect((await sell(fleet, 'depot', 's2', 'LAMP')).status).toBe(201);
    await isSettled(depot, 's2');
    await until(async () => (await livesOf(fleet, 'berlin'))?.length === 2, 'berlin goes on as a new writer');
    expect(await livesOf(fleet, 'berlin')).toEqual(['malformed', undefined]);
    expect(await aside(fleet)).toContainEqual({ writer, reason: 'malformed' });
    expect(authorityOf(fleet).failure).toBeUndefined();
    expect(figures(authorityOf(fleet)).find(({ name }) => name === 'refused_by_books_total')?.value).toBe(1);
    // Who was shut out receives and sells again, in its next life.
    await until(async () => {
      const receipt = { id: 'r2', lines: [{ sku: 'LAMP', quantity: 5 }] };
      return (await fleet.post('berlin', '/v1/receipts', receipt)).status < 300;
    }, 'berlin receives in its next life');
    expect((await sell(fleet, 'berlin', 's3', 'LAMP')).status).toBe(201);
    await isSettled(berlin, 's3');

    const again = await fleet.whileStopped(async () => {});
    expect((await sell(fleet, 'depot', 's4', 'LAMP')).status).toBe(201);
    expect((await sell(fleet, 'berlin', 's5', 'LAMP')).status).toBe(201);
    await isSettled(depot, 's4');
    await isSettled(berlin, 's5');
    expect(again.failure).toBeUndefined();
    expect(again.host.engine.state).toBe('running');
    expect((await verifyChains(again.pool)).problems).toEqual([]);

    // Once whatever refused it is mended, what was put aside comes once more, as late.
    const drop = 'alter table tallystick.sold_lines drop constraint no_mugs';
    const mended = await fleet.whileStopped(async () => {});
    await mended.pool.query(drop);
    const last = await fleet.whileStopped(async () => {});
    await until(
      async () =>
        (await last.pool.query(`select from tallystick.orders where order_id = 's1'`)).rowCount === 1,
      'the sale is in the books at last',
    );
    expect((await verifyChains(last.pool)).problems).toEqual([]);
  }, 120_000);

  test('[T6] [F5] is taken as late where the books take it from who is shut out', async () => {
    const { fleet, berlin, depot } = await twoShops(MUGS_LATE);
    expect((await sell(fleet, 'berlin', 's1', 'MUG')).status).toBe(201);
    expect((await sell(fleet, 'depot', 's2', 'LAMP')).status).toBe(201);
    await isSettled(depot, 's2');
    await isSettled(berlin, 's1');
    expect(await livesOf(fleet, 'berlin')).toEqual(['malformed', undefined]);
    expect(await aside(fleet)).toEqual([]);
    expect(authorityOf(fleet).failure).toBeUndefined();
    expect((await verifyChains(poolOf(fleet))).problems).toEqual([]);
  }, 60_000);

  test('[T6] ends the authority where it is its own work, and says so', async () => {
    const { fleet } = await twoShops();
    const authority = authorityOf(fleet);
    await poolOf(fleet).query(
      'alter table tallystick.writers add constraint nobody check (turn < 0) not valid',
    );
    authority.host.engine.run((replica, now) => replica.becomeNewWriter('rollback', now));
    await until(() => authority.failure !== undefined, 'the authority ends');
    expect(authority.failure).toContain('The books refuse this turn (nobody)');
    expect(authority.host.engine.state).toBe('failed');
  }, 60_000);
});
