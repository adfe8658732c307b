/** Report: many seeds in one table. */
import { runSeed } from './run.ts';

export interface Report {
  readonly seeds: number;
  readonly acts: number;
  readonly unitsSold: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: readonly { readonly seed: number; readonly violation: string }[];
  readonly sometimes: Readonly<Record<string, number>>;
  readonly virtualHours: number;
  readonly seedsPerSecond: number;
  readonly traceHash: string;
}

export function runSeeds({ start, count, acts }: { start: number; count: number; acts: number }): Report {
  const faults: Record<string, number> = {};
  const sometimes: Record<string, number> = {};
  const violations: { seed: number; violation: string }[] = [];
  let virtualMs = 0;
  let unitsSold = 0;
  let hash = 0n;
  const beganMs = performance.now();
  for (let seed = start; seed < start + count; seed += 1) {
    const result = runSeed({ seed, acts });
    add(faults, result.faults);
    add(sometimes, result.sometimes);
    virtualMs += result.virtualMs;
    unitsSold += result.unitsSold;
    hash = BigInt.asUintN(64, hash * 31n + BigInt(`0x${result.traceHash}`));
    if (result.violation !== undefined) violations.push({ seed, violation: result.violation });
  }
  return {
    seeds: count,
    acts: count * acts,
    unitsSold,
    faults,
    violations,
    sometimes,
    virtualHours: virtualMs / 3_600_000,
    seedsPerSecond: (count * 1_000) / (performance.now() - beganMs),
    traceHash: hash.toString(16).padStart(16, '0'),
  };
}

function add(sums: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}
