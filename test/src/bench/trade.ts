/** Trade: which orders a bench places. Popular SKUs are bought often, as Zipf's law has it. */
import { Prng } from '../sim/prng.ts';

export interface Trade {
  readonly skus: number;
  /** Of each order, of as many different SKUs. */
  readonly linesPerOrder: number;
}

export interface TradeLine {
  readonly sku: string;
  readonly quantity: number;
}

/** So much of each SKU that no round comes near its end. */
export const OPENING_UNITS = 1_000_000_000;

export function skuName(index: number): string {
  return `SKU-${String(index).padStart(5, '0')}`;
}

export function skuNames({ skus }: Trade): string[] {
  return Array.from({ length: skus }, (_, i) => skuName(i));
}

/** Orders of a trade, the same ones for the same seed. */
export function drawOrders(trade: Trade, count: number, seed: number): TradeLine[][] {
  const prng = new Prng(seed, 'orders');
  const draw = zipf(trade.skus, () => prng.u32() / 2 ** 32);
  return Array.from({ length: count }, () => {
    const picked = new Set<number>();
    while (picked.size < Math.min(trade.linesPerOrder, trade.skus)) picked.add(draw());
    return [...picked].map((index) => ({ sku: skuName(index), quantity: 1 }));
  });
}

/** Draws ranks from 0: the n-th is drawn in proportion to 1/(n+1). `random` gives numbers from 0 to below 1. */
export function zipf(ranks: number, random: () => number): () => number {
  const sums = new Float64Array(ranks);
  let sum = 0;
  for (let i = 0; i < ranks; i += 1) {
    sum += 1 / (i + 1);
    sums[i] = sum;
  }
  return () => {
    const at = random() * sum;
    let [low, high] = [0, ranks - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
