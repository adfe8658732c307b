/**
 * One Postgres server for all tests of a run (vitest's global setup for the `pg` project).
 *
 * It is the server that `npm start` brings, in a folder that is thrown away, so it
 * need not wait for the disk. A migrated database is its template.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../migrate.ts';
import { startEmbedded } from './embedded.ts';
import { openPool } from './pool.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The migrated database that every test's own is copied from. Nobody may stay connected to it. */
    templateUrl: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-test-'));
  const server = await startEmbedded({
    folder: join(folder, 'postgres'),
    settings: { fsync: 'off', synchronous_commit: 'on', full_page_writes: 'off' },
  });
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const pool = await openPool(server.url);
    await migrate(pool);
    await pool.end();
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide('templateUrl', server.url);
  return stop;
}
