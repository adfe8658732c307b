/** Commands in one line each; whatever a test does not care about is filled in. */
import type { PoolUnits } from '../entry/entry.ts';
import type { HoldId, LineId, LocationId, OrderId, Sku, WriterId } from '../ids.ts';
import type {
  CancelOrder,
  ConfirmHold,
  Count,
  ExtendHold,
  Lose,
  OpenHold,
  Receive,
  Reclaim,
  ReturnGoods,
  Sell,
  SellLine,
  Ship,
} from './command.ts';
import { NOON, pool } from './world.test-kit.ts';

type Units = Readonly<Record<string, number>>;
const ACTOR = 'cashier:7';
const BERLIN = 'berlin' as LocationId;

function unitsOf(units: Units, location: string = BERLIN): PoolUnits[] {
  return Object.entries(units).map(([sku, n]) => ({ pool: pool(sku, location), n }));
}

function lineOf(sku: string, n: number, lineId: string, location: string = BERLIN): SellLine {
  return {
    lineId: lineId as LineId,
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
  };
}

function order(id: string) {
  return {
    id,
    actor: ACTOR,
    channel: 'till',
    priority: 0,
    placedAt: NOON,
    payments: [],
    departsFrom: [BERLIN],
  };
}

export function sell(id: string, units: Units, change: Partial<Sell> = {}): Sell {
  const lines = Object.entries(units).map(([sku, n], i) => lineOf(sku, n, `${i + 1}`));
  return { type: 'sell', ...order(id), lines, ...change };
}

export function hold(id: string, units: Units, ttlMs = 60_000): OpenHold {
  return { type: 'hold', id, actor: ACTOR, ttlMs, lines: unitsOf(units) };
}

export function extend(id: string, holdId: string, ttlMs: number): ExtendHold {
  return { type: 'extend', id, actor: ACTOR, holdId: holdId as HoldId, ttlMs };
}

export function onHold(type: 'capture' | 'release', id: string, holdId: string) {
  return { type, id, actor: ACTOR, holdId: holdId as HoldId };
}

export function confirm(id: string, holdId: string, units: Units): ConfirmHold {
  const lines = Object.entries(units).map(([sku, n], i) => ({
    ...lineOf(sku, n, `${i + 1}`),
    locationId: BERLIN,
  }));
  return { type: 'confirm', ...order(id), holdId: holdId as HoldId, lines };
}

export function cancel(id: string, orderId: string, lineIds?: string[]): CancelOrder {
  const some = lineIds === undefined ? {} : { lineIds: lineIds as LineId[] };
  return {
    type: 'cancel',
    id,
    actor: ACTOR,
    orderId: orderId as OrderId,
    reason: 'changed their mind',
    ...some,
  };
}

export function receive(id: string, units: Units, location: string = BERLIN): Receive {
  return { type: 'receive', id, actor: ACTOR, cause: 'delivery', lines: unitsOf(units, location) };
}

export function ship(id: string, orderId: string, lineId: string, sku: string, n: number): Ship {
  const lines = [{ lineId: lineId as LineId, pool: pool(sku), n }];
  return { type: 'ship', id, actor: ACTOR, orderId: orderId as OrderId, lines };
}

export function giveBack(id: string, orderId: string, lineId: string, sku: string, n: number): ReturnGoods {
  const lines = [{ lineId: lineId as LineId, pool: pool(sku), n }];
  return { type: 'return', id, actor: ACTOR, orderId: orderId as OrderId, lines };
}

export function count(id: string, found: Units, change: Partial<Count> = {}): Count {
  const lines = Object.entries(found).map(([sku, n]) => ({ pool: pool(sku), found: n }));
  return { type: 'count', id, actor: ACTOR, reason: 'stocktake', lines, ...change };
}

export function lose(id: string, units: Units): Lose {
  return { type: 'lose', id, actor: ACTOR, cause: 'shrinkage', reason: 'not there', lines: unitsOf(units) };
}

export function reclaim(id: string, writer: WriterId, units: Units): Reclaim {
  return { type: 'reclaim', id, actor: 'operator:1', writer, items: unitsOf(units) };
}
