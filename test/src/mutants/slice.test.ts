/** A slice of the simulator, in process: what the unit tests do not see of a mutant, the observer may. */
import { expect, test } from 'vitest';
import { runSeed } from '../sim/run.ts';

/**
 * Of the first 130 the quickest that between them see grants crossing recalls, expiries crossing confirms, restores,
 * losses, clones, debts, refusals and orders at two doors: two seconds for each mutant that nobody else notices.
 */
const SEEDS = [16, 19, 20, 22, 24, 25, 30, 34, 43, 58, 76, 93, 101];
const ACTS = 140;

test.each(SEEDS)('seed %i: nothing is oversold, lost, doubled or left apart', (seed) => {
  const { violation, unitsSold } = runSeed({ seed, acts: ACTS });
  expect(violation).toBe(undefined);
  expect(unitsSold).toBeGreaterThan(0);
});
