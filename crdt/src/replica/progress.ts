/** Progress: what has happened to each order line since it was sold, in base units. */
import type { EntryBody } from '../entry/entry.ts';
import type { LineId, OrderId } from '../ids.ts';
import type { LineProgress } from './journal-view.ts';

/** An order line by one text. Ids have no spaces; any other sign stands in both. */
export function lineName(orderId: OrderId, lineId: LineId): string {
  return `${orderId} ${lineId}`;
}

export const NO_PROGRESS: LineProgress = { cancelled: 0, shipped: 0, returned: 0 };

/** Calls `change` for each order line that an entry moves on. Goods that left with the sale are not repeated here. */
export function foldProgress(
  body: EntryBody,
  change: (orderId: OrderId, lineId: LineId, by: Partial<LineProgress>) => void,
): void {
  switch (body.type) {
    case 'cancelled':
      for (const line of body.lines) change(body.orderId, line.lineId, { cancelled: line.n });
      return;
    case 'shipped':
      for (const line of body.lines) change(body.orderId, line.lineId, { shipped: line.n });
      return;
    case 'returned':
      for (const line of body.lines) change(body.orderId, line.lineId, { returned: line.n });
      return;
    default:
  }
}
