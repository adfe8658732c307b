/**
 * Pool: seeds on several cores. Each worker thread takes the next seed when it is
 * done with one, so which of them runs a seed, and when, is chance; what a seed does is not.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Bundle } from './bundle.ts';
import type { RunResult } from './run.ts';
import type { RunOptions } from './world.ts';

/** A run leaves much garbage and keeps little: with the engine's 16 MB it spends a ninth of its time collecting. */
const YOUNG_GENERATION_MB = 64;

/** Both cores of the smallest machine that we promise figures for. */
export const WORKERS_DEFAULT = Math.min(2, availableParallelism());

export interface PoolOptions {
  readonly code: Bundle;
  readonly workers: number;
}

/** Runs what the iterator gives, until it is done; results come in the order in which runs end. */
export async function runAll(
  { code, workers }: PoolOptions,
  runs: Iterator<RunOptions>,
  onResult: (result: RunResult) => void,
): Promise<void> {
  const threads = Array.from({ length: workers }, () => startWorker(code));
  try {
    await Promise.all(threads.map((thread) => serve(thread, runs, onResult)));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

function startWorker(code: Bundle): Worker {
  return new Worker(new URL(code), {
    execArgv: ['--enable-source-maps'],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
}

function serve(
  thread: Worker,
  runs: Iterator<RunOptions>,
  onResult: (result: RunResult) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let running: RunOptions | undefined;
    const next = () => {
      const { done, value } = runs.next();
      if (done === true) return resolve();
      running = value;
      thread.postMessage(value);
    };
    thread.on('message', (result: RunResult) => {
      onResult(result);
      next();
    });
    thread.on('error', (cause) => reject(new Error(`A worker died in seed ${running?.seed}.`, { cause })));
    next();
  });
}

/** The seeds from `start` on, while `isWanted` says so of the next. */
export function* seedsFrom(
  start: number,
  rest: Omit<RunOptions, 'seed'>,
  isWanted: (seed: number) => boolean,
): Generator<RunOptions, void> {
  for (let seed = start; isWanted(seed); seed += 1) yield { ...rest, seed };
}
