/** Worker: runs each seed that it is sent, and sends back how it ended. */
import { parentPort } from 'node:worker_threads';
import { runSeed } from './run.ts';
import type { RunOptions } from './world.ts';

export { runSeed };

parentPort?.on('message', (options: RunOptions) => parentPort?.postMessage(runSeed(options)));
