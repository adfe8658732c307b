/** How selling went: sums that only grow, at moments that are not evenly apart, and what they say of the time between. */
export interface Sums {
  readonly sold: number;
  readonly soldAtOnce: number;
  readonly refused: number;
  readonly refusedFalsely: number;
}

export interface Sample extends Sums {
  readonly atS: number;
}

export interface Rates {
  readonly atS: number;
  /** A minute. */
  readonly sold: number;
  readonly refused: number;
  readonly refusedFalsely: number;
  /** Of a hundred sales; null where there were none. */
  readonly onTheSpot: number | null;
}

export const sampleOf = ({
  at,
  sold,
  soldAtOnce,
  refused,
  refusedFalsely,
}: Sums & { at: string }): Sample => ({
  atS: Date.parse(at) / 1_000,
  sold,
  soldAtOnce,
  refused,
  refusedFalsely,
});

/** What the page saw itself, after what was kept elsewhere. */
export function joined(kept: readonly Sample[], seen: readonly Sample[]): readonly Sample[] {
  const [first] = seen;
  return first === undefined ? kept : [...kept.filter(({ atS }) => atS < first.atS), ...seen];
}

/** What happened in the last seconds of these. */
export function within(samples: readonly Sample[], seconds: number): Sums {
  const last = samples.at(-1);
  if (last === undefined) return { sold: 0, soldAtOnce: 0, refused: 0, refusedFalsely: 0 };
  return between(samples.findLast(({ atS }) => atS <= last.atS - seconds) ?? (samples[0] as Sample), last);
}

/** Each over the `windowS` seconds before it, or a little more. The first ones have none before them. */
export function ratesOf(samples: readonly Sample[], windowS: number): Rates[] {
  const found: Rates[] = [];
  let from = -1;
  for (const now of samples) {
    while ((samples[from + 1]?.atS ?? Number.POSITIVE_INFINITY) <= now.atS - windowS) from += 1;
    const before = samples[from];
    if (before === undefined) continue;
    const { sold, soldAtOnce, refused, refusedFalsely } = between(before, now);
    const minutes = (now.atS - before.atS) / 60;
    found.push({
      atS: now.atS,
      sold: sold / minutes,
      refused: refused / minutes,
      refusedFalsely: refusedFalsely / minutes,
      onTheSpot: sold === 0 ? null : (100 * soldAtOnce) / sold,
    });
  }
  return found;
}

const between = (before: Sample, now: Sample): Sums => ({
  sold: now.sold - before.sold,
  soldAtOnce: now.soldAtOnce - before.soldAtOnce,
  refused: now.refused - before.refused,
  refusedFalsely: now.refusedFalsely - before.refusedFalsely,
});
