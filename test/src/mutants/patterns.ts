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

/** A file as it was when it was tried, with what was found out. */
export interface KnownFile {
  readonly source: string;
  readonly mutants: readonly Omit<Tried, 'fileName'>[];
}

/** What runs before have found out. @throws BadOption where there was none. */
export function readKnown(): Readonly<Record<string, KnownFile>> {
  if (!existsSync(KNOWN)) throw new BadOption('Nothing is known yet: a run without --known comes first.');
  return JSON.parse(readFileSync(KNOWN, 'utf8')).files;
}

/**
 * Of a file that has changed since it was tried nothing is known: the places of its mutants are those of other lines.
 *
 * @param textOf - what stands in a file now; undefined where it is gone
 */
export function stillKnown(
  files: Readonly<Record<string, KnownFile>>,
  textOf: (fileName: string) => string | undefined,
): { readonly tried: Tried[]; readonly changed: string[] } {
  const all = Object.entries(files);
  const isSame = ([fileName, { source }]: (typeof all)[number]) => textOf(fileName) === source;
  return {
    tried: all
      .filter(isSame)
      .flatMap(([fileName, { mutants }]) => mutants.map((mutant) => ({ ...mutant, fileName }))),
    changed: all.filter((file) => !isSame(file)).map(([fileName]) => fileName),
  };
}

/**
 * What survived, or was reached by no test, when it was last tried, and nothing explains.
 *
 * @throws BadOption where nothing did.
 */
export function mutateSurvivors(
  known: readonly Tried[],
  sources: readonly string[],
  sourceOf: (file: string) => string,
  explanations: (file: string) => readonly Explanation[],
): string[] {
  const patterns = findingsOf(known.filter(isOf(sources)), sourceOf, explanations)
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
