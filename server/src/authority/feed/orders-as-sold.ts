/** Orders as they were sold, which never changes: what events say of them. */
import { replicaOf, type WriterId } from '@tallystick/crdt';
import type pg from 'pg';
import { EVENT_LINES_MAX } from '../../events/data-schemas.ts';

export interface OrderAsSold {
  readonly whose: { readonly clientId?: string; readonly customerId?: string };
  readonly bought: Readonly<Record<string, unknown>> & { readonly replica: string };
}

interface OrderRow {
  readonly order_id: string;
  readonly writer: WriterId;
  readonly channel: string;
  readonly client_id: string | null;
  readonly customer_id: string | null;
  readonly priority: number;
  readonly placed_at: Date;
}

interface LineRow {
  readonly order_id: string;
  readonly line_id: string;
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
  readonly unit: string;
  readonly unit_price_minor: number;
  readonly currency: string;
  readonly departed: boolean;
  /** Lines of the order in all. */
  readonly lines: number;
  readonly all_departed: boolean;
}

export async function ordersAsSold(pool: pg.Pool, ids: readonly string[]): Promise<Map<string, OrderAsSold>> {
  if (ids.length === 0) return new Map();
  const [orders, lines] = await Promise.all([
    pool.query<OrderRow>({
      name: 'feed_orders',
      text: `select order_id, writer, channel, client_id, customer_id, priority, placed_at
        from tallystick.orders where order_id = any($1)`,
      values: [ids],
    }),
    pool.query<LineRow>({
      name: 'feed_lines',
      text: `select * from (
          select order_id, line_id, sku, location, quantity, unit, unit_price_minor, currency,
            count(*) over o as lines, bool_and(departed) over o as all_departed,
            row_number() over (partition by order_id order by length(line_id), line_id) as nth
          from tallystick.sold_lines where order_id = any($1) window o as (partition by order_id)) l
        where nth <= $2 order by order_id, nth`,
      values: [ids, EVENT_LINES_MAX],
    }),
  ]);
  const linesOf = new Map<string, LineRow[]>();
  for (const line of lines.rows) {
    const known = linesOf.get(line.order_id);
    if (known === undefined) linesOf.set(line.order_id, [line]);
    else known.push(line);
  }
  return new Map(orders.rows.map((row) => [row.order_id, asSold(row, linesOf.get(row.order_id) ?? [])]));
}

function asSold(row: OrderRow, lines: readonly LineRow[]): OrderAsSold {
  const { client_id: clientId, customer_id: customerId, placed_at: placedAt } = row;
  const omitted = (lines[0]?.lines ?? 0) - lines.length;
  return {
    whose: {
      ...(clientId === null ? {} : { clientId }),
      ...(customerId === null ? {} : { customerId }),
    },
    bought: {
      replica: replicaOf(row.writer),
      channel: row.channel,
      priority: row.priority,
      placedAt: placedAt.toISOString(),
      completed: lines[0]?.all_departed ?? false,
      lines: lines.map((line) => ({
        lineId: line.line_id,
        sku: line.sku,
        locationId: line.location,
        quantity: line.quantity,
        unit: line.unit,
        unitPrice: { amountMinor: line.unit_price_minor, currency: line.currency },
      })),
      ...(omitted === 0 ? {} : { linesOmitted: omitted }),
    },
  };
}
