/**
 * Trading time: the hours in which the shop sells, laid end to end. A cut of six hours in the night
 * would prove nothing, so schedules are made in trading time and turned into dates afterwards.
 *
 * Each day lasts from its first invoice to its last; days without trade do not exist.
 */

const DAY_MS = 86_400_000;

export interface TradingClock {
  readonly tradingMs: number;
  /** The date at which this much trading time has passed. */
  dateAt(tradingMs: number): number;
}

/** From the dates of all invoices, in any order. */
export function createTradingClock(dates: Iterable<number>): TradingClock {
  const days = new Map<number, { from: number; to: number }>();
  for (const at of dates) {
    const day = Math.floor(at / DAY_MS);
    const known = days.get(day);
    if (known === undefined) days.set(day, { from: at, to: at });
    else if (at < known.from) known.from = at;
    else if (at > known.to) known.to = at;
  }
  const spans = [...days.values()].sort((a, b) => a.from - b.from);
  const starts: number[] = [];
  let tradingMs = 0;
  for (const span of spans) {
    starts.push(tradingMs);
    tradingMs += span.to - span.from;
  }
  return {
    tradingMs,
    dateAt(passedMs) {
      const index = lastAtMost(starts, passedMs);
      const span = spans[index];
      return span === undefined ? 0 : Math.min(span.to, span.from + passedMs - (starts[index] ?? 0));
    },
  };
}

/** The place of the last number that is not greater, in a rising list; 0 if all are. */
function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((sorted[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
