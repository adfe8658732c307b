/**
 * Helpers: processes of a bench's own, for loads and peers, that are asked over their channel.
 *
 *   // in processes/load.ts             // in the bench
 *   answer({ fsync: (ask) => … });      const load = startHelper(place, './processes/load.ts');
 *                                       const round = await load.ask('fsync', { seconds: 3 });
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Place } from './bench.ts';

interface Asked {
  readonly what: string;
  readonly with: unknown;
}
type Said = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };

export interface Helper {
  readonly pid: number;
  /** One question at a time. @throws with what the helper says went wrong, or where it ends before it answers. */
  ask<T>(what: string, argument: unknown): Promise<T>;
}

const STOP_MS = 5_000;

/** Starts a module as a process; it ends with the bench. @param flags for node */
export function startHelper(
  place: Place,
  file: `./processes/${string}.ts`,
  flags: readonly string[] = [],
): Helper {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, {
    execArgv: [...flags, ...place.nodeFlags, '--conditions=tallystick-source', '--import=tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  place.atEnd(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    // It ends by itself then, in order: a profile that was asked for is written.
    child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  });
  return {
    pid: child.pid as number,
    ask: <T>(what: string, argument: unknown) =>
      new Promise<T>((resolve, reject) => {
        const gone = () => reject(new Error(`${file} ended in the middle of its work.`));
        child.once('exit', gone);
        child.once('message', (said: Said) => {
          child.off('exit', gone);
          if (said.ok) resolve(said.value as T);
          else reject(new Error(said.message));
        });
        child.send({ what, with: argument } satisfies Asked);
      }),
  };
}

/** In a helper: what it can be asked for. */
export function answer(answers: Readonly<Record<string, (argument: never) => unknown>>): void {
  process.on('message', async ({ what, with: argument }: Asked) => {
    let said: Said;
    try {
      said = { ok: true, value: await answers[what]?.(argument as never) };
    } catch (error) {
      said = { ok: false, message: (error as Error).message };
    }
    process.send?.(said);
  });
  // Whoever asked is gone.
  process.on('disconnect', () => process.exit());
}
