/** When stores lose their uplink and which processes are killed: fixed by the seed, in trading time. */
import type { FleetReplica, FleetShape, ReplicaKind } from './fleet-shape.ts';
import { createPrng, type Prng, shuffled } from './prng.ts';
import type { CutStep, HealStep, KillStep } from './steps.ts';
import type { TradingClock } from './trading-clock.ts';

const MINUTE_MS = 60_000;
/** A cut is as short as a router's restart and as long as an afternoon without a line. */
const CUT_MS_MIN = 15 * MINUTE_MS;
const CUT_MS_MAX = 360 * MINUTE_MS;
/** The issue asks for at least 50 cuts in all, also of a run that `--limit` makes short. */
const CUTS_MIN = 50;

export function scheduleCuts(
  shape: FleetShape,
  clock: TradingClock,
  cutShare: number,
  seed: number,
): (CutStep | HealStep)[] {
  const steps: (CutStep | HealStep)[] = [];
  if (cutShare === 0) return steps;
  const fewest = Math.ceil(CUTS_MIN / shape.stores.length);
  for (const store of shape.stores) {
    const prng = createPrng(`cuts ${seed} ${store}`);
    const cutMs = clock.tradingMs * cutShare;
    const stretches = cutStretches(cutMs, fewest, prng);
    const gaps = splitAtRandom(clock.tradingMs - cutMs, stretches.length + 1, prng);
    let passedMs = 0;
    for (const [i, stretchMs] of stretches.entries()) {
      passedMs += gaps[i] as number;
      steps.push({ kind: 'cut', at: clock.dateAt(passedMs), store });
      passedMs += stretchMs;
      steps.push({ kind: 'heal', at: clock.dateAt(passedMs), store });
    }
  }
  return steps;
}

/**
 * Lengths that add up to `totalMs` exactly, each between the shortest and the longest cut. A span too
 * short for `fewest` cuts of the shortest length has shorter ones: the share and the number matter more.
 */
function cutStretches(totalMs: number, fewest: number, prng: Prng): number[] {
  const usual = Math.round(totalMs / ((CUT_MS_MIN + CUT_MS_MAX) / 2));
  const count = Math.max(fewest, usual);
  if (totalMs / count <= CUT_MS_MIN) return Array.from({ length: count }, () => totalMs / count);
  const drawn = Array.from({ length: count }, () => CUT_MS_MIN + prng() * (CUT_MS_MAX - CUT_MS_MIN));
  const drawnMs = drawn.reduce((sum, ms) => sum + ms, 0);
  // Moves every length towards one end of the range by one factor: the sum is met, the range is kept.
  if (drawnMs > totalMs) {
    const keep = (totalMs - count * CUT_MS_MIN) / (drawnMs - count * CUT_MS_MIN);
    return drawn.map((ms) => CUT_MS_MIN + (ms - CUT_MS_MIN) * keep);
  }
  const keep = (count * CUT_MS_MAX - totalMs) / (count * CUT_MS_MAX - drawnMs);
  return drawn.map((ms) => CUT_MS_MAX - (CUT_MS_MAX - ms) * keep);
}

/** Parts of random size, as the time between the calls of strangers. */
function splitAtRandom(total: number, parts: number, prng: Prng): number[] {
  const weights = Array.from({ length: parts }, () => -Math.log(1 - prng()));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => (total * weight) / sum);
}

/** Spread over the whole run, and dealt so that every kind of replica is hit early and often. */
export function scheduleKills(
  shape: FleetShape,
  clock: TradingClock,
  kills: number,
  seed: number,
): KillStep[] {
  const prng = createPrng(`kills ${seed}`);
  const victims = dealtByKind(shape, prng);
  return Array.from({ length: kills }, (_, i) => {
    const victim = victims[i % victims.length] as FleetReplica;
    const at = clock.dateAt((clock.tradingMs * (i + 0.1 + 0.8 * prng())) / kills);
    return { kind: 'kill', at, replica: victim.id };
  });
}

function dealtByKind(shape: FleetShape, prng: Prng): FleetReplica[] {
  const kinds: readonly ReplicaKind[] = [
    'store',
    'terminal',
    'region',
    'terminal',
    'warehouse',
    'store',
    'terminal',
  ];
  const piles = new Map<ReplicaKind, FleetReplica[]>();
  for (const replica of shuffled(shape.replicas, prng)) {
    const pile = piles.get(replica.kind);
    if (pile === undefined) piles.set(replica.kind, [replica]);
    else pile.push(replica);
  }
  const dealt: FleetReplica[] = [];
  for (let turn = 0; dealt.length < shape.replicas.length; turn++) {
    const next = piles.get(kinds[turn % kinds.length] as ReplicaKind)?.pop();
    if (next !== undefined) dealt.push(next);
  }
  return dealt;
}
