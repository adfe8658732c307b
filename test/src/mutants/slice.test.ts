/** A slice of the simulator, in process: what the unit tests do not see of a mutant, the observer may. */
import { expect, test } from 'vitest';
import { runSeed } from '../sim/run.ts';

/** Short seeds that between them meet restores, losses, late claims, forks and refusals. */
const SEEDS = [4, 5, 8];
const ACTS = 100;

test.each(SEEDS)('seed %i: nothing is oversold, lost, doubled or left apart', (seed) => {
  const { violation, unitsSold } = runSeed({ seed, acts: ACTS });
  expect(violation).toBe(undefined);
  expect(unitsSold).toBeGreaterThan(0);
});
