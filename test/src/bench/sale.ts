/** A sale over the counter of one shop, as a command. */
import type { LineId, LocationId, Sell, Sku } from '@tallystick/crdt';
import type { TradeLine } from './trade.ts';

export function saleAt(shop: string, id: string, lines: readonly TradeLine[]): Sell {
  const place = shop as LocationId;
  return {
    type: 'sell',
    id,
    actor: 'cashier:1',
    channel: 'till',
    priority: 0,
    placedAt: Date.now(),
    payments: [],
    departsFrom: [place],
    lines: lines.map(({ sku, quantity }, i) => ({
      lineId: String(i + 1) as LineId,
      sku: sku as Sku,
      locationId: place,
      quantityBase: quantity,
      unit: 'piece',
      quantityUnits: quantity,
      unitPriceMinor: 4_900,
      currency: 'EUR',
      taxRateBp: 1_900,
      taxIncluded: true,
      discounts: [],
    })),
  };
}
