/** A slice of the histories for every run of the tests; `npm run sim -- --postgres` plays as many as one likes. */
import { expect, inject, test } from 'vitest';
import { compareSeeds, findPlanted } from './compare.ts';
import { plant } from './plant.ts';
import { PLANTED_IN_BOOKS } from './planted-in-books.ts';
import { playSeed } from './play-seed.ts';

const templateUrl = inject('templateUrl');

const ACTS = 150;
/** A mistake shows in the seed that stands beside it, or, when the code has moved on, soon after. */
const PLANTED_SEEDS_MAX = 20;

const inTests = PLANTED_IN_BOOKS.filter(({ seed }) => seed !== undefined);

test('[D1] [L4] [T8] fixed seeds: simulator, model and Postgres hold the same after every turn', {
  timeout: 60_000,
}, async () => {
  const { counts, disagreements } = await compareSeeds(templateUrl, playSeed, {
    start: 5,
    seeds: 3,
    acts: ACTS,
  });
  expect(disagreements).toEqual([]);
  // Agreement over nothing proves nothing: each of these was met.
  expect(counts.turns).toBeGreaterThan(150);
  expect(counts.comparisons).toBeGreaterThan(counts.turns);
  // Only a liar says what joins no history; honest forks stand as branches.
  const mayBeMissing = ['unforeseen', 'quarantine'];
  const unmet = Object.entries(counts).filter(([name, count]) => count === 0 && !mayBeMissing.includes(name));
  expect(unmet).toEqual([]);
});

test('a fresh seed, printed', { timeout: 30_000 }, async () => {
  const start = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
  console.log(`sim: played into Postgres: seed ${start}, ${ACTS} acts`);
  const { counts, disagreements } = await compareSeeds(templateUrl, playSeed, {
    start,
    seeds: 1,
    acts: ACTS,
  });
  expect(disagreements).toEqual([]);
  expect(counts.turns).toBeGreaterThan(0);
});

test('there are mistakes in the SQL and in the code around it', () => {
  expect(inTests.some(({ file }) => file.endsWith('.sql'))).toBe(true);
  expect(inTests.some(({ file }) => file.endsWith('.ts'))).toBe(true);
});

test.each(inTests)('found: $name', { timeout: 60_000 }, async (bug) => {
  const start = bug.seed ?? 1;
  const play = await plant(bug);
  expect(await findPlanted(templateUrl, play, { start, seeds: PLANTED_SEEDS_MAX, acts: ACTS })).toBeDefined();
});

test('a mistake that no longer fits its file is an error', async () => {
  const gone = { name: 'gone', find: 'not there', replace: '' };
  const files = [
    'server/src/authority/projection.ts',
    'server/src/authority/migrations/0003_commit_turn.sql',
  ];
  for (const file of files) await expect(plant({ ...gone, file })).rejects.toThrow(/no longer fits/);
});
