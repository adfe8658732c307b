/** A slice of `npm run shapes`: the authority killed, then Postgres stopped as a power cut would, under the stock client. */
import { expect, test } from 'vitest';
import { runOracle } from './run-oracle.ts';

test('readers are right at each up-to-date, through a killed server and a killed Postgres', async () => {
  const { sightings, refetches } = await runOracle(Number(process.env.SEED ?? 3), 2, 12);
  expect(sightings).toBeGreaterThan(2);
  expect(refetches).toBeGreaterThan(0);
  // Processes start twice, and wait for nothing but each other.
}, 240_000);
