/**
 * Kept thread: the tests of one mutant after the other in one thread, in which the sources stay loaded.
 *
 * Stryker switches mutants on inside code that is loaded once, and the core keeps nothing between two tests.
 * Starting a thread and loading everything anew would take longer than most mutants do. A mutant of what
 * runs while a module is loaded (Stryker says “static”) gets a thread of its own.
 */
import { type PoolOptions, type PoolWorker, ThreadsPoolWorker } from 'vitest/node';

export const KEPT_THREAD = 'kept-thread';

declare module 'vitest' {
  interface ProvidedContext {
    /** By Stryker: when a mutant is switched on. */
    mutantActivation: 'static' | 'runtime' | undefined;
  }
}

const STOPPED = { type: 'stopped', __vitest_worker_response__: true };

let kept: Promise<ThreadsPoolWorker> | undefined;

async function startThread(options: PoolOptions): Promise<ThreadsPoolWorker> {
  const thread = new ThreadsPoolWorker(options);
  await thread.start();
  return thread;
}

/** A pool worker that vitest may stop, while its thread goes on. Only one runs at a time. */
export function createKeptThread(options: PoolOptions): PoolWorker {
  const isStatic = options.project.getProvidedContext().mutantActivation === 'static';
  const listeners: Parameters<PoolWorker['on']>[] = [];
  let thread: ThreadsPoolWorker | undefined;
  return {
    name: KEPT_THREAD,
    async start() {
      if (!isStatic) kept ??= startThread(options);
      thread = await (isStatic ? startThread(options) : kept);
    },
    on(event, listener) {
      listeners.push([event, listener]);
      thread?.on(event, listener);
    },
    off(event, listener) {
      thread?.off(event, listener);
    },
    send(message) {
      if ((message as { type?: string }).type !== 'stop') thread?.send(message);
      else for (const [event, listener] of listeners) if (event === 'message') listener(STOPPED);
    },
    async stop() {
      for (const [event, listener] of listeners) thread?.off(event, listener);
      if (isStatic) await thread?.stop();
    },
    deserialize: (message) => message,
  };
}

/** Lets the process end. */
export async function endKeptThread(): Promise<void> {
  await (await kept)?.stop();
  kept = undefined;
}
