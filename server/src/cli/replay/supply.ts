/**
 * What stands on the shelves: less than customers will ask for, so that the last units are fought over.
 *
 * Opening stock and deliveries of all pools come to 95 % of demand. Rounding is carried from pool to
 * pool: each is within one unit of its 95 % and never above its demand, and the whole is exact.
 */
import { hash32 } from './prng.ts';
import type { DeliveryLine, DeliveryStep } from './steps.ts';
import type { TradingClock } from './trading-clock.ts';

const SUPPLY_PERCENT = 95;
const OPENING_PERCENT = 40;
const DELIVERIES = 6;
/** Well under the 10,000 lines of a document, and near what one lorry brings. */
const DOCUMENT_LINES_MAX = 1_000;

export interface PlannedPool {
  readonly sku: string;
  readonly location: string;
  readonly contended: boolean;
  readonly sellers: readonly string[];
  /** Units that customers will ask for. */
  readonly demand: number;
  /** Units that ever stand there, the opening stock included, without what customers bring back. */
  readonly supply: number;
  readonly opening: number;
}

export function supplyOf(demands: readonly number[]): { supply: number; opening: number }[] {
  let demanded = 0;
  let supplied = 0;
  return demands.map((demand) => {
    demanded += demand;
    const supply = Math.floor((demanded * SUPPLY_PERCENT) / 100) - supplied;
    supplied += supply;
    return { supply, opening: Math.min(supply, Math.round((demand * OPENING_PERCENT) / 100)) };
  });
}

export function openingStock(pools: readonly PlannedPool[], at: number, seed: number): DeliveryStep[] {
  return documents(pools, 'opening', at, seed, (pool) => pool.opening);
}

/** Six deliveries to each location, evenly spaced in trading time, not all on one day. */
export function scheduleDeliveries(
  pools: readonly PlannedPool[],
  clock: TradingClock,
  seed: number,
): DeliveryStep[] {
  const steps: DeliveryStep[] = [];
  for (const location of new Set(pools.map((pool) => pool.location))) {
    const poolsThere = pools.filter((pool) => pool.location === location);
    // Up to a twentieth of the year early, so that lorries do not reach all shops at one moment.
    const early = (hash32(`lorry ${seed} ${location}`) / 0x1_0000_0000) * 0.05;
    for (let nth = 1; nth <= DELIVERIES; nth++) {
      const at = clock.dateAt(clock.tradingMs * (nth / (DELIVERIES + 1) - early));
      steps.push(...documents(poolsThere, `delivery-${nth}`, at, seed, (pool) => deliveredUnits(pool, nth)));
    }
  }
  return steps;
}

/** The nth of six nearly equal parts; the hash decides which deliveries carry the odd units. */
function deliveredUnits(pool: PlannedPool, nth: number): number {
  const rest = pool.supply - pool.opening;
  const odd = hash32(pool.sku) % DELIVERIES;
  return Math.floor((rest * nth + odd) / DELIVERIES) - Math.floor((rest * (nth - 1) + odd) / DELIVERIES);
}

function documents(
  pools: readonly PlannedPool[],
  name: string,
  at: number,
  seed: number,
  unitsOf: (pool: PlannedPool) => number,
): DeliveryStep[] {
  const byLocation = new Map<string, DeliveryLine[]>();
  for (const pool of pools) {
    const quantity = unitsOf(pool);
    if (quantity === 0) continue;
    const lines = byLocation.get(pool.location) ?? [];
    lines.push({ sku: pool.sku, quantity });
    byLocation.set(pool.location, lines);
  }
  const steps: DeliveryStep[] = [];
  for (const [location, lines] of byLocation) {
    for (let from = 0; from < lines.length; from += DOCUMENT_LINES_MAX) {
      const part = from / DOCUMENT_LINES_MAX + 1;
      steps.push({
        kind: 'delivery',
        at,
        docId: `${name}-${location}-${part}-seed-${seed}`,
        keeper: location,
        location,
        lines: lines.slice(from, from + DOCUMENT_LINES_MAX),
      });
    }
  }
  return steps;
}
