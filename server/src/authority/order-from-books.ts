/** An order as the books have it, in the form in which doors answer. */
import type pg from 'pg';

/** @returns undefined where no such order has settled. */
export async function orderFromBooks(
  pool: pg.Pool,
  id: string,
): Promise<Record<string, unknown> | undefined> {
  const { rows } = await pool.query<{ order: Record<string, unknown> }>(
    `select jsonb_build_object(
        'id', o.order_id,
        'status', case when bool_and(l.cancelled >= l.quantity) then 'cancelled' else 'confirmed' end,
        'stage', 'settled',
        'owner', split_part(o.writer, '.', 1),
        'channel', o.channel,
        'client', o.client_id,
        'customer', o.customer_id,
        'priority', o.priority,
        'placedAt', to_char(o.placed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'note', o.note,
        'overrideReason', o.override_reason,
        'payments', o.payments,
        'lines', jsonb_agg(jsonb_build_object(
          'lineId', l.line_id, 'sku', l.sku, 'locationId', l.location, 'quantity', l.quantity, 'unit', l.unit,
          'unitPrice', jsonb_build_object('amountMinor', l.unit_price_minor, 'currency', l.currency),
          'taxRateBp', l.tax_rate_bp, 'taxIncluded', l.tax_included,
          'cancelled', l.cancelled, 'returned', l.returned,
          'shipped', case when l.departed then l.quantity else l.shipped end
        ) order by l.line_id)
      ) as order
      from tallystick.orders o join tallystick.order_lines l using (order_id)
     where o.order_id = $1
     group by o.order_id`,
    [id],
  );
  const order = rows[0]?.order;
  return order && Object.fromEntries(Object.entries(order).filter(([, value]) => value !== null));
}
