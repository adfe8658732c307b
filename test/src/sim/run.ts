/** Run: one seed from its first event to its last check. The same seed is the same run. */

import { cloneAtLast } from './clone.ts';
import { checkAtEnd } from './final-check.ts';
import { Violation } from './trace.ts';
import { twoDoorsAtLast } from './two-doors.ts';
import { type RunOptions, World } from './world.ts';

export interface RunResult {
  readonly seed: number;
  readonly violation: string | undefined;
  readonly traceHash: string;
  readonly virtualMs: number;
  readonly acts: number;
  readonly unitsSold: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly sometimes: Readonly<Record<string, number>>;
}

export const ACTS_DEFAULT = 1_000;

/** A bundle's address is all of its code: each line of a stack would bring it along. */
function whereOf(stack: string): string {
  return stack.replace(/data:text\/javascript;base64,[\w+/=]*/g, 'bundle');
}

export function runSeed(options: RunOptions): RunResult {
  const world = new World(options);
  let violation: string | undefined;
  try {
    world.run(options.acts);
    checkAtEnd(world, options.seed);
    // Not both: an order of two doors that a clone brings late is nothing to the root and a sale to a
    // settler that never heard of the other door.
    if (options.seed % 2 === 0) twoDoorsAtLast(world, options.seed);
    else cloneAtLast(world, options.seed);
  } catch (error) {
    // Whatever the core throws is a violation too: it has no business throwing.
    violation =
      error instanceof Violation
        ? error.message
        : `threw ${whereOf((error as Error).stack ?? String(error))}`;
    world.trace.say('world', () => `!! ${violation}`);
  }
  for (const node of world.nodes) for (const { hash } of node.disk.entries.slice(-1)) world.trace.bytes(hash);
  return {
    seed: options.seed,
    violation,
    traceHash: world.trace.hash,
    virtualMs: world.timeline.nowMs,
    acts: options.acts,
    unitsSold: world.shelves.unitsSold,
    faults: Object.fromEntries(world.trace.faults),
    sometimes: Object.fromEntries(world.trace.sometimes),
  };
}
