/**
 * Order: what was sold, to be read for ever (`Order` of the records).
 *
 * Amounts are integer minor units of the currency beside them, rates are basis
 * points. A line carries the price, tax and unit that were used, so no later
 * catalogue can change what it says. People appear as opaque ids only.
 */
import type { LineId, LocationId, Millis, OrderId, Sku, WriterId } from '../ids.ts';

export interface Order {
  readonly id: OrderId;
  /** The one writer that may change this order. */
  readonly ownerWriter: WriterId;
  /** Where it was taken, for example `till`, `web` or the name of a marketplace. */
  readonly channel: string;
  readonly clientId?: string;
  readonly customerId?: string;
  /** Whole number from 0; a higher one is served first where not all can be. */
  readonly priority: number;
  /** By the clock of the device that took it: information, never order. */
  readonly placedAt: Millis;
  readonly lines: readonly OrderLine[];
  readonly payments: readonly Payment[];
  readonly note?: string;
}

export interface OrderLine {
  readonly lineId: LineId;
  readonly sku: Sku;
  readonly locationId: LocationId;
  readonly quantityBase: number;
  /** The unit of sale that the price is for, for example `piece` or `case`. */
  readonly unit: string;
  readonly quantityUnits: number;
  readonly unitPriceMinor: number;
  readonly currency: string;
  readonly taxRateBp: number;
  /** True where the price contains its tax, as on a shelf; false where tax comes on top. */
  readonly taxIncluded: boolean;
  /** Taken off one after another, in this order. */
  readonly discounts: readonly Discount[];
}

/** Off the whole line: a share of what is left of it, or an amount. `code` names its cause. */
export type Discount =
  | { readonly kind: 'rate'; readonly rateBp: number; readonly code?: string }
  | { readonly kind: 'amount'; readonly amountMinor: number; readonly code?: string };

export interface Payment {
  /** For example `cash`, `card` or `invoice`. */
  readonly method: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** How the payment provider names it; never a card number. */
  readonly reference?: string;
}
