/**
 * Shrink: the smallest run of a seed that still fails in the same way.
 *
 * It leaves out machines, kinds of faults and acts, one at a time, and keeps what was
 * left out as long as a violation of the same kind is found. A smaller run is another
 * run: it may fail at another moment, or for another unit of the same bug.
 */
import type { RunSeed } from './bundle.ts';
import { noFaults } from './faults.ts';
import { type Less, treeWithout } from './less.ts';
import { Prng } from './prng.ts';
import { growTree } from './tree.ts';
import type { RunOptions } from './world.ts';

export interface Failure {
  readonly seed: number;
  readonly acts: number;
  readonly less: Less;
  readonly violation: string;
}

export interface Shrunk extends Failure {
  /** Runs that were tried. */
  readonly attempts: number;
}

/** About half a minute at the default length. */
const ATTEMPTS_MAX = 80;

export function shrink(runSeed: RunSeed, failure: Failure, attemptsMax = ATTEMPTS_MAX): Shrunk {
  const kind = kindOf(failure.violation);
  let best = failure;
  let attempts = 0;
  const tryOne = (change: Partial<Failure>): boolean => {
    if (attempts >= attemptsMax) return false;
    attempts += 1;
    const { seed, acts, less } = { ...best, ...change };
    const { violation } = runSeed({ seed, acts, less });
    if (violation === undefined || kindOf(violation) !== kind) return false;
    best = { seed, acts, less, violation };
    return true;
  };
  dropActs(() => best.acts, tryOne);
  dropMachines(() => best, tryOne);
  for (const fault of Object.keys(noFaults())) {
    const { less } = best;
    if (!less.faults.includes(fault)) tryOne({ less: { ...less, faults: [...less.faults, fault] } });
  }
  dropActs(() => best.acts, tryOne);
  return { ...best, attempts };
}

/** Halves what is between the longest run that did not fail and the shortest that did. */
function dropActs(acts: () => number, tryOne: (change: Partial<Failure>) => boolean): void {
  let passes = 0;
  while (acts() - passes > 1) {
    const middle = Math.floor((passes + acts()) / 2);
    if (!tryOne({ acts: middle })) passes = middle;
  }
}

function dropMachines(best: () => Failure, tryOne: (change: Partial<Failure>) => boolean): void {
  const kept = new Set<string>();
  for (;;) {
    const leaf = leavesOf(best()).find((name) => !kept.has(name));
    if (leaf === undefined) return;
    const { less } = best();
    if (!tryOne({ less: { ...less, machines: [...less.machines, leaf] } })) kept.add(leaf);
  }
}

/** Machines that can be left out next: nobody hangs on them, and some shelf remains. */
function leavesOf({ seed, less }: Pick<RunOptions, 'seed'> & { readonly less: Less }): string[] {
  const { places, locations } = treeWithout(growTree(new Prng(seed, 'tree')), less);
  const parents = new Set(places.map(({ parent }) => parent));
  return places
    .filter(({ settings, parent }) => parent !== undefined && !parents.has(settings.replica))
    .map(({ settings }) => settings.replica)
    .filter((name) => locations.some((location) => (location as string) !== name));
}

/** The rule that was broken; of an error that was thrown, its first words without names and numbers. */
export function kindOf(violation: string): string {
  const first = violation.split('\n')[0] ?? '';
  if (!first.startsWith('threw ')) return first.split(':')[0] ?? '';
  return first
    .split(' ')
    .filter((word) => /^[A-Za-z]+:?$/.test(word))
    .slice(0, 6)
    .join(' ');
}
