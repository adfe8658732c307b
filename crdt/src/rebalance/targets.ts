/**
 * Targets: how the units of a pool should be shared (R1).
 *
 *   target = rate·h + z·σ·√h, but never below the seeker's floor,
 *
 * with one z for all, so that the targets add up to the units there are. A z below
 * zero means that there is less than the expected need. Who has no demand gets its
 * floor and nothing else; if nobody has any, the rest is nobody's and stays put.
 */
export interface Seeker {
  readonly id: string;
  /** Units a millisecond. */
  readonly rate: number;
  /** Variance a millisecond. */
  readonly sigma2: number;
  /** How long it must live on what it has. */
  readonly horizonMs: number;
  /** Whole units that stay with it whatever its demand. */
  readonly floor: number;
}

/** Whole units for each seeker; they add up to `units` exactly if anybody has demand. */
export function shareUnits(seekers: readonly Seeker[], units: number): Map<string, number> {
  const total = Math.max(0, units);
  const floors = sum(seekers, ({ floor }) => floor);
  if (floors >= total) {
    // Not even the floors can be kept: each is cut alike.
    const cut = seekers.map(({ id, floor }) => ({ id, share: floors === 0 ? 0 : (floor / floors) * total }));
    return wholeShares(cut, floors === 0 ? 0 : total);
  }
  const wanting = seekers.filter(({ rate }) => rate > 0).map(readWant);
  const idle = seekers.filter(({ rate }) => !(rate > 0));
  const shares = new Map(idle.map(({ id, floor }) => [id, floor]));
  if (wanting.length === 0) return shares;
  const open = total - sum(idle, ({ floor }) => floor);
  const z = solveZ(wanting, open);
  const real = wanting.map(({ id, mean, spread, floor }) => ({
    id,
    share: Math.max(floor, mean + z * spread),
  }));
  for (const [id, share] of wholeShares(real, open)) shares.set(id, share);
  return shares;
}

interface Want {
  readonly id: string;
  readonly floor: number;
  readonly mean: number;
  readonly spread: number;
  /** The z at which its target leaves the floor. */
  readonly leavesAt: number;
}

function readWant({ id, rate, sigma2, horizonMs, floor }: Seeker): Want {
  const mean = rate * horizonMs;
  // Units come one at a time at the least, so the variance is never below the rate.
  const spread = Math.sqrt(Math.max(sigma2, rate) * horizonMs);
  return { id, floor, mean, spread, leavesAt: (floor - mean) / spread };
}

/**
 * The sum of targets grows with z in straight pieces, with a bend wherever a target
 * leaves its floor. So walk the bends in order and solve the piece that z lies in.
 */
function solveZ(wanting: readonly Want[], units: number): number {
  const byBend = [...wanting].sort((a, b) => a.leavesAt - b.leavesAt);
  let floors = sum(byBend, ({ floor }) => floor);
  let means = 0;
  let spreads = 0;
  let z = 0;
  for (let i = 0; i < byBend.length; i += 1) {
    const { floor, mean, spread } = byBend[i] as Want;
    floors -= floor;
    means += mean;
    spreads += spread;
    z = (units - floors - means) / spreads;
    const next = byBend[i + 1];
    if (next === undefined || z <= next.leavesAt) break;
  }
  return z;
}

interface Share {
  readonly id: string;
  readonly share: number;
}

/** Largest remainder, ties by id, so that every unit has one place. */
function wholeShares(shares: readonly Share[], units: number): Map<string, number> {
  const whole = new Map(shares.map(({ id, share }) => [id, Math.floor(share)]));
  let left = units - sum([...whole.values()], (n) => n);
  const remainder = ({ share }: Share) => share - Math.floor(share);
  const first = [...shares].sort((a, b) => remainder(b) - remainder(a) || (a.id < b.id ? -1 : 1));
  for (const { id } of first) {
    if (left <= 0) break;
    whole.set(id, (whole.get(id) as number) + 1);
    left -= 1;
  }
  // Past about 10^15 units the shares themselves are off by whole units; the largest bears that.
  const largest = shares.reduce<Share | undefined>(
    (a, b) => (a === undefined || b.share > a.share ? b : a),
    undefined,
  );
  if (largest !== undefined && left !== 0) whole.set(largest.id, (whole.get(largest.id) as number) + left);
  return whole;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
