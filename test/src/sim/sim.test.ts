/** A slice of the simulator for every run of the tests; `npm run sim` runs as many seeds as one likes. */
import { beforeAll, describe, expect, test } from 'vitest';
import { unseenSeed } from '../unseen-seed.test-kit.ts';
import { type Bundle, bundle } from './bundle.ts';
import { hunt } from './hunt.ts';
import { NOTHING_LESS } from './less.ts';
import { PLANTED } from './planted.ts';
import { WORKERS_DEFAULT } from './pool.ts';
import { type Report, runSeeds } from './report.ts';
import { neverSeen, SOMETIMES } from './sometimes.ts';

const inTests = PLANTED.filter(({ seed }) => seed !== undefined);

const ACTS = 400;
/** A bug is found in the seed that stands beside it, or, when the code has moved on, soon after. */
const HUNT_SEEDS_MAX = 100;

let code: Bundle;
beforeAll(async () => {
  code = await bundle();
});

function run(start: number, count: number, workers = WORKERS_DEFAULT): Promise<Report> {
  const isWanted = (begun: number) => begun < count;
  return runSeeds({ code, workers, start, acts: ACTS, less: NOTHING_LESS, isWanted });
}

describe('the shipping core on a seeded clock, network and disk', () => {
  test('60 fixed seeds: nothing is oversold, lost, doubled or left apart', { timeout: 300_000 }, async () => {
    const report = await run(1, 60);
    expect(report.violations).toEqual([]);
    expect(report.unitsSold).toBeGreaterThan(5_000);
    expect(report.faults['given another parent']).toBeGreaterThan(25);
    // A run that never saw these proves nothing.
    const often = Object.keys(SOMETIMES).filter((name) => SOMETIMES[name] === 'often');
    expect(often.length).toBeGreaterThan(5);
    expect(often.filter((name) => report.sometimes[name] === undefined)).toEqual([]);
  });

  test('fresh seeds, each printed', { timeout: 300_000 }, async () => {
    const start = unseenSeed();
    const count = 8;
    console.log(`sim: fresh seeds ${start} to ${start + count - 1}, ${ACTS} acts each`);
    const report = await run(start, count);
    expect(report.violations).toEqual([]);
    expect(report.seeds).toBe(count);
  });

  test('the same seeds are the same runs, event for event, on any number of cores', {
    timeout: 180_000,
  }, async () => {
    const first = await run(7, 4, 1);
    expect(await run(7, 4, 2)).toEqual(first);
    expect(first.unitsSold).toBeGreaterThan(0);
    expect((await run(8, 4, 2)).traceHash).not.toBe(first.traceHash);
  });

  test.each([
    ['[D1] what is told after a commit was worked out before it: the books are shut then', 143, 300],
    ['[D7] a shop that was restored lets go of nothing by the word of its image', 9971359, 1_000],
  ])('%s (seed %i)', async (_, start, acts) => {
    const isWanted = (begun: number) => begun < 1;
    const report = await runSeeds({ code, workers: 1, start, acts, less: NOTHING_LESS, isWanted });
    expect(report.violations).toEqual([]);
  });

  test('a long run that never saw what has to happen now and then says so', () => {
    const all = Object.fromEntries(Object.keys(SOMETIMES).map((name) => [name, 1]));
    const { expiry: _, ...without } = all;
    expect(neverSeen(all, 200, true)).toEqual([]);
    expect(neverSeen(without, 200, true)).toEqual(['expiry']);
    expect(neverSeen({ ...all, expiry: 0 }, 5_000, true)).toEqual(['expiry']);
    expect(neverSeen(without, 199, true)).toEqual([]);
    expect(neverSeen(without, 200, false)).toEqual([]);
  });
});

describe('planted bugs', () => {
  test('there are as many as testing asks for, each with a name of its own', () => {
    expect(inTests.length).toBeGreaterThanOrEqual(16);
    expect(new Set(PLANTED.map(({ name }) => name)).size).toBe(PLANTED.length);
  });

  const firstSeeds = new Set<number>();

  test.each(inTests)('found: $name', { timeout: 300_000 }, async (bug) => {
    const start = bug.seed ?? 1;
    const hunted = await hunt(bug, { start, seedsMax: HUNT_SEEDS_MAX, acts: ACTS, workers: 1 });
    expect(hunted).toMatchObject({ found: true });
    firstSeeds.add(hunted.firstSeed ?? 0);
  });

  test('without them, the same seeds are clean', { timeout: 300_000 }, async () => {
    expect(firstSeeds.size).toBeGreaterThan(0);
    const violations = [];
    for (const seed of firstSeeds) violations.push(...(await run(seed, 1, 1)).violations);
    expect(violations).toEqual([]);
  });

  test('one that no longer fits the source is an error', async () => {
    const gone = { name: 'gone', file: 'crdt/src/tally/guards.ts', find: 'not there', replace: '', seed: 1 };
    await expect(bundle(gone)).rejects.toThrow(/no longer fits/);
    await expect(bundle({ ...gone, file: 'crdt/src/nowhere.ts' })).rejects.toThrow(/not part of the bundle/);
  });
});
