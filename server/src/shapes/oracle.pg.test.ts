/** The oracle in one process: SEED=… repeats a run, ROUNDS=… makes it longer, SHAPES=… wider. Whole processes are killed by `npm run shapes`. */
import { expect, onTestFinished, test } from 'vitest';
import { freshDatabase } from '../authority/postgres/database.test-kit.ts';
import { Oracle } from './oracle.test-kit.ts';
import { TestDoor } from './shapes.test-kit.ts';

const SEED = Number(process.env.SEED ?? 8);
const ROUNDS = Number(process.env.ROUNDS ?? 11);
const SHAPES = Number(process.env.SHAPES ?? 14);

test('at each up-to-date a client has what SQL said after one of the transactions, and what it says when it is quiet', async () => {
  const { url: databaseUrl, pool } = await freshDatabase();
  // So small that some fall behind it.
  const door = await TestDoor.open({ databaseUrl, lookEveryMs: 50, logBytesMax: 60_000 });
  const query = async (sql: string) => (await pool.query(sql)).rows;
  const oracle = await Oracle.begin({ seed: SEED, shapes: SHAPES, url: door.url, query });
  onTestFinished(() => oracle.stop());
  const disturbances = Object.entries({
    nothing: async () => {},
    restart: async () => {
      await door.stop();
      await door.start();
    },
    'the stream breaks': () =>
      query(
        'select pg_terminate_backend(active_pid) from pg_replication_slots where database = current_database()',
      ),
    ...oracle.tableChanges,
  });
  for (let round = 0; round < ROUNDS; round += 1) {
    const [what, disturb] = disturbances[round % disturbances.length] as (typeof disturbances)[0];
    await oracle.round(`round ${round} (${what})`, disturb);
  }
  expect(oracle.errors).toEqual([]);
  // The run was not empty.
  expect(oracle.rows).toBeGreaterThan(20 * ROUNDS);
  expect(oracle.sightings).toBeGreaterThan(ROUNDS);
  expect(oracle.refetches).toBeGreaterThan(0);
  // Longer than it waits for a client, so that it says which one.
}, 120_000);
