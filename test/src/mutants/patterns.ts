/** Patterns: which mutants Stryker is to try, by their place in the sources. */
import { existsSync, readFileSync } from 'node:fs';
import type { Explanation } from './explained.ts';
import { BadOption } from './options.ts';
import { findingsOf, isOf, isOpen, type Place, type Tried } from './summary.ts';

/** What runs before have found out. */
const KNOWN = 'reports/mutants/known.json';

const TESTS = ['!**/*.test.ts', '!**/*.test-kit.ts'];

/** Files, and folders with all that is in them, but for their tests. */
export function mutateAll(sources: readonly string[]): string[] {
  return [...sources.map((source) => (source.endsWith('.ts') ? source : `${source}/**/*.ts`)), ...TESTS];
}

type Mutant = Omit<Tried, 'fileName'>;

/** What runs before have found out of all mutants. @throws BadOption where there was none. */
export function knownMutants(): Tried[] {
  if (!existsSync(KNOWN)) throw new BadOption('Nothing is known yet: a run without --known comes first.');
  const { files } = JSON.parse(readFileSync(KNOWN, 'utf8')) as {
    files: Record<string, { mutants: readonly Mutant[] }>;
  };
  return Object.entries(files).flatMap(([fileName, { mutants }]) =>
    mutants.map((mutant) => ({ ...mutant, fileName })),
  );
}

/**
 * What survived, or was reached by no test, when it was last tried, and nothing explains.
 *
 * @throws BadOption where nothing did.
 */
export function mutateSurvivors(
  sources: readonly string[],
  sourceOf: (file: string) => string,
  explanations: (file: string) => readonly Explanation[],
): string[] {
  const patterns = findingsOf(knownMutants().filter(isOf(sources)), sourceOf, explanations)
    .flatMap(({ found }) => found.filter(isOpen))
    .map(({ mutant }) => mutant)
    .map(({ fileName, location: { start, end } }) => `${fileName}:${placeOf(start)}-${placeOf(end)}`);
  if (patterns.length === 0) throw new BadOption('Nothing survived the run before that is not explained.');
  return [...new Set(patterns)];
}

/** The report counts columns from 1, and patterns from 0. */
function placeOf({ line, column }: Place): string {
  return `${line}:${column - 1}`;
}
