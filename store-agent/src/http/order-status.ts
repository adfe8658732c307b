/** An order's status: what its lines and its owner's marks amount to. Never stored, so it cannot differ from them. */
import type { OrderMark } from '@tallystick/crdt';

/** `pending` waits for its payment; nothing is accepted in that state before payments are. */
export const ORDER_STATUSES = [
  'pending',
  'confirmed',
  'processing',
  'shipped',
  'delivered',
  'cancelled',
  'returned',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** Which status may be asked for after which. */
export const STATUS_MOVES: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ['confirmed', 'cancelled'],
  confirmed: ['processing', 'shipped', 'cancelled'],
  processing: ['shipped', 'cancelled'],
  shipped: ['delivered', 'returned'],
  delivered: ['returned'],
  cancelled: [],
  returned: [],
};

export interface LineState {
  /** Base units; the counts beside it never pass it. */
  readonly quantity: number;
  readonly cancelled: number;
  readonly shipped: number;
  readonly returned: number;
}

/**
 * @param isHandedOver the goods of every line left with the sale, as over a counter
 * @param mark the last that the owner set
 */
export function orderStatus(
  lines: readonly LineState[],
  isHandedOver: boolean,
  mark: OrderMark | undefined,
): OrderStatus {
  const open = lines.filter(({ cancelled, quantity }) => cancelled < quantity);
  if (open.length === 0) return 'cancelled';
  if (open.every((line) => line.returned >= line.quantity - line.cancelled)) return 'returned';
  if (isHandedOver || mark === 'delivered') return 'delivered';
  if (open.every((line) => line.shipped >= line.quantity - line.cancelled)) return 'shipped';
  return mark === 'processing' || open.some(({ shipped }) => shipped > 0) ? 'processing' : 'confirmed';
}
