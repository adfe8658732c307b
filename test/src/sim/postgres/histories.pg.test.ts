/** A slice of the histories for every run of the tests; `npm run sim -- --postgres` plays as many as one likes. */
import { expect, inject, test } from 'vitest';
import { unseenSeed } from '../../unseen-seed.test-kit.ts';
import { compareSeeds, findPlanted } from './compare.ts';
import { addCounts, noCounts } from './counts.ts';
import { plant } from './plant.ts';
import { PLANTED_IN_BOOKS } from './planted-in-books.ts';
import { playSeed } from './play-seed.ts';

const templateUrl = inject('templateUrl');

const ACTS = 150;
/** A mistake shows in the seed that stands beside it, or, when the code has moved on, soon after. */
const PLANTED_SEEDS_MAX = 20;

const inTests = PLANTED_IN_BOOKS.filter(({ seed }) => seed !== undefined);

/** A move; two machines with one identity; books that are put back on another timeline; and where only the witness tells. */
const FIXED = [2, 5, 197, 237];

test('[D1] [F3a] [F6] [L4] [T8] fixed seeds: simulator, model and Postgres hold the same after every turn', {
  timeout: 300_000,
}, async () => {
  const counts = noCounts();
  for (const start of FIXED) {
    const compared = await compareSeeds(templateUrl, playSeed, { start, seeds: 1, acts: ACTS });
    expect([...compared.disagreements, ...compared.violations]).toEqual([]);
    addCounts(counts, compared.counts);
  }
  // Agreement over nothing proves nothing: each of these was met.
  expect(counts.turns).toBeGreaterThan(150);
  expect(counts.comparisons).toBeGreaterThan(counts.turns);
  // Only a liar says what joins no history; honest forks stand as branches.
  const mayBeMissing = ['unforeseen', 'quarantine'];
  const unmet = Object.entries(counts).filter(([name, count]) => count === 0 && !mayBeMissing.includes(name));
  expect(unmet).toEqual([]);
});

test('a fresh seed, printed', { timeout: 180_000 }, async () => {
  const start = unseenSeed();
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

test.each(inTests)('found: $name', { timeout: 180_000 }, async (bug) => {
  const start = bug.seed ?? 1;
  const play = await plant(bug);
  expect(await findPlanted(templateUrl, play, { start, seeds: PLANTED_SEEDS_MAX, acts: ACTS })).toBeDefined();
});

test('a mistake that is none is not found', { timeout: 180_000 }, async () => {
  const find = 'turn_now bigint := p_turn + 1;';
  const file = 'server/src/authority/migrations/0003_commit_turn.sql';
  const play = await plant({ name: 'none', file, find, replace: `${find} -- as ever` });
  // A machine is copied in this seed: what later migrations made of the function is there.
  expect(await findPlanted(templateUrl, play, { start: 5, seeds: 1, acts: ACTS })).toBeUndefined();
});

test('a mistake that a later migration cannot be applied to is an error, and not found', async () => {
  const find = '    order by f.at;';
  const file = 'server/src/authority/migrations/0003_commit_turn.sql';
  const play = await plant({ name: 'gone later', file, find, replace: '    order by f.type, f.at;' });
  const hunt = findPlanted(templateUrl, play, { start: 1, seeds: 1, acts: ACTS });
  await expect(hunt).rejects.toThrow(/cannot be planted/);
});

test('a mistake that no longer fits its file is an error', async () => {
  const gone = { name: 'gone', find: 'not there', replace: '' };
  const files = [
    'server/src/authority/projection.ts',
    'server/src/authority/migrations/0003_commit_turn.sql',
  ];
  for (const file of files) await expect(plant({ ...gone, file })).rejects.toThrow(/no longer fits/);
});
