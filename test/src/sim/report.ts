/** Report: many seeds in one table. It is the same whoever ran them, and in which order. */

import type { Less } from './less.ts';
import type { PoolOptions } from './pool.ts';
import { runAll, seedsFrom } from './pool.ts';
import type { RunResult } from './run.ts';

export interface Report {
  readonly seeds: number;
  readonly acts: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: readonly { readonly seed: number; readonly violation: string }[];
  readonly sometimes: Readonly<Record<string, number>>;
  readonly virtualHours: number;
  readonly traceHash: string;
  readonly unitsSold: number;
}

export interface SeedsOptions extends PoolOptions {
  readonly start: number;
  readonly acts: number;
  readonly less?: Less;
  /** Is one more seed wanted, when so many are begun? */
  readonly isWanted: (begun: number) => boolean;
  readonly onResult?: (result: RunResult) => void;
}

export async function runSeeds(options: SeedsOptions): Promise<Report> {
  const { start, acts, less, isWanted, onResult } = options;
  const results: RunResult[] = [];
  const rest = less === undefined ? { acts } : { acts, less };
  await runAll(
    options,
    seedsFrom(start, rest, (seed) => isWanted(seed - start)),
    (result) => {
      results.push(result);
      onResult?.(result);
    },
  );
  return reportOf(results);
}

function reportOf(results: readonly RunResult[]): Report {
  const faults: Record<string, number> = {};
  const sometimes: Record<string, number> = {};
  const violations: { seed: number; violation: string }[] = [];
  let acts = 0;
  let virtualMs = 0;
  let unitsSold = 0;
  let hash = 0n;
  for (const result of [...results].sort((a, b) => a.seed - b.seed)) {
    add(faults, result.faults);
    add(sometimes, result.sometimes);
    acts += result.acts;
    virtualMs += result.virtualMs;
    unitsSold += result.unitsSold;
    hash = BigInt.asUintN(64, hash * 31n + BigInt(`0x${result.traceHash}`));
    if (result.violation !== undefined) violations.push({ seed: result.seed, violation: result.violation });
  }
  return {
    seeds: results.length,
    acts,
    faults: sorted(faults),
    violations,
    sometimes: sorted(sometimes),
    virtualHours: virtualMs / 3_600_000,
    traceHash: hash.toString(16).padStart(16, '0'),
    unitsSold,
  };
}

function add(sums: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}

function sorted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
