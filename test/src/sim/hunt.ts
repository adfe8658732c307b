/**
 * Hunt: plants one bug at a time, and runs seeds until the checkers find it. A seed that
 * fails without the bug as well says nothing about it, and is passed over.
 */
import { bundle } from './bundle.ts';
import type { PlantedBug } from './planted.ts';
import { runAll, seedsFrom } from './pool.ts';
import { runSeed } from './run.ts';

export interface Hunted {
  readonly found: boolean;
  /** How many seeds it takes: up to the first that shows the bug, or all. */
  readonly seeds: number;
  readonly firstSeed: number | null;
  readonly violation: string | null;
}

export interface HuntOptions {
  readonly start: number;
  readonly seedsMax: number;
  readonly acts: number;
  readonly workers: number;
}

export async function huntAll(
  bugs: readonly PlantedBug[],
  options: HuntOptions,
  onHunted: (bug: PlantedBug, hunted: Hunted) => void,
): Promise<Record<string, Hunted>> {
  const table: Record<string, Hunted> = {};
  const isClean = cleanSeeds(options.acts);
  for (const bug of bugs) {
    const hunted = await hunt(bug, options, isClean);
    table[bug.name] = hunted;
    onHunted(bug, hunted);
  }
  return table;
}

/** Does a seed pass without any bug? Asked only of seeds that fail with one, and once each. */
function cleanSeeds(acts: number): (seed: number) => boolean {
  const known = new Map<number, boolean>();
  return (seed) => {
    const isClean = known.get(seed) ?? runSeed({ seed, acts }).violation === undefined;
    known.set(seed, isClean);
    return isClean;
  };
}

export async function hunt(
  bug: PlantedBug,
  options: HuntOptions,
  isClean = cleanSeeds(options.acts),
): Promise<Hunted> {
  const { start, seedsMax, acts, workers } = options;
  const code = await bundle(bug);
  let first: { readonly seed: number; readonly violation: string } | undefined;
  // A later seed may end before an earlier one; the earliest is what is told.
  const isWanted = (seed: number) => seed < start + seedsMax && first === undefined;
  await runAll({ code, workers }, seedsFrom(start, { acts }, isWanted), ({ seed, violation }) => {
    const isFirst = violation !== undefined && seed < (first?.seed ?? Number.POSITIVE_INFINITY);
    if (isFirst && isClean(seed)) first = { seed, violation };
  });
  return first === undefined
    ? { found: false, seeds: seedsMax, firstSeed: null, violation: null }
    : { found: true, seeds: first.seed - start + 1, firstSeed: first.seed, violation: first.violation };
}
