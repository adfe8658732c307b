/** The books of a running fleet are put back to an earlier point: F6, on a real Postgres. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { appendCheckpoint, incarnationOf, type WriterId } from '@tallystick/crdt';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import type { Authority } from './authority.ts';
import { serveCall } from './calls/serve-call.ts';
import { putCatalogue } from './catalogue.ts';
import { readFeed } from './feed/read-feed.ts';
import { TestFleet, until } from './fleet.test-kit.ts';
import { copyOfNow, lamps, operator, sell, waitsFor } from './recovered.test-kit.ts';
import { verifyChains } from './verify.ts';

function lifeOf(authority: Authority): WriterId {
  return authority.host.engine.replica.ledger.self.writer;
}

async function feedJumps({ pool }: Authority): Promise<number> {
  const { rows } = await pool.query('select from tallystick.feed_jumps');
  return rows.length;
}

/** Two regions sell what stands in a depot; of what they did last, the copy of the books knows nothing. */
async function fleetWithCopy() {
  const fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('us', 'region', 'authority', null);
  await fleet.add('depot', 'warehouse', 'authority', 'depot');
  await fleet.post('depot', '/v1/receipts', { id: 'd1', lines: [{ sku: 'LAMP', quantity: 40 }] });
  await sell(fleet, 'eu', 'o1', 3);
  const copy = await copyOfNow(fleet);
  await sell(fleet, 'us', 'o2', 4);
  await sell(fleet, 'eu', 'o3', 5);
  return { fleet, copy, before: lifeOf(fleet.authorities[0]?.authority as Authority) };
}

async function settledOrders(authority: Authority): Promise<string[]> {
  const { rows } = await authority.pool.query<{ order_id: string }>(
    'select order_id from tallystick.orders order by order_id',
  );
  return rows.map(({ order_id }) => order_id);
}

describe('[F6] an authority whose books were put back', () => {
  test('[F6] [T8] its witness shows it; children tell what they know, and what is left is granted again', async () => {
    const { fleet, copy, before } = await fleetWithCopy();
    await fleet.stopOne('us');
    const authority = await fleet.whileStopped(async () => {
      fleet.databaseUrl = copy;
    });
    expect(lifeOf(authority)).not.toBe(before);
    expect(incarnationOf(lifeOf(authority))).toBe(2);
    expect(await feedJumps(authority)).toBeGreaterThan(0);
    await waitsFor(fleet, 'us');
    const ready = await operator(fleet, 'GET', '/readyz');
    expect(ready.body).toMatchObject({ status: 'ready', waits: expect.stringContaining('1 of 3 children') });
    expect(authority.why('LAMP').words).toContain('Waiting for 1 of 3 children to tell what they know: us.');
    const act = { operator: 'anna' };
    const early = await operator(fleet, 'POST', '/v1/recoveries', { id: 'r1', ...act });
    expect(early).toMatchObject({ status: 503, body: { code: 'former_lives_unknown' } });
    await fleet.run('us');
    await waitsFor(fleet);
    // What the copy forgot is in the books again, once.
    await until(async () => (await settledOrders(authority)).length === 3, 'all orders are back');
    expect(await settledOrders(authority)).toEqual(['o1', 'o2', 'o3']);
    const { rows } = await authority.pool.query('select from tallystick.duplicates');
    expect(rows).toEqual([]);
    const lampsInBooks = () => authority.why('LAMP').pools[0];
    await until(
      () => lampsInBooks()?.onHand === 40 && lampsInBooks()?.available === 40 - 12,
      'all forty are there, and twelve are sold',
    );
    const status = (await operator(fleet, 'GET', '/v1/recovery')).body as { left: { n: number }[] };
    const left = status.left.reduce((sum, { n }) => sum + n, 0);
    const recovered = await operator(fleet, 'POST', '/v1/recoveries', { id: 'r2', ...act });
    expect(recovered).toMatchObject({ status: 201, body: { left: [], missing: [], untold: [] } });
    const back = (recovered.body.reclaimed as { n: number }[]).reduce((sum, { n }) => sum + n, 0);
    expect(back).toBe(left);
    expect(await operator(fleet, 'POST', '/v1/recoveries', { id: 'r2', ...act })).toMatchObject({
      status: 201,
    });
    // Every unit can be sold again, and not one more.
    await sell(fleet, 'us', 'o4', 40 - 12);
    const tooMany = await fleet.post('eu', '/v1/orders', { id: 'o5', lines: lamps(1), waitMs: 10_000 });
    expect(tooMany).toMatchObject({ status: 409 });
    expect((await verifyChains(authority.pool)).problems).toEqual([]);
  }, 60_000);

  test('[F6] another Postgres or timeline shows it, where the witness is gone too', async () => {
    const { fleet, copy, before } = await fleetWithCopy();
    const authority = await fleet.whileStopped(async () => {
      fleet.databaseUrl = copy;
      rmSync(join(fleet.dataDirOf(0), 'witness'));
      await query(copy, `update tallystick.books set system_identifier = '7000000000000000001'`);
    });
    expect(lifeOf(authority)).not.toBe(before);
    // The new life began on this one: it is not put back once more at the next start.
    const second = lifeOf(authority);
    expect(lifeOf(await fleet.whileStopped())).toBe(second);
    // As after a recovery to a point in time, or when a standby took over.
    const third = await fleet.whileStopped(() =>
      query(copy, 'update tallystick.books set timeline = timeline - 1'),
    );
    expect(incarnationOf(lifeOf(third))).toBe(3);
  }, 60_000);

  test('[F6] a child that is ahead shows it, where nothing else can', async () => {
    const { fleet, copy, before } = await fleetWithCopy();
    for (const id of ['eu', 'us', 'depot']) await fleet.stopOne(id);
    const authority = await fleet.whileStopped(async () => {
      fleet.databaseUrl = copy;
      rmSync(join(fleet.dataDirOf(0), 'witness'));
    });
    expect(lifeOf(authority)).toBe(before);
    const jumpsBefore = await feedJumps(authority);
    for (const id of ['us', 'eu', 'depot']) await fleet.run(id);
    await until(() => lifeOf(authority) !== before, 'a new life began');
    expect(await feedJumps(authority)).toBe(jumpsBefore + 1);
    await waitsFor(fleet);
    await until(async () => (await settledOrders(authority)).length === 3, 'all orders are back');
  }, 60_000);

  test('[F6] the same writer goes on, and the feed jumps all the same: by its mark, by none, by a region ahead', async () => {
    const { fleet, copy, before } = await fleetWithCopy();
    const heard = (await fleet.authorities[0]?.authority.pool.query('select last from tallystick.feed'))
      ?.rows[0].last;
    for (const id of ['eu', 'us', 'depot']) await fleet.stopOne(id);
    const first = await fleet.whileStopped(async () => {
      fleet.databaseUrl = copy;
      // As where the authority itself wrote nothing since.
      rmSync(join(fleet.dataDirOf(0), 'witness'));
    });
    expect([lifeOf(first), await feedJumps(first)]).toEqual([before, 1]);
    expect(await readFeed(first.pool, heard, 10)).toMatchObject({ gone: 'put-back' });
    expect(await feedJumps(await fleet.whileStopped())).toBe(1);
    const lost = await fleet.whileStopped(async () => rmSync(join(fleet.dataDirOf(0), 'feed-mark')));
    expect(await feedJumps(lost)).toBe(2);

    const { last } = await readFeed(lost.pool, 0, 0);
    const ask = async (how: object) => {
      // Beyond what an event or two that come meanwhile would take.
      const call = { call: 'events.read', after: last + 50, limit: 10, newest: false, waitMs: 0, ...how };
      return (await serveCall(lost, JSON.stringify(call))) as { value: { gone: string } };
    };
    expect((await ask({})).value.gone).toMatch(/No event has that position/);
    expect((await ask({ waitMs: 1, after: 9e15 })).value.gone).toMatch(/No event has that position/);
    expect(await feedJumps(lost)).toBe(2);
    expect((await ask({ waitMs: 1 })).value.gone).toMatch(/put back/);
    expect(await feedJumps(lost)).toBe(3);
  }, 60_000);

  test('[F6] of several processes on the same books one begins the new life, and the others follow', async () => {
    const { fleet, copy, before } = await fleetWithCopy();
    for (const id of ['eu', 'us', 'depot']) await fleet.stopOne(id);
    const first = await fleet.whileStopped(async () => {
      fleet.databaseUrl = copy;
      rmSync(join(fleet.dataDirOf(0), 'witness'));
    });
    const second = (await fleet.openAuthority()).authority;
    expect([lifeOf(first), lifeOf(second)]).toEqual([before, before]);
    // The one that it says hello to ends its life; the other reads so in the books.
    await fleet.run('us');
    await until(() => lifeOf(first) !== before, 'a new life began');
    await until(() => lifeOf(second) === lifeOf(first), 'both go on as the same');
    await until(
      () =>
        second.host.engine.replica.ledger.durablePosition ===
        first.host.engine.replica.ledger.durablePosition,
      'both have read the same',
    );
    const fence = () => second.host.engine.replica.ledger.streams.get(before)?.head.fence?.reason;
    await until(() => fence() === 'rollback', 'the other has read how the life before ended');
    const { rows } = await first.pool.query(
      `select from tallystick.writers where writer like 'authority.%' and fence_seq is null`,
    );
    expect(rows).toHaveLength(1);
  }, 60_000);

  test('[F6] what the copy forgot of the catalogue and of who is enrolled comes back from beside the books', async () => {
    const { fleet, copy } = await fleetWithCopy();
    const [open] = fleet.authorities;
    const product = (sku: string, en: string) => {
      const price = { baseUnit: 'piece', prices: { EUR: 500 }, taxRateBp: 1900, taxIncluded: true };
      return { kind: 'product', id: sku, body: JSON.stringify({ sku, names: { en }, ...price }) };
    };
    await putCatalogue(open?.authority.pool as pg.Pool, [
      product('VASE', 'Vase'),
      product('MUG', 'Tall mug'),
    ]);
    const agent = await fleet.add('asia', 'region', 'authority', null);
    await until(() => agent.catalogue.product('VASE') !== undefined, 'asia knows the vase');
    const authority = await fleet.whileStopped(async () => {
      fleet.databaseUrl = copy;
    });
    await waitsFor(fleet);
    const { rows } = await authority.pool.query(
      `select id from tallystick.replicas where status = 'enrolled'`,
    );
    expect(rows.map(({ id }) => id).sort()).toEqual(['asia', 'depot', 'eu', 'us']);
    const { rows: items } = await authority.pool.query<{ name: string }>(
      `select body->'names'->>'en' as name from tallystick.catalogue where id in ('VASE', 'MUG') order by id`,
    );
    expect(items.map(({ name }) => name)).toEqual(['Tall mug', 'Vase']);
    // What changes from now on reaches everybody.
    await putCatalogue(authority.pool, [product('VASE', 'Large vase')]);
    await until(() => agent.catalogue.product('VASE')?.names.en === 'Large vase', 'asia hears of it');
  }, 60_000);

  test('[F6] where the copy of the catalogue is lost as well, a child that is ahead brings the versions forward', async () => {
    const { fleet, copy } = await fleetWithCopy();
    const eu = fleet.served.get('eu')?.agent as NonNullable<ReturnType<typeof fleet.served.get>>['agent'];
    const name = (en: string) => {
      const price = { baseUnit: 'piece', prices: { EUR: 500 }, taxRateBp: 1900, taxIncluded: true };
      return [{ kind: 'product', id: 'MUG', body: JSON.stringify({ sku: 'MUG', names: { en }, ...price }) }];
    };
    for (let i = 1; i <= 5; i += 1)
      await putCatalogue(fleet.authorities[0]?.authority.pool as pg.Pool, name(`Mug ${i}`));
    await until(() => eu.catalogue.product('MUG')?.names.en === 'Mug 5', 'eu knows the fifth name');
    const authority = await fleet.whileStopped(async () => {
      fleet.databaseUrl = copy;
      for (const file of ['witness', 'catalogue.db', 'catalogue.db-wal', 'catalogue.db-shm'])
        rmSync(join(fleet.dataDirOf(0), file), { force: true });
    });
    await until(() => eu.catalogue.product('MUG')?.names.en === 'MUG', 'eu hears what the books say now');
    await putCatalogue(authority.pool, name('Mug 6'));
    await until(() => eu.catalogue.product('MUG')?.names.en === 'Mug 6', 'eu hears of a change');
  }, 60_000);

  test('[F6] a process under which the books are put back ends, so that the next one notices', async () => {
    const { fleet } = await fleetWithCopy();
    const { authority } = fleet.authorities[0] as NonNullable<(typeof fleet.authorities)[0]>;
    for (const id of ['eu', 'us', 'depot']) await fleet.stopOne(id);
    await query(fleet.databaseUrl, 'update tallystick.books set position = position - 1, turn = turn - 1');
    const { engine } = authority.host;
    await expect(
      engine.runDurably((replica, now) => appendCheckpoint(replica.ledger, now)),
    ).rejects.toThrow();
    expect(authority.failure).toContain('The books were put back');
  }, 60_000);

  test('[F6] books that were never put back have nothing to recover', async () => {
    const fleet = await TestFleet.start();
    expect((await operator(fleet, 'GET', '/v1/recovery')).body).toEqual({
      formerLives: [],
      words: 'The books were never put back.\n',
    });
    const act = { id: 'r1', operator: 'anna' };
    expect(await operator(fleet, 'POST', '/v1/recoveries', act)).toMatchObject({ status: 404 });
    const life = lifeOf(fleet.authorities[0]?.authority as Authority);
    expect(lifeOf(await fleet.whileStopped())).toBe(life);
  }, 60_000);
});

async function query(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
