/** What became of deliveries is forgotten: what is old, and all of an endpoint that was removed, a piece at a time. */
import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { freshDatabase } from '../authority/postgres/database.test-kit.ts';
import { Vault } from '../authority/vault.ts';
import { type Endpoint, Endpoints } from './endpoints.ts';
import { forgetDeliveries } from './forget.ts';
import { type Delivered, listDeliveries, noteDeliveries } from './records.ts';

const DAY_MS = 86_400_000;
const GOES_ON = new AbortController().signal;

async function books() {
  const { pool } = await freshDatabase();
  const endpoints = new Endpoints(pool, new Vault([randomBytes(32)]));
  const add = async (id: string) => {
    const said = { url: 'https://erp.example/', types: [], description: '' };
    return (await endpoints.add({ id, ...said, secret: 'whsec_one' })) as Endpoint;
  };
  return { pool, endpoints, add };
}

function deliveries({ log }: Endpoint, count: number, ageDays: (i: number) => number): Delivered[] {
  return Array.from({ length: count }, (_, i) => {
    const at = new Date(Date.now() - ageDays(i) * DAY_MS).toISOString();
    const attempt = { at, kind: 'delivery', status: 204, durationMs: 1 } as const;
    return { log, eventId: String(i), type: 'stock.low', state: 'delivered', attempt };
  });
}

async function kept(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ one: string }>(
    `select split_part(log, ' ', 1) || ' ' || event_id as one from tallystick.webhook_deliveries order by 1`,
  );
  return rows.map(({ one }) => one);
}

test('what is old goes, of each endpoint, a few at a time', async () => {
  const { pool, add } = await books();
  for (const id of ['erp', 'shop'])
    await noteDeliveries(
      pool,
      deliveries(await add(id), 25, (i) => (i < 22 ? 20 : 1)),
      [],
    );
  await forgetDeliveries(pool, 14, GOES_ON, 10);
  expect(await kept(pool)).toEqual(['erp 22', 'erp 23', 'erp 24', 'shop 22', 'shop 23', 'shop 24']);
});

test('an endpoint that is removed is gone at once, whatever it leaves behind; that goes in pieces, also by another process', async () => {
  const { pool, endpoints, add } = await books();
  const removed = await add('erp');
  await noteDeliveries(
    pool,
    deliveries(removed, 25, () => 0),
    [],
  );
  expect(await endpoints.remove('erp')).toBe(true);
  expect(await endpoints.remove('erp')).toBe(false);
  expect(await endpoints.find('erp')).toBeUndefined();
  // No delivery went in the statement that removed it, however many there are.
  expect(await kept(pool)).toHaveLength(25);
  // Who does not know yet that it was removed writes nothing of it any more.
  const late = deliveries(removed, 26, () => 0).slice(25);
  await noteDeliveries(pool, late, []);
  expect(await kept(pool)).toHaveLength(25);

  const again = await add('erp');
  expect(await listDeliveries(pool, again.log, { limit: 10 })).toEqual([]);
  await noteDeliveries(
    pool,
    deliveries(again, 2, () => 0),
    [],
  );

  // Asked to stop after its first piece.
  const stopping = new AbortController();
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>;
  let deleted = 0;
  const watched = {
    query: async (asked: { name?: string }) => {
      if (asked.name === 'forget_deliveries' && ++deleted === 1) stopping.abort();
      return query(asked);
    },
  };
  await forgetDeliveries(watched as unknown as pg.Pool, 14, stopping.signal, 10);
  expect(deleted).toBe(1);
  expect(await kept(pool)).toHaveLength(17);
  await forgetDeliveries(pool, 14, GOES_ON, 10);
  expect(await kept(pool)).toEqual(['erp 0', 'erp 1']);
  expect((await pool.query('select from tallystick.removed_webhooks')).rowCount).toBe(0);
});
