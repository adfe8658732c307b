/** Command lines: node's own parser, with messages that say what was meant. */
import { parseArgs } from 'node:util';
import { ConfigError } from '../config-error.ts';

export type ArgOptions = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

export interface Args<O extends ArgOptions> {
  readonly values: { readonly [Name in keyof O]?: O[Name]['type'] extends 'string' ? string : boolean };
  readonly positionals: readonly string[];
}

/** @throws ConfigError for an option that is not known or lacks its value. */
export function readArgs<const O extends ArgOptions>(args: readonly string[], options: O): Args<O> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true }) as Args<O>;
  } catch (error) {
    throw new ConfigError(`${(error as Error).message.split('\n')[0]} See --help.`);
  }
}

/** @throws ConfigError unless the text is a whole number in the range. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < min || value > max) {
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}, not "${text}".`);
  }
  return value;
}

/** Runs a command; a mistake of the user's is one line on stderr, a bug of ours keeps its trace. */
export async function withPlainErrors(program: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    const isPlain =
      error instanceof Error && ['ConfigError', 'JournalError', 'PostgresError'].includes(error.name);
    if (isPlain) process.stderr.write(`${program}: ${error.message}\n`);
    else process.stderr.write(`${program}: unexpected error: ${(error as Error).stack ?? String(error)}\n`);
    return 1;
  }
}

/** A terminal and npm may both hand on one Ctrl-C; people do not press it twice this fast. */
const SAME_SIGNAL_MS = 1_000;

/** Resolves at the first SIGINT or SIGTERM; a later second one ends the process at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let stoppingSinceMs: number | undefined;
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        const nowMs = performance.now();
        if (stoppingSinceMs !== undefined && nowMs - stoppingSinceMs > SAME_SIGNAL_MS) process.exit(1);
        stoppingSinceMs ??= nowMs;
        resolve(signal);
      });
    }
  });
}
