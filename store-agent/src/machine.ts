/** This process as the machine of a host. */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Machine } from '@tallystick/crdt/host';
import { letOut } from './http/with-others.ts';

/** @returns one run of one machine: what is measured on its clocks compares within it alone. */
export function nodeMachine(): Machine {
  const bootId = randomBytes(16).toString('hex');
  return {
    now: () => ({ wallMs: Date.now(), monotonicMs: performance.now(), bootId }),
    nextPass: (run) =>
      void setImmediate(() => {
        // A turn may take a while, and what this pass answered is there.
        letOut();
        run();
      }),
    after: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
    random: Math.random,
  };
}
