/** Options: what `npm run bench` can be asked for, and one clear line where it cannot. */
import { parseArgs } from 'node:util';

/** Somebody asked for what makes no sense: one line says what, and no stack. */
export class BadOption extends Error {}

export interface Options {
  readonly help: boolean;
  /** Of the benches. */
  readonly names: readonly string[];
  readonly json: boolean;
  readonly rounds: number | undefined;
  readonly seconds: number | undefined;
  readonly only: readonly string[] | undefined;
  readonly profile: string | undefined;
}

const FLAGS = {
  json: { type: 'boolean', default: false },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  cases: { type: 'string' },
  profile: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

const ROUNDS_MAX = 1_000;
const SECONDS_MAX = 600;

/** In place of a name. */
const ALL = 'all';

export function helpText(
  benches: readonly { readonly name: string; readonly about: string }[],
  usual: readonly string[],
): string {
  return `npm run bench -- [NAME…] [options]

${benches.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n')}

  ${ALL.padEnd(10)} every one of them; where none is named: ${usual.join(', ')}

  --json         one line of JSON a case
  --rounds N     rounds of each case
  --seconds N    of one round
  --cases A,B    only these cases; figures that need others are not told
  --profile DIR  leave a CPU profile of each process there, for the browser's developer tools
  --help         this text
`;
}

/** @param usual what runs where none is named @throws BadOption */
export function readOptions(
  args: readonly string[],
  known: readonly string[],
  usual: readonly string[],
): Options {
  const { values, positionals } = parse(args);
  const unknown = positionals.find((name) => name !== ALL && !known.includes(name));
  if (unknown !== undefined)
    throw new BadOption(`There is no bench called ${unknown}. There are: ${known.join(', ')}; and ${ALL}.`);
  const wanted = positionals.length === 0 ? usual : positionals;
  return {
    help: values.help,
    names: known.filter((name) => wanted.includes(name) || wanted.includes(ALL)),
    json: values.json,
    rounds: whole('rounds', values.rounds, ROUNDS_MAX),
    seconds: whole('seconds', values.seconds, SECONDS_MAX),
    only: values.cases?.split(','),
    profile: values.profile,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: true });
  } catch (error) {
    throw new BadOption((error as Error).message);
  }
}

function whole(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const n = Number(text);
  if (Number.isInteger(n) && n >= 1 && n <= max) return n;
  throw new BadOption(`--${name} takes a whole number from 1 to ${max}, not ${text}.`);
}
