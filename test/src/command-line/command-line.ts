/**
 * Command line: what a command of this workspace is asked, with bounds and a line of help each.
 *
 *   const asked = commandLine('npm run carts', 'Random carts against a region.', {
 *     carts: { about: 'carts in all', number: 10_000, from: 1 },
 *     json: { about: 'one object instead of the report' },
 *   });
 *
 * `--help` prints what there is and ends with 0; what is not understood is said in one line and ends with 2,
 * before anything was started.
 */
import { parseArgs } from 'node:util';

interface About {
  readonly about: string;
}

/** A whole number, unless fractions are allowed. */
interface NumberAsked extends About {
  /** Where nothing is said. */
  readonly number: number;
  readonly from: number;
  readonly to?: number;
  readonly fractions?: true;
}

interface TextAsked extends About {
  /** Where nothing is said; empty for nothing. */
  readonly text: string;
  readonly oneOf?: readonly string[];
}

export type Asked = NumberAsked | TextAsked | About;

export type Answered<Spec extends Readonly<Record<string, Asked>>> = {
  readonly [Name in keyof Spec]: Spec[Name] extends NumberAsked
    ? number
    : Spec[Name] extends TextAsked
      ? string
      : boolean;
};

class BadOption extends Error {}

/** @returns 'help' where that is asked for. @throws BadOption */
export function readCommandLine<Spec extends Readonly<Record<string, Asked>>>(
  args: readonly string[],
  spec: Spec,
): Answered<Spec> | 'help' {
  const values = parse(args, spec);
  if (values.help === true) return 'help';
  const answered = Object.entries(spec).map(([name, asked]) => [name, answer(name, asked, values[name])]);
  return Object.fromEntries(answered) as Answered<Spec>;
}

/** Ends the process where it is asked for help, or for something that there is not. */
export function commandLine<Spec extends Readonly<Record<string, Asked>>>(
  command: string,
  about: string,
  spec: Spec,
): Answered<Spec> {
  try {
    const asked = readCommandLine(process.argv.slice(2), spec);
    if (asked !== 'help') return asked;
    process.stdout.write(helpText(command, about, spec));
    process.exit(0);
  } catch (error) {
    if (!(error instanceof BadOption)) throw error;
    process.stderr.write(`${command}: ${error.message}. --help says more.\n`);
    process.exit(2);
  }
}

export function helpText(command: string, about: string, spec: Readonly<Record<string, Asked>>): string {
  const rows = Object.entries(spec).map(
    ([name, asked]) => [flagText(name, asked), aboutText(asked)] as const,
  );
  rows.push(['--help', 'this text']);
  const width = Math.max(...rows.map(([flag]) => flag.length)) + 2;
  const lines = rows.map(([flag, text]) => `  ${flag.padEnd(width)}${text}`);
  return `${command} -- [options]\n\n${about}\n\n${lines.join('\n')}\n`;
}

function flagText(name: string, asked: Asked): string {
  if ('number' in asked) return `--${name} N`;
  return 'text' in asked ? `--${name} ${asked.oneOf === undefined ? 'TEXT' : 'NAME'}` : `--${name}`;
}

function aboutText(asked: Asked): string {
  if ('number' in asked) return `${asked.about} (${asked.number})`;
  if (!('text' in asked)) return asked.about;
  const choice = asked.oneOf === undefined ? '' : `: ${asked.oneOf.join(', ')}`;
  return `${asked.about}${choice}${asked.text === '' ? '' : ` (${asked.text})`}`;
}

function parse(args: readonly string[], spec: Readonly<Record<string, Asked>>): Record<string, unknown> {
  const options = Object.fromEntries(
    Object.entries(spec).map(([name, asked]) => {
      return [name, { type: 'number' in asked || 'text' in asked ? 'string' : 'boolean' } as const];
    }),
  );
  try {
    return parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean' } } }).values;
  } catch (error) {
    throw new BadOption((error as Error).message.split('. ')[0]);
  }
}

function answer(name: string, asked: Asked, said: unknown): number | string | boolean {
  if ('number' in asked) return typeof said === 'string' ? numberIn(name, asked, said) : asked.number;
  if (!('text' in asked)) return said === true;
  const text = typeof said === 'string' ? said : asked.text;
  if (typeof said === 'string' && asked.oneOf?.includes(text) === false)
    throw new BadOption(`--${name} is one of ${asked.oneOf.join(', ')}, not “${text}”`);
  return text;
}

function numberIn(name: string, { from, to, fractions }: NumberAsked, text: string): number {
  const number = (fractions ? /^\d+(\.\d+)?$/ : /^\d+$/).test(text) ? Number(text) : Number.NaN;
  if (number >= from && number <= (to ?? Number.MAX_SAFE_INTEGER)) return number;
  const bounds = to === undefined ? `from ${from}` : `from ${from} to ${to}`;
  throw new BadOption(`--${name} takes a ${fractions ? '' : 'whole '}number ${bounds}, not “${text}”`);
}
