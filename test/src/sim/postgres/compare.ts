/** Compare: many seeds, one after another, each on fresh books; or one planted mistake, until it is found. */
import { addCounts, type Counts, noCounts } from './counts.ts';
import { withFreshBooks } from './database.ts';
import type { PlaySeed } from './plant.ts';

export interface Seeds {
  readonly start: number;
  readonly seeds: number;
  readonly acts: number;
}

export interface Compared {
  readonly seeds: number;
  readonly counts: Counts;
  readonly disagreements: readonly { readonly seed: number; readonly disagreement: string }[];
  readonly violations: readonly { readonly seed: number; readonly violation: string }[];
}

export async function compareSeeds(
  templateUrl: string,
  play: PlaySeed,
  { start, seeds, acts }: Seeds,
): Promise<Compared> {
  const counts = noCounts();
  const disagreements: { seed: number; disagreement: string }[] = [];
  const violations: { seed: number; violation: string }[] = [];
  for (let seed = start; seed < start + seeds; seed += 1) {
    const played = await withFreshBooks(templateUrl, (freshBooks) => play({ seed, acts, freshBooks }));
    addCounts(counts, played.counts);
    if (played.disagreement !== undefined) disagreements.push({ seed, disagreement: played.disagreement });
    if (played.violation !== undefined) violations.push({ seed, violation: played.violation });
  }
  return { seeds, counts, disagreements, violations };
}

/** @returns the first seed in which the mistake shows, and how. */
export async function findPlanted(
  templateUrl: string,
  play: PlaySeed,
  { start, seeds, acts }: Seeds,
): Promise<{ readonly seed: number; readonly disagreement: string } | undefined> {
  for (let seed = start; seed < start + seeds; seed += 1) {
    const { disagreements } = await compareSeeds(templateUrl, play, { start: seed, seeds: 1, acts });
    if (disagreements[0] !== undefined) return disagreements[0];
  }
  return undefined;
}
