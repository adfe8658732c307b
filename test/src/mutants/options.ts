/** Options: what `npm run mutants` can be asked for. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

const FOLDERS = ['tally', 'replica', 'hub'];

/** In the environment, for whoever reads the configuration of the tests in another process. */
export const ONLY_TESTS = 'TALLYSTICK_MUTANTS_TESTS';

export const HELP = `npm run mutants -- [options]

  --only A,B     only these folders or files of crdt/src, such as tally,replica/ledger (${FOLDERS})
  --workers N    mutants at once (2)
  --survivors    only what survived a run before and is not explained, such as after new tests
  --tests A,B    with no tests but these, such as hub, or replica/uplink: in seconds, who kills what
  --sample P     only what is on P in a hundred lines, drawn by --seed: an estimate in minutes
  --seed N       which lines a sample has (1)
  --again        try those again whose outcome is known from a run before
  --known        try nothing: tell once more what runs before have found out
  --quiet        the table alone, without the survivors that nothing explains
  --help         this text
`;

export interface Options {
  /** Files and folders, from the root of the repository. */
  readonly sources: readonly string[];
  readonly onlySurvivors: boolean;
  readonly workers: number;
  /** Patterns of test files; undefined for all. */
  readonly tests: readonly string[] | undefined;
  /** Of a hundred lines so many, drawn by the seed; undefined for all. */
  readonly sample: { readonly percent: number; readonly seed: number } | undefined;
  readonly isAgain: boolean;
  readonly isKnownOnly: boolean;
  readonly isQuiet: boolean;
}

/** Somebody asked for what makes no sense: one line says what, and no stack. */
export class BadOption extends Error {}

/** @throws BadOption */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { only, workers, survivors, tests, sample, seed, again, known, quiet, help } = parse(args);
  if (help) return 'help';
  if (survivors && sample !== undefined)
    throw new BadOption('--survivors and --sample each say what is tried: give one of them');
  return {
    sources: (only?.split(',') ?? FOLDERS).map(sourceOf),
    onlySurvivors: survivors,
    tests: tests?.split(',').map(testsOf),
    workers: wholeNumber('workers', workers),
    sample:
      sample === undefined ? undefined : { percent: percentOf(sample), seed: wholeNumber('seed', seed) },
    isAgain: again,
    isKnownOnly: known,
    isQuiet: quiet,
  };
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new BadOption(`--${option} takes a whole number from 1, not “${text}”`);
  return number;
}

function percentOf(text: string): number {
  const percent = Number(text);
  if (!(percent > 0 && percent <= 100))
    throw new BadOption(`--sample takes a number above 0 and up to 100, not “${text}”`);
  return percent;
}

function sourceOf(name: string): string {
  const path = `crdt/src/${name
    .trim()
    .replace(/^crdt\/src\//, '')
    .replace(/\.ts$/, '')}`;
  const found = [`${path}.ts`, path].find((each) => existsSync(each));
  if (found === undefined)
    throw new BadOption(`--only takes folders and files of crdt/src: there is no “${name}”`);
  return found;
}

function testsOf(name: string): string {
  const path = `crdt/src/${name.trim()}`;
  if (existsSync(`${path}.test.ts`)) return `${path}.test.ts`;
  if (!existsSync(path))
    throw new BadOption(`--tests takes folders and tests of crdt/src: there is no “${name}”`);
  return `${path}/**/*.test.ts`;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        workers: { type: 'string', default: '2' },
        tests: { type: 'string' },
        sample: { type: 'string' },
        seed: { type: 'string', default: '1' },
        survivors: { type: 'boolean', default: false },
        again: { type: 'boolean', default: false },
        known: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new BadOption((error as Error).message.split('. ')[0]);
  }
}
