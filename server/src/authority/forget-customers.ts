/** Forgetting customers by rule: who neither ordered nor was changed for long is erased, as when they ask for it. */
import type { Log } from '@tallystick/store-agent';
import type pg from 'pg';
import type { Customers } from './customers.ts';
import { Every } from './feed/every.ts';
import type { Duty } from './feed/leader.ts';
import { inTheNameOf } from './who-asks.ts';

const LOOK_EVERY_MS = 600_000;
/** Each is a transaction of its own; the trail names each. */
const AT_ONCE = 200;
const BY_RULE = { actor: 'books:retention' };

export function forgetCustomers(pool: pg.Pool, customers: Customers, log: Log, days: number): Duty {
  return new Every(LOOK_EVERY_MS, log, 'customers could not be forgotten', async (stopping) => {
    while (!stopping.aborted && (await forgetSome(pool, customers, days, stopping)) === AT_ONCE);
    await markResidents(pool, days);
  });
}

/** Of people whom regions keep to themselves, the books say who is to be forgotten; each region asks, and erases them. */
export async function markResidents(pool: pg.Pool, days: number): Promise<void> {
  await pool.query({
    name: 'residents_to_forget',
    text: `update tallystick.customers c set forget_at = now()
        where c.erased_at is null and c.kept_at is not null and c.changed_at < now() - $1 * interval '1 day'
          and (c.forget_at is null or c.forget_at < now() - interval '1 day') and not exists (
          select from tallystick.orders o
            where o.customer_id = c.id and o.placed_at >= now() - $1 * interval '1 day')`,
    values: [days],
  });
}

/** @returns how many were erased */
export async function forgetSome(
  pool: pg.Pool,
  customers: Customers,
  days: number,
  stopping?: AbortSignal,
): Promise<number> {
  const { rows } = await pool.query<{ id: string }>({
    name: 'customers_to_forget',
    text: `select c.id from tallystick.customers c
        where c.erased_at is null and c.kept_at is null and c.changed_at < now() - $1 * interval '1 day' and not exists (
          select from tallystick.orders o
            where o.customer_id = c.id and o.placed_at >= now() - $1 * interval '1 day')
        order by c.changed_at limit ${AT_ONCE}`,
    values: [days],
  });
  // One after the other: nobody who sells waits for it.
  for (const { id } of rows) {
    if (stopping?.aborted) break;
    await inTheNameOf(BY_RULE, () => customers.erase(id));
  }
  return rows.length;
}
