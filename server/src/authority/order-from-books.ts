/** Orders as the books have them, in the form in which doors answer. */
import type pg from 'pg';
import { text } from './pg-text.ts';

/** @returns undefined where no such order has settled. */
export async function orderFromBooks(
  pool: pg.Pool,
  id: string,
): Promise<Record<string, unknown> | undefined> {
  const { rows } = await pool.query<{ order: Record<string, unknown> | null }>({
    name: 'order_json',
    text: 'select tallystick.order_json($1) as order',
    values: [text(id)],
  });
  return rows[0]?.order ?? undefined;
}

/** What became of an order's lines, and nothing of whose it is; none where it has not settled. */
export async function linesMoved(pool: pg.Pool, id: string): Promise<unknown[]> {
  const { rows } = await pool.query({
    name: 'lines_moved',
    text: `select line_id as "lineId", quantity::float8, cancelled::float8, returned::float8,
                  (case when departed then quantity else shipped end)::float8 as shipped
             from tallystick.order_lines where order_id = $1`,
    values: [text(id)],
  });
  return rows;
}

export interface OrderFilter {
  readonly status?: string | undefined;
  readonly client?: string | undefined;
  readonly customer?: string | undefined;
  readonly channel?: string | undefined;
  readonly priority?: number | undefined;
  /** Milliseconds since 1970; from is included, to is not. */
  readonly placedFromMs?: number | undefined;
  readonly placedToMs?: number | undefined;
}

/** The last order of the page before. */
export interface OrderPlace {
  readonly placedAtMs: number;
  readonly id: string;
}

/** Newest first. One that settles late takes its place by when it was placed. */
export async function listOrders(
  pool: pg.Pool,
  filter: OrderFilter,
  after: OrderPlace | undefined,
  limit: number,
): Promise<unknown[]> {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const where = (condition: (name: string) => string, value: unknown) => {
    if (value === undefined) return;
    values.push(typeof value === 'string' ? text(value) : value);
    conditions.push(condition(`$${values.length}`));
  };
  where((v) => `client_id = ${v}`, filter.client);
  where((v) => `customer_id = ${v}`, filter.customer);
  where((v) => `channel = ${v}`, filter.channel);
  where((v) => `priority = ${v}`, filter.priority);
  where((v) => `placed_at >= to_timestamp(${v}::float8 / 1000)`, filter.placedFromMs);
  where((v) => `placed_at < to_timestamp(${v}::float8 / 1000)`, filter.placedToMs);
  where((v) => `tallystick.order_status(order_id, writer) = ${v}`, filter.status);
  if (after !== undefined) {
    values.push(after.placedAtMs, text(after.id));
    const [at, id] = [`$${values.length - 1}`, `$${values.length}`];
    conditions.push(`(placed_at, order_id) < (to_timestamp(${at}::float8 / 1000), ${id})`);
  }
  values.push(limit);
  const { rows } = await pool.query<{ order: unknown }>(
    `select tallystick.order_json(order_id) as order from (
        select order_id, placed_at from tallystick.orders
         ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
         order by placed_at desc, order_id desc limit $${values.length}) page
      order by placed_at desc, order_id desc`,
    values,
  );
  return rows.map(({ order }) => order);
}
