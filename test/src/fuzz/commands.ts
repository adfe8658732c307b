/** Honest commands in one line each. */
import type { Command, HoldId, LineId, LocationId, OrderId, PoolId, Sell, Sku } from '@tallystick/crdt';

const NOON = 1_767_607_200_000;
const ACTOR = 'cashier:7';

export const poolAt = (location: string, sku = 'lamp') => `${sku}@${location}` as PoolId;

export function receive(id: string, location: string, n: number, sku = 'lamp'): Command {
  const lines = [{ pool: poolAt(location, sku), n }];
  return { type: 'receive', id, actor: ACTOR, cause: 'delivery', lines };
}

export function order(id: string, location: string, n: number, sku = 'lamp') {
  return {
    id,
    actor: ACTOR,
    channel: 'till',
    priority: 0,
    placedAt: NOON,
    payments: [{ method: 'card', amountMinor: 100 * n, currency: 'EUR', reference: 'p-1' }],
    departsFrom: [location as LocationId],
    lines: [
      {
        lineId: '1' as LineId,
        sku: sku as Sku,
        locationId: location as LocationId,
        quantityBase: n,
        unit: 'piece',
        quantityUnits: n,
        unitPriceMinor: 100,
        currency: 'EUR',
        taxRateBp: 1900,
        taxIncluded: true,
        discounts: [],
      },
    ],
  };
}

export function sell(id: string, location: string, n: number, change: Partial<Sell> = {}): Command {
  return { type: 'sell', ...order(id, location, n), ...change };
}

export function hold(id: string, location: string, n: number, ttlMs = 600_000): Command {
  return { type: 'hold', id, actor: ACTOR, ttlMs, lines: [{ pool: poolAt(location), n }] };
}

export function confirm(id: string, holdId: string, location: string, n: number): Command {
  return { type: 'confirm', ...order(id, location, n), holdId: holdId as HoldId };
}

export function onHold(type: 'capture' | 'release', id: string, holdId: string): Command {
  return { type, id, actor: ACTOR, holdId: holdId as HoldId };
}

export function extend(id: string, holdId: string): Command {
  return { type: 'extend', id, actor: ACTOR, holdId: holdId as HoldId, ttlMs: 900_000 };
}

export function cancel(id: string, orderId: string): Command {
  return { type: 'cancel', id, actor: ACTOR, orderId: orderId as OrderId, reason: 'changed their mind' };
}

export function mark(orderId: string): Command {
  return {
    type: 'mark',
    id: orderId,
    orderId: orderId as OrderId,
    actor: ACTOR,
    mark: 'processing',
  };
}

export function goods(type: 'ship' | 'return', id: string, orderId: string, location: string): Command {
  const lines = [{ lineId: '1' as LineId, pool: poolAt(location), n: 1 }];
  return { type, id, actor: ACTOR, orderId: orderId as OrderId, lines };
}

export function count(id: string, location: string, found: number): Command {
  const lines = [{ pool: poolAt(location), found }];
  return { type: 'count', id, actor: ACTOR, reason: 'stocktake', lines };
}

export function lose(id: string, location: string, n: number): Command {
  const lines = [{ pool: poolAt(location), n }];
  return { type: 'lose', id, actor: ACTOR, cause: 'shrinkage', reason: 'not there', lines };
}
