/** Figures: a case's rounds as medians with their spread. */

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Nearest rank: the smallest value that at least `share` of them do not exceed. @throws RangeError where there are none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) throw new RangeError('There is no percentile of nothing.');
  if (!(share > 0 && share <= 1)) throw new RangeError(`${share} is no share: above 0, at most 1.`);
  return sorted[Math.ceil(sorted.length * share) - 1] as number;
}

/** With an even number of values, the mean of the two in the middle. Undefined where there are none. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)] as number, sorted[Math.ceil(middle)] as number];
  return { median: (low + high) / 2, min: sorted[0] as number, max: sorted.at(-1) as number };
}

/** What a load did, as a round: `tookMs` of each thing done within `seconds`. */
export function roundOf(tookMs: readonly number[], seconds: number) {
  if (tookMs.length === 0) throw new Error('Nothing was done in this round.');
  const sorted = Float64Array.from(tookMs).sort();
  return {
    perSecond: tookMs.length / seconds,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  };
}
