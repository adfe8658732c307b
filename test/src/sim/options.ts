/** Options: what `npm run sim` can be asked for, and one clear line where it cannot. */
import { parseArgs } from 'node:util';
import type { Less } from './less.ts';
import { WORKERS_DEFAULT } from './pool.ts';
import { ACTS_DEFAULT } from './run.ts';

/** Half a minute, in which every kind of act and mishap is met. */
const POSTGRES_SEEDS_DEFAULT = 20;
const POSTGRES_ACTS_DEFAULT = 300;

export const HELP = `npm run sim -- [options]

  --seeds K      run K seeds (100; with --planted, at most 1000 for each bug)
  --start S      the first of them (1; with --minutes, a fresh one)
  --minutes M    run fresh seeds for M minutes
  --seed N       replay one seed, with a readable trace
  --planted      plant known mistakes one by one, and look for each
  --postgres     play what each seed's authority committed into a real Postgres, and compare all tables;
                 with --seeds K (${POSTGRES_SEEDS_DEFAULT}), --start S, --seed N, --acts N (${POSTGRES_ACTS_DEFAULT}), --planted, --bug NAME, --json
  --bug NAME     only the planted bugs whose names contain this; with --seed, replay with the first
  --acts N       acts a seed (${ACTS_DEFAULT})
  --workers N    worker threads (${WORKERS_DEFAULT})
  --without A,B  leave these machines out
  --calm A,B     switch these kinds of faults off
  --json         one line of JSON
  --help         this text

Ends with 0 when all is well, 1 when something was found or never seen, 2 when the options make no sense.
`;

const FLAGS = {
  seeds: { type: 'string' },
  start: { type: 'string' },
  minutes: { type: 'string' },
  seed: { type: 'string' },
  planted: { type: 'boolean', default: false },
  postgres: { type: 'boolean', default: false },
  bug: { type: 'string' },
  acts: { type: 'string' },
  workers: { type: 'string' },
  without: { type: 'string' },
  calm: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Somebody asked for what makes no sense: one line says what, and no stack. */
export class BadOption extends Error {}

interface Common {
  readonly acts: number;
  readonly workers: number;
  readonly json: boolean;
  readonly less: Less;
}

export type Options =
  | { readonly mode: 'help' }
  | (Common & { readonly mode: 'replay'; readonly seed: number; readonly bug: string | undefined })
  | (Common & {
      readonly mode: 'hunt';
      readonly start: number;
      readonly seedsMax: number;
      readonly bug: string | undefined;
    })
  | (Common & {
      readonly mode: 'postgres';
      readonly start: number;
      readonly seeds: number;
      readonly isPlanted: boolean;
      readonly bug: string | undefined;
    })
  | (Common & { readonly mode: 'run'; readonly start: number; readonly seeds: number })
  | (Common & { readonly mode: 'minutes'; readonly start: number | undefined; readonly minutes: number });

/** @throws BadOption */
export function readOptions(args: readonly string[]): Options {
  const values = parse(args);
  if (values.help) return { mode: 'help' };
  const acts = whole('acts', values.acts, 1);
  const common: Common = {
    acts: acts ?? ACTS_DEFAULT,
    workers: whole('workers', values.workers, 1, 64) ?? WORKERS_DEFAULT,
    json: values.json,
    less: { machines: list(values.without), faults: list(values.calm) },
  };
  const seed = whole('seed', values.seed, 0);
  const seeds = whole('seeds', values.seeds, 1);
  const start = whole('start', values.start, 0);
  const minutes = span(values.minutes);
  const { bug } = values;
  if (values.postgres) {
    const { machines, faults } = common.less;
    if (minutes !== undefined || machines.length + faults.length > 0)
      throw new BadOption('--postgres plays whole seeds: leave --minutes, --without and --calm out');
    if (seed !== undefined && (seeds !== undefined || start !== undefined))
      throw new BadOption('--seed is one seed: leave --seeds and --start out');
    if (bug !== undefined && !values.planted)
      throw new BadOption('with --postgres, --bug goes with --planted');
    return {
      ...common,
      mode: 'postgres',
      acts: acts ?? POSTGRES_ACTS_DEFAULT,
      start: seed ?? start ?? 1,
      seeds: seed !== undefined ? 1 : (seeds ?? (values.planted ? 100 : POSTGRES_SEEDS_DEFAULT)),
      isPlanted: values.planted,
      bug,
    };
  }
  if (seed !== undefined) {
    if (seeds !== undefined || start !== undefined || minutes !== undefined || values.planted)
      throw new BadOption('--seed replays one seed: leave --seeds, --start, --minutes and --planted out');
    if (values.json) throw new BadOption('--seed prints a trace to read: for JSON take --seeds 1 --start N');
    return { ...common, mode: 'replay', seed, bug };
  }
  if (minutes !== undefined && (seeds !== undefined || values.planted))
    throw new BadOption('--minutes runs as many seeds as it can: leave --seeds and --planted out');
  if (values.planted) {
    if (common.less.machines.length + common.less.faults.length > 0)
      throw new BadOption('--planted looks through whole seeds: leave --without and --calm out');
    return { ...common, mode: 'hunt', start: start ?? 1, seedsMax: seeds ?? 1_000, bug };
  }
  if (bug !== undefined) throw new BadOption('--bug goes with --planted or --seed');
  if (minutes !== undefined) return { ...common, mode: 'minutes', start, minutes };
  return { ...common, mode: 'run', start: start ?? 1, seeds: seeds ?? 100 };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (error) {
    throw new BadOption((error as Error).message.split('. ')[0]);
  }
}

function whole(name: string, text: string | undefined, low: number, high = 2 ** 52): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= low && number <= high))
    throw new BadOption(`--${name} takes a whole number from ${low}, not “${text}”`);
  return number;
}

function span(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const minutes = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(minutes > 0)) throw new BadOption(`--minutes takes a number above 0, not “${text}”`);
  return minutes;
}

function list(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(',').map((name) => name.trim());
}
