/** Patterns: which mutants Stryker is to try, by their place in the sources. */
import { existsSync, readFileSync } from 'node:fs';
import { BadOption } from './options.ts';

/** What runs before have found out. */
const KNOWN = 'reports/mutants/known.json';

const TESTS = ['!**/*.test.ts', '!**/*.test-kit.ts'];

/** Files, and folders with all that is in them, but for their tests. */
export function mutateAll(sources: readonly string[]): string[] {
  return [...sources.map((source) => (source.endsWith('.ts') ? source : `${source}/**/*.ts`)), ...TESTS];
}

interface Known {
  readonly files: Readonly<Record<string, { readonly mutants: readonly Mutant[] }>>;
}

interface Mutant {
  readonly status: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * What survived, or was reached by no test, when it was last tried.
 *
 * @throws BadOption where nothing did.
 */
export function mutateSurvivors(sources: readonly string[]): string[] {
  if (!existsSync(KNOWN))
    throw new BadOption('--survivors comes after a run without it: nothing is known yet');
  const { files } = JSON.parse(readFileSync(KNOWN, 'utf8')) as Known;
  const patterns = Object.entries(files)
    .filter(([file]) => sources.some((source) => file === source || file.startsWith(`${source}/`)))
    .flatMap(([file, { mutants }]) => [
      ...new Set(
        mutants
          .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
          .map(({ location: { start, end } }) => `${file}:${placeOf(start)}-${placeOf(end)}`),
      ),
    ]);
  if (patterns.length === 0) throw new BadOption('Nothing survived the run before.');
  return patterns;
}

/** The report counts columns from 1, and patterns from 0. */
function placeOf({ line, column }: Place): string {
  return `${line}:${column - 1}`;
}
