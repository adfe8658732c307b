/** Donors: who gives units back, so that others can have them (R2). */

export interface Donor {
  readonly id: string;
  readonly free: number;
  /** What it may keep at the least. */
  readonly keep: number;
}

export interface Gathered {
  /** What each donor that gives is left with. */
  readonly kept: ReadonlyMap<string, number>;
  /** Units that no donor can spare. */
  readonly missing: number;
}

/** Takes from the richest first, so that few are asked; ties by id, so that every plan is the same. */
export function gather(donors: readonly Donor[], units: number): Gathered {
  const kept = new Map<string, number>();
  let missing = units;
  const rich = donors
    .filter(({ free, keep }) => free > keep)
    .sort((a, b) => b.free - b.keep - (a.free - a.keep) || (a.id < b.id ? -1 : 1));
  for (const { id, free, keep } of rich) {
    if (missing <= 0) break;
    const take = Math.min(free - keep, missing);
    missing -= take;
    kept.set(id, free - take);
  }
  return { kept, missing: Math.max(0, missing) };
}
