/** Options: what `npm run mutants` can be asked for. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

const FOLDERS = ['tally', 'replica', 'hub'];

/** In the environment, for whoever reads the configuration of the tests in another process. */
export const ONLY_TESTS = 'TALLYSTICK_MUTANTS_TESTS';

export const HELP = `npm run mutants -- [options]

  --only A,B     only these folders or files of crdt/src, such as tally,replica/ledger (${FOLDERS})
  --workers N    mutants at once (2)
  --survivors    only what survived a run before, such as after new tests
  --tests A,B    with no tests but these, such as hub, or replica/uplink: in seconds, who kills what
  --again        try those again whose outcome is known from a run before
  --quiet        the table alone, without the survivors
  --help         this text
`;

export interface Options {
  /** Files and folders, from the root of the repository. */
  readonly sources: readonly string[];
  readonly onlySurvivors: boolean;
  readonly workers: number;
  /** Patterns of test files; undefined for all. */
  readonly tests: readonly string[] | undefined;
  readonly isAgain: boolean;
  readonly isQuiet: boolean;
}

/** Somebody asked for what makes no sense: one line says what, and no stack. */
export class BadOption extends Error {}

/** @throws BadOption */
export function readOptions(args: readonly string[]): Options | 'help' {
  const { only, workers, survivors, tests, again, quiet, help } = parse(args);
  if (help) return 'help';
  const count = Number(workers);
  if (!Number.isInteger(count) || count < 1)
    throw new BadOption(`--workers takes a whole number from 1, not “${workers}”`);
  return {
    sources: (only?.split(',') ?? FOLDERS).map(sourceOf),
    onlySurvivors: survivors,
    tests: tests?.split(',').map(testsOf),
    workers: count,
    isAgain: again,
    isQuiet: quiet,
  };
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
        survivors: { type: 'boolean', default: false },
        again: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new BadOption((error as Error).message.split('. ')[0]);
  }
}
