/** Command lines: node's own parser, with messages that say what was meant. */
import { debuglog, parseArgs } from 'node:util';
import { ConfigError } from '../config-error.ts';

export type ArgOptions = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: true }>
>;

export interface Args<O extends ArgOptions> {
  readonly values: { readonly [Name in keyof O]?: Value<O[Name]> };
  readonly positionals: readonly string[];
}

type Value<O extends ArgOptions[string]> = O extends { readonly multiple: true }
  ? readonly string[]
  : O['type'] extends 'string'
    ? string
    : boolean;

/** @throws ConfigError for an option that is not known or lacks its value, and for one word too many. */
export function readArgs<const O extends ArgOptions>(
  args: readonly string[],
  options: O,
  positionalsMax = 1,
): Args<O> {
  let read: Args<O>;
  try {
    read = parseArgs({ args: [...args], options, allowPositionals: true, strict: true }) as Args<O>;
  } catch (error) {
    // Node's own first sentence is right; what follows it is about a case that we do not have.
    const [said] = (error as Error).message.split(/[.\n]/);
    throw new ConfigError(`${said}. See --help.`);
  }
  // A variable that is not set: an empty folder would be the one that somebody stands in.
  const empty = Object.entries(read.values).find(([, value]) => [value as unknown].flat().includes(''))?.[0];
  if (empty !== undefined) throw new ConfigError(`--${empty} was given nothing. Say what, or leave it out.`);
  const surplus = read.positionals[positionalsMax];
  if (surplus !== undefined) throw new ConfigError(`"${surplus}" is not expected here. See --help.`);
  return read;
}

/** For a command that takes options alone. @throws ConfigError */
export function readOptions<const O extends ArgOptions>(
  args: readonly string[],
  options: O,
): Args<O>['values'] {
  return readArgs(args, options, 0).values;
}

/** @throws ConfigError unless the text is a whole number in the range. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < min || value > max) {
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

/** What can go wrong without being a bug: its message says what, why and what to do. */
const PLAIN: readonly string[] = ['ConfigError', 'JournalError', 'DatabaseUnreachable', 'ReplayInputError'];

/**
 * Runs a command. Whatever goes wrong is one line on stderr, never a trace: one of a
 * bug is for us, and is shown when `NODE_DEBUG` names tallystick.
 */
export async function withPlainErrors(program: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    process.stderr.write(`${program}: ${plainMessage(error)}\n`);
    debug('%s', (error as Error)?.stack);
    return 1;
  }
}

const debug = debuglog('tallystick');

function plainMessage(error: unknown): string {
  if (!(error instanceof Error)) return `unexpected error: ${String(error)}`;
  if (PLAIN.includes(error.name)) return error.message;
  if ('severity' in error)
    return `The database refused: ${error.message}. Look at its log and at its user's rights.`;
  const { syscall, code, path } = error as NodeJS.ErrnoException;
  if (syscall !== undefined && code !== undefined) {
    return `The system refused ${syscall}${path === undefined ? '' : ` of ${path}`} (${code}). ${wayOut(code)}`;
  }
  const [said] = error.message.split('\n');
  return `unexpected error: ${said}. This is a bug of ours: report it with what NODE_DEBUG=tallystick shows.`;
}

/** What to do where the system refused a file or a folder. */
export function wayOut(code: string | undefined): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'The disk is full: make room, then start again.';
  if (code === 'EROFS') return 'The disk takes no writes: mount it for writing, or choose another folder.';
  if (code === 'EACCES' || code === 'EPERM')
    return 'This user may not: give the folder to who runs this, or choose another.';
  return 'Check that it exists, who may use it, and the room on the disk.';
}

/** A terminal and npm may both hand on one Ctrl-C; people do not press it twice this fast. */
const SAME_SIGNAL_MS = 1_000;

/** Set for a program that another one starts and watches over: it stops when whoever started it is gone. */
export const STOP_WITH_INPUT = 'TALLYSTICK_STOP_WITH_INPUT';

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP; a later second one ends the process at once. Where
 * {@link STOP_WITH_INPUT} is 1, the end of standard input counts as SIGTERM: the system closes that pipe
 * however the other end died, by `kill -9` too, so that nothing goes on holding ports and files for nobody.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stoppingSinceMs: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        const nowMs = performance.now();
        if (stoppingSinceMs !== undefined && nowMs - stoppingSinceMs > SAME_SIGNAL_MS) process.exit(1);
        stoppingSinceMs ??= nowMs;
        resolve(signal);
      });
    }
    if (process.env[STOP_WITH_INPUT] === '1') atEndOfInput(() => resolve('SIGTERM'));
  });
}

function atEndOfInput(then: () => void): void {
  const { stdin } = process;
  stdin.once('close', then).on('error', () => undefined);
  stdin.resume();
  // What else there is to do keeps a process alive; that it could still be told to stop does not.
  (stdin as { unref?: () => void }).unref?.();
}
