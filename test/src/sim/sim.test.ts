/** A slice of the simulator for every run of the tests; `npm run sim` runs as many seeds as one likes. */
import { describe, expect, test } from 'vitest';
import { hunt, plant } from './hunt.ts';
import { PLANTED } from './planted.ts';
import { runSeeds } from './report.ts';
import { runSeed } from './run.ts';

const ACTS = 400;
const HUNT_SEEDS_MAX = 100;

describe('the shipping core on a seeded clock, network and disk', () => {
  test('60 fixed seeds: nothing is oversold, lost, doubled or left apart', { timeout: 180_000 }, () => {
    const report = runSeeds({ start: 1, count: 60, acts: ACTS });
    expect(report.violations).toEqual([]);
    expect(report.unitsSold).toBeGreaterThan(5_000);
    // A run that never saw these proves nothing.
    for (const name of [
      'short while the parent had stock',
      'grant lost on its way',
      'debt repaid',
      'cursor gap',
      'recall served',
      'waiting command served',
      'expiry',
      'un-fsynced turn lost',
      'fork found, a new life begun',
    ]) {
      expect(report.sometimes[name] ?? 0, name).toBeGreaterThan(0);
    }
  });

  test('fresh seeds, each printed', { timeout: 60_000 }, () => {
    const start = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
    const count = 8;
    console.log(`sim: fresh seeds ${start} to ${start + count - 1}, ${ACTS} acts each`);
    expect(runSeeds({ start, count, acts: ACTS }).violations).toEqual([]);
  });

  test('the same seed twice is the same run, event for event', { timeout: 60_000 }, () => {
    const first = runSeed({ seed: 7, acts: ACTS });
    const second = runSeed({ seed: 7, acts: ACTS });
    const other = runSeed({ seed: 8, acts: ACTS });
    expect(second).toEqual(first);
    expect(first.unitsSold).toBeGreaterThan(0);
    expect(other.traceHash).not.toBe(first.traceHash);
  });

  test.each(PLANTED)('finds the planted bug: $name', { timeout: 120_000 }, async (bug) => {
    const hunted = await hunt(bug, { start: 1, seedsMax: HUNT_SEEDS_MAX, acts: ACTS });
    expect(hunted).toMatchObject({ found: true });
    expect(runSeed({ seed: hunted.firstSeed ?? 0, acts: ACTS }).violation).toBeUndefined();
  });

  test('a planted bug that no longer fits the source is an error', async () => {
    await expect(
      plant({ name: 'gone', file: 'crdt/src/tally/guards.ts', find: 'not there', replace: '' }),
    ).rejects.toThrow(/no longer fits/);
  });
});
