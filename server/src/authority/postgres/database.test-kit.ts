/** A fresh, migrated database for a test: `const database = await freshDatabase();`. */
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import { openPool } from './pool.ts';

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  /** Ends the pool and drops the database. */
  drop(): Promise<void>;
}

let made = 0;

/** Dropped when the test ends. */
export async function freshDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  return database;
}

/** A database as another is now, to which nobody may be connected. */
export async function copyDatabase(of: string): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const { url, pool, drop } = await createTestDatabase(of);
  await pool.end();
  return { url, drop };
}

/** For a whole file: whoever asked drops it. */
export async function createTestDatabase(template = inject('templateUrl')): Promise<TestDatabase> {
  made += 1;
  const name = `test_${process.pid}_${made}`;
  // Two workers cannot copy one template at the same moment; the lock makes the second one wait.
  await asAdmin(template, async (client) => {
    await client.query('select pg_advisory_lock(1)');
    await client.query(`create database ${name} template ${databaseOf(template)} strategy file_copy`);
  });
  const url = new URL(template);
  url.pathname = `/${name}`;
  const pool = await openPool(url.href);
  return {
    url: url.href,
    pool,
    async drop() {
      if (!pool.ended) await pool.end();
      await asAdmin(template, (client) => dropDatabase(client, name));
    },
  };
}

/** Force does not end a replication connection: who reads shapes may have hung up a moment ago, and Postgres not know it yet. */
async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      await client.query(
        'select pg_terminate_backend(active_pid) from pg_replication_slots where database = $1 and active_pid is not null',
        [name],
      );
      await client.query(`drop database ${name} with (force)`);
      return;
    } catch (error) {
      // 55006: a slot is still there.
      if ((error as pg.DatabaseError).code !== '55006' || tries === 500) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

async function asAdmin(template: string, run: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const url = new URL(template);
  url.pathname = '/postgres';
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await run(client);
  } finally {
    await client.end();
  }
}

function databaseOf(url: string): string {
  return new URL(url).pathname.slice(1);
}
