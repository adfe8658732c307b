import { type LocationId, poolId, type ReplicaId, type Sku, writerId } from '@tallystick/crdt';
import type { Pool } from 'pg';
import { describe, expect, test } from 'vitest';
import { onHand, TestFleet, TOKEN, until } from './fleet.test-kit.ts';
import { retire } from './retire.ts';
import { verifyChains } from './verify.ts';

describe('a fleet on a real Postgres', () => {
  test('[R4] [L3] a region sells what stands in a warehouse of another region’s tree', async () => {
    const fleet = await TestFleet.start();
    await fleet.add('eu', 'region', 'authority', null);
    await fleet.add('us', 'region', 'authority', null);
    await fleet.add('depot', 'warehouse', 'us', 'depot');
    await fleet.post('depot', '/v1/receipts', { id: 'd1', lines: [{ sku: 'LAMP', quantity: 10 }] });
    const body = { id: 'o1', lines: [{ sku: 'LAMP', quantity: 4, locationId: 'depot' }], waitMs: 10_000 };
    const sold = await fleet.post('eu', '/v1/orders', body);
    expect(sold).toMatchObject({ status: 201, body: { id: 'o1', waited: true } });
    const refused = await fleet.post('eu', '/v1/orders', {
      ...body,
      id: 'o2',
      lines: [{ sku: 'LAMP', quantity: 7, locationId: 'depot' }],
    });
    expect(refused).toMatchObject({ status: 409, body: { code: 'insufficient_stock' } });
    await until(() => {
      const why = fleet.authorities[0]?.authority.why('LAMP');
      return why?.pools[0]?.available === 6 && why.words.includes('every unit is accounted for');
    }, 'the books know of the sale, and every unit is accounted for');
  });

  test('[L4] [D1] two authority processes share the books: no unit is granted twice', async () => {
    const fleet = await TestFleet.start(2);
    await fleet.add('eu', 'region', 'authority', null, 0);
    await fleet.add('us', 'region', 'authority', null, 1);
    await fleet.add('depot', 'warehouse', 'authority', 'depot', 0);
    await fleet.post('depot', '/v1/receipts', { id: 'd1', lines: [{ sku: 'LAMP', quantity: 40 }] });
    const asks = Array.from({ length: 60 }, (_, i) => {
      const id = `o${i}`;
      const lines = [{ sku: 'LAMP', quantity: 1, locationId: 'depot' }];
      return fleet.post(i % 2 === 0 ? 'eu' : 'us', '/v1/orders', { id, lines, waitMs: 10_000 });
    });
    const answers = await Promise.all(asks);
    const sold = answers.filter(({ status }) => status === 201).length;
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect(sold).toBeGreaterThan(0);
    expect(sold).toBeLessThanOrEqual(40);
    await until(async () => {
      const pool = fleet.authorities[0]?.authority.pool as Pool;
      const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from tallystick.orders');
      return rows[0]?.n === sold;
    }, 'every sale is in the books once');
    const first = fleet.authorities[0]?.authority as NonNullable<(typeof fleet.authorities)[0]>['authority'];
    const second = fleet.authorities[1]?.authority as typeof first;
    // Position alone says too little: a turn under way is in memory before it is in the books.
    await until(async () => {
      const { rows } = await first.pool.query<{ position: number }>(
        'select position::int from tallystick.books',
      );
      const [one, other] = [first, second].map(({ host }) => host.engine.replica.ledger.durablePosition);
      const isCurrent = one === rows[0]?.position && other === one;
      return (
        isCurrent && JSON.stringify(first.why('LAMP').pools) === JSON.stringify(second.why('LAMP').pools)
      );
    }, 'both processes know the same, and all that the books know');
    expect((await verifyChains(first.pool)).problems).toEqual([]);
  });

  test('[F3] a lost till is retired, what was counted comes back once, and it is shut out', async () => {
    const fleet = await TestFleet.start();
    await fleet.add('eu', 'region', 'authority', null);
    const shop = await fleet.add('berlin', 'store', 'eu', 'berlin');
    const till = await fleet.add('till', 'terminal', 'berlin', 'berlin');
    await fleet.post('berlin', '/v1/receipts', { id: 'd1', lines: [{ sku: 'MUG', quantity: 20 }] });
    expect(
      (
        await fleet.post('till', '/v1/sales', {
          id: 's1',
          lines: [{ sku: 'MUG', quantity: 2 }],
          waitMs: 10_000,
        })
      ).status,
    ).toBe(201);
    await until(() => till.order('s1').stage === 'settled', 'the till’s sale settles');
    await until(
      () => onHand(shop, 'MUG', 'berlin') + onHand(till, 'MUG', 'berlin') === 18,
      'none is under way',
    );
    const held = onHand(till, 'MUG', 'berlin');
    expect(held).toBeGreaterThan(0);
    const before = onHand(shop, 'MUG', 'berlin');
    await fleet.stopOne('till');
    const retire = async (id: string, counted: unknown) => {
      const response = await fetch(`${fleet.authorities[0]?.url}/v1/retirements`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ id, replica: 'till', operator: 'anna', counted }),
      });
      return (await response.json()) as Record<string, unknown>;
    };
    const mugs = (quantity: number) => [{ sku: 'MUG', locationId: 'berlin', quantity }];
    const units = (n: number) => [{ pool: 'MUG@berlin', n }];
    const first = { reclaimed: units(1), exposure: units(held - 1) };
    expect(await retire('r1', mugs(1))).toMatchObject(first);
    // The answer was lost on the way: the same act again is answered as before, and takes nothing more.
    expect(await retire('r1', mugs(1))).toMatchObject(first);
    expect(await retire('r2', mugs(held))).toMatchObject({ reclaimed: units(held - 1), exposure: [] });
    expect(await retire('r3', mugs(held))).toMatchObject({ reclaimed: [] });
    await until(() => onHand(shop, 'MUG', 'berlin') === before + held, 'the units are free once settled');
    const words = () => fleet.authorities[0]?.authority.why('MUG').words ?? '';
    await until(() => words().includes('shut out (retired)'), 'the books have heard that it is shut out');
  });

  test('[F3] a shop that is lost with its tills is retired with them, by who stands above it', async () => {
    const fleet = await TestFleet.start();
    const region = await fleet.add('eu', 'region', 'authority', null);
    await fleet.add('berlin', 'store', 'eu', 'berlin');
    const tills = [
      await fleet.add('till-1', 'terminal', 'berlin', 'berlin'),
      await fleet.add('till-2', 'terminal', 'berlin', 'berlin'),
    ];
    await fleet.post('berlin', '/v1/receipts', { id: 'd1', lines: [{ sku: 'MUG', quantity: 20 }] });
    for (const [i, till] of tills.entries()) {
      const sale = { id: `s${i}`, lines: [{ sku: 'MUG', quantity: 2 }], waitMs: 10_000 };
      expect((await fleet.post(`till-${i + 1}`, '/v1/sales', sale)).status).toBe(201);
      await until(() => till.order(`s${i}`).stage === 'settled', 'the till’s sale settles');
    }
    for (const id of ['till-1', 'till-2', 'berlin']) await fleet.stopOne(id);
    const retire = async (more: object) => {
      const response = await fetch(`${fleet.authorities[0]?.url}/v1/retirements`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ replica: 'berlin', operator: 'anna', ...more }),
      });
      return (await response.json()) as Record<string, unknown>;
    };
    const counted = [{ sku: 'MUG', locationId: 'berlin', quantity: 30 }];
    expect(await retire({ id: 'r0', counted })).toMatchObject({ code: 'forbidden' });
    const alone = await retire({ id: 'r0', replica: 'till-1' });
    expect(alone).toMatchObject({ code: 'parent_unreachable' });
    expect(alone.detail).toContain('--with-children');

    const all = await retire({ id: 'r1', counted, withChildren: true });
    expect(all).toMatchObject({ replica: 'berlin' });
    expect(all.writers).toHaveLength(3);
    const back = all.reclaimed as { pool: string; n: number }[];
    expect(back.reduce((sum, { n }) => sum + n, 0)).toBe(16);
    expect(all.exposure).toEqual([]);
    // The answer was lost on the way: the same act again is answered as before, and takes nothing more.
    expect(await retire({ id: 'r1', counted, withChildren: true })).toMatchObject({ reclaimed: back });
    await until(() => onHand(region, 'MUG', 'berlin') === 16, 'the units are free once settled');
    for (const id of ['berlin', 'till-1', 'till-2'])
      expect(fleet.authorities[0]?.authority.catalogue.replica(id)?.status).toBe('retired');
  });

  test('[F3] [F6] who was retired before its region is given up with it: others may speak of lives that the books forgot', async () => {
    const fleet = await TestFleet.start();
    await fleet.add('eu', 'region', 'authority', null);
    await fleet.register('depot', 'warehouse', 'eu', 'depot');
    await fleet.stopOne('eu');
    const { authority } = fleet.authorities[0] as (typeof fleet.authorities)[0];
    const lost = writerId('depot' as ReplicaId, 1, '0d'.repeat(16));
    const items = [{ pool: poolId('MUG' as Sku, 'depot' as LocationId), seq: 4, n: 3 }];
    const took = { type: 'took', from: lost, items } as const;
    await authority.host.engine.runDurably((replica, now) => replica.ledger.append(took, '', 'system', now));
    const giveUp = (id: string, replica: string) =>
      retire(authority, { id, replica: replica as ReplicaId, operator: 'anna', counted: [] });
    // Its region lives for all that is known: whatever that one knows of the depot it may yet tell.
    expect(await giveUp('r1', 'depot')).toMatchObject({ writers: [] });
    expect(await giveUp('r2', 'eu')).toMatchObject({ replica: 'eu' });
    const known = () => authority.host.engine.replica.ledger.streams.get(lost)?.head.fence?.reason;
    expect(known()).toBeUndefined();
    expect(await giveUp('r3', 'depot')).toMatchObject({ replica: 'depot', writers: [lost] });
    expect(known()).toBe('retired');
    await fleet.register('us', 'region', 'authority', null);
    for (const id of ['r4', 'r5']) expect(await giveUp(id, 'us')).toMatchObject({ writers: [] });
  });

  test('[T8] goods are received by their keeper, once, whoever asks', async () => {
    const fleet = await TestFleet.start();
    await fleet.add('eu', 'region', 'authority', null);
    const shop = await fleet.add('berlin', 'store', 'eu', 'berlin');
    const body = { id: 'a1', type: 'receive', lines: [{ sku: 'MUG', locationId: 'berlin', quantity: 5 }] };
    expect((await fleet.post('eu', '/v1/inventory/adjustments', body)).status).toBe(201);
    expect((await fleet.post('eu', '/v1/inventory/adjustments', body)).status).toBe(201);
    expect(onHand(shop, 'MUG', 'berlin')).toBe(5);
    await fleet.stopOne('berlin');
    expect(await fleet.post('eu', '/v1/inventory/adjustments', { ...body, id: 'a2' })).toMatchObject({
      status: 503,
      body: { code: 'keeper_unreachable' },
    });
  });

  test('[T8] a sale is cancelled by its owner once, and the units can be sold again', async () => {
    const fleet = await TestFleet.start();
    const region = await fleet.add('eu', 'region', 'authority', null);
    await fleet.add('depot', 'warehouse', 'eu', 'depot');
    await fleet.post('depot', '/v1/receipts', { id: 'd1', lines: [{ sku: 'LAMP', quantity: 3 }] });
    const order = { id: 'o1', lines: [{ sku: 'LAMP', quantity: 3 }], waitMs: 10_000 };
    expect((await fleet.post('eu', '/v1/orders', order)).status).toBe(201);
    expect(onHand(region, 'LAMP', 'depot')).toBe(0);
    expect((await fleet.post('eu', '/v1/orders/o1/cancel', {})).body).toMatchObject({ status: 'cancelled' });
    expect((await fleet.post('eu', '/v1/orders/o1/cancel', {})).status).toBe(200);
    expect(onHand(region, 'LAMP', 'depot')).toBe(3);
  });
});
