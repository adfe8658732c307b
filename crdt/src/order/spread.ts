/**
 * Spread: an amount for the whole order, shared out over its lines.
 *
 * Each line gets its share cut to whole minor units; what the cutting leaves over
 * goes out one by one, to the line that was cut the most first (largest remainder).
 * The parts add up exactly, and a discount no larger than the order never takes more
 * from a line than the line is worth.
 */
import type { MoneyResult } from './money.ts';

/** `shares` are usually what the lines are worth; none is negative. A negative amount spreads like a positive. */
export function spreadAmount(amountMinor: number, shares: readonly number[]): MoneyResult<number[]> {
  if (!Number.isSafeInteger(amountMinor)) return { ok: false, fault: 'amount_out_of_range' };
  if (shares.some((share) => !Number.isSafeInteger(share) || share < 0))
    return { ok: false, fault: 'bad_price' };
  const size = BigInt(Math.abs(amountMinor));
  const whole = shares.reduce((sum, share) => sum + BigInt(share), 0n);
  if (whole === 0n) {
    // With nothing to measure by, any split would be invented.
    return size === 0n
      ? { ok: true, value: shares.map(() => 0) }
      : { ok: false, fault: 'amount_out_of_range' };
  }
  const cuts = shares.map((share, index) => {
    const product = size * BigInt(share);
    return { index, share, part: Number(product / whole), rest: product % whole };
  });
  let left = Number(size) - cuts.reduce((sum, { part }) => sum + part, 0);
  for (const cut of [...cuts].sort(byRest)) {
    if (left === 0) break;
    cut.part += 1;
    left -= 1;
  }
  return { ok: true, value: cuts.map(({ part }) => (amountMinor < 0 && part > 0 ? -part : part)) };
}

interface Cut {
  readonly index: number;
  readonly share: number;
  readonly rest: bigint;
}

/** Of equal remainders the larger line comes first, then the earlier one: the same answer everywhere. */
function byRest(a: Cut, b: Cut): number {
  if (a.rest !== b.rest) return a.rest > b.rest ? -1 : 1;
  return b.share - a.share || a.index - b.index;
}
