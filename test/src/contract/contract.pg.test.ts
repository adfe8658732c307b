/** A slice of the contract for every run of the tests; `npm run contract` goes as far as one likes. */
import { createTestDatabase } from '@tallystick/server/test-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StoryTally, tellStory } from './story.ts';
import { Tenants } from './tenants.ts';
import { Town } from './town.ts';
import { Walk } from './walk.ts';

const REQUESTS = 480;
/** Every call, on a machine that has other things to do. */
const WALK_MS = 300_000;
const ACTS = 120;
const ATTEMPTS = 400;

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let town: Town;

beforeAll(async () => {
  database = await createTestDatabase();
  town = await Town.open(database);
});
afterAll(async () => {
  await town.stop();
  await database.drop();
});

describe('whatever is asked', () => {
  test('clients that lose answers and ask twice at once find in the books what they have on paper', async () => {
    const tally: StoryTally = await tellStory(town, 1, ACTS);
    expect(tally.differences).toEqual([]);
    expect(tally.lost).toBeGreaterThan(0);
    expect(tally.doubles).toBeGreaterThan(0);
    for (const kind of ['order', 'hold', 'ship', 'cancel', 'receive'])
      expect(tally.acts[kind]?.yes ?? 0, kind).toBeGreaterThan(0);
    expect(tally.acts.order?.no, 'orders refused').toBeGreaterThan(0);
  });

  test('a client learns nothing of another’s orders, holds and customers, and changes none, with all their ids in hand', async () => {
    const tenants = await Tenants.begin(town, 1);
    const { findings, calls, statuses } = await tenants.go(ATTEMPTS);
    tenants.close();
    expect(findings).toEqual([]);
    expect(Object.keys(calls).length).toBeGreaterThan(15);
    for (const status of [200, 400, 403, 404])
      expect(statuses[status] ?? 0, String(status)).toBeGreaterThan(0);
  });

  test(
    'every answer is one that the document declares, and a refused request changes nothing',
    async () => {
      const walk = await Walk.begin(town, 1);
      const { findings, calls, repeats } = await walk.go(REQUESTS);
      walk.close();
      expect(findings).toEqual([]);
      expect(repeats).toBeGreaterThan(0);
      const sum = (of: 'accepted' | 'refused') =>
        Object.values(calls).reduce((n, counts) => n + counts[of], 0);
      expect(sum('accepted'), 'accepted').toBeGreaterThan(REQUESTS / 4);
      expect(sum('refused'), 'refused').toBeGreaterThan(REQUESTS / 4);
    },
    WALK_MS,
  );
});
