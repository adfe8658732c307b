/**
 * Demand: how fast units of one pool are asked for at one place, and how unevenly (R1).
 *
 * Trade is lumpy: a shop may sell a SKU five times a year, a dozen at a time. So two
 * exponentially weighted means are kept, of units and of squared units; over an
 * interval h the expected need is rate·h and its variance power·h, as for a compound
 * Poisson process.
 *
 * Start-up: a mean over a past that nobody watched would be far too low, and one over
 * the instant since the first units infinitely high. `weight` is the part of the whole
 * exponential window that was watched, and the means are divided by it. The first units
 * count as if the place had been watched for one half-life before them (weight ½), so
 * one line of n units starts as a rate of 2·ln 2·n a half-life, and time does the rest.
 */
export interface Demand {
  /** Units a millisecond. */
  readonly rate: number;
  /** Squared units a millisecond: the variance over h is power·h. */
  readonly power: number;
  /** Watched part of the window, from ½ to 1. */
  readonly weight: number;
  readonly atMs: number;
}

/** What the policy needs to know: units, and their variance, a millisecond. */
export interface Need {
  readonly rate: number;
  readonly sigma2: number;
}

export const NO_NEED: Need = { rate: 0, sigma2: 0 };

const FIRST_WEIGHT = 0.5;

/**
 * Adds one observation. A clock that went back counts as one that stood still, and time
 * goes on from the new reading, so that a jump far ahead and back never freezes the past.
 */
export function observeDemand(
  demand: Demand | undefined,
  units: number,
  nowMs: number,
  halfLifeMs: number,
): Demand {
  const { rate, power, weight } = demand === undefined ? NEVER : faded(demand, nowMs, halfLifeMs);
  const seen = Number.isFinite(units) ? Math.max(0, units) : 0;
  const gain = (seen * Math.LN2) / halfLifeMs / weight;
  return { rate: rate + gain, power: power + gain * seen, weight, atMs: nowMs };
}

/** Demand as it looks now: what was seen long ago fades. */
export function demandAt(demand: Demand | undefined, nowMs: number, halfLifeMs: number): Need {
  if (demand === undefined) return NO_NEED;
  const { rate, power } = faded(demand, nowMs, halfLifeMs);
  return { rate, sigma2: power };
}

const NEVER = { rate: 0, power: 0, weight: FIRST_WEIGHT };

/** Time without units: the past loses weight, and what was watched since gains it. */
function faded(demand: Demand, nowMs: number, halfLifeMs: number): Omit<Demand, 'atMs'> {
  const elapsedMs = nowMs - demand.atMs;
  // Written so that a reading which is no number counts as no time.
  if (!(elapsedMs > 0)) return demand;
  const decay = 2 ** (-elapsedMs / halfLifeMs);
  const weight = demand.weight * decay + (1 - decay);
  const kept = (demand.weight * decay) / weight;
  return { rate: demand.rate * kept, power: demand.power * kept, weight };
}
