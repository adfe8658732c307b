/**
 * Migrations: numbered SQL files, applied once each, in order, forward only.
 *
 * What was applied is recorded with its checksum: a file that was changed after its
 * release would leave two kinds of books in the world, so it is refused.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** Any number will do, as long as every release uses the same. */
const LOCK = 7_214_011;

/** Brings the schema up to this release. @returns the names of what was applied now. */
export async function migrate(pool: pg.Pool): Promise<string[]> {
  const migrations = readMigrations();
  const client = await pool.connect();
  let isBroken = true;
  try {
    await client.query('begin');
    // One process migrates; the others wait here and then find nothing to do.
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    await client.query('create schema if not exists tallystick');
    await client.query(
      `create table if not exists tallystick.migrations (
        number integer primary key, name text not null, checksum text not null,
        applied_at timestamptz not null default now())`,
    );
    const { rows } = await client.query<{ number: number; name: string; checksum: string }>(
      'select number, name, checksum from tallystick.migrations order by number',
    );
    const applied: string[] = [];
    const known = new Map(rows.map((row) => [row.number, row]));
    for (const row of rows) assertKnown(migrations, row);
    for (const migration of migrations) {
      if (known.has(migration.number)) continue;
      await client.query(migration.sql);
      await client.query('insert into tallystick.migrations (number, name, checksum) values ($1, $2, $3)', [
        migration.number,
        migration.name,
        migration.checksum,
      ]);
      applied.push(migration.name);
    }
    await client.query('commit');
    isBroken = false;
    return applied;
  } finally {
    // A connection in the middle of a failed transaction is closed, which rolls back.
    client.release(isBroken);
  }
}

function readMigrations(): Migration[] {
  const folder = new URL('migrations/', import.meta.url);
  return readdirSync(folder)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort()
    .map((name) => {
      // A checkout on Windows may have changed the line ends.
      const sql = readFileSync(new URL(name, folder), 'utf8').replaceAll('\r\n', '\n');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { number: Number(name.slice(0, 4)), name, sql, checksum };
    });
}

function assertKnown(
  migrations: readonly Migration[],
  row: { number: number; name: string; checksum: string },
): void {
  const own = migrations.find(({ number }) => number === row.number);
  if (own === undefined) {
    throw new Error(
      `The books were migrated by a newer release (${row.name}). Start that release or a later one.`,
    );
  }
  if (own.checksum !== row.checksum) {
    throw new Error(
      `Migration ${row.name} is not the one that was applied to these books. ` +
        'Restore the file of its release; a change belongs into a new migration.',
    );
  }
}
