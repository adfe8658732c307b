/**
 * The publication: which tables Postgres tells of. A table comes into it when somebody first asks for it, so
 * that what nobody follows costs nothing; from then on each change carries the whole row as it was, without
 * which nobody could say whether a row has left a shape.
 */
import type pg from 'pg';
import type { LockedTables } from '../locked-tables.ts';
import { describeTable, type Table } from '../sources/describe.ts';
import { quoteName } from '../where/sql.ts';

export const PUBLICATION = 'tallystick_shapes';
/** Whoever reads or writes the table waits meanwhile: rather who wants to follow it tries again. */
const LOCK_MS = 100;

/** Must be there before a slot reads on: pgoutput will not go past a change without it. */
export async function makePublication(pool: pg.Pool): Promise<void> {
  const { rowCount } = await pool.query('select from pg_publication where pubname = $1', [PUBLICATION]);
  if (rowCount !== 0) return;
  await pool.query(`create publication ${PUBLICATION}`).catch((error: pg.DatabaseError) => {
    // 42710, 23505: another process was quicker.
    if (error.code !== '42710' && error.code !== '23505') throw error;
  });
}

export class Publisher {
  readonly #pool: pg.Pool;
  readonly #locked: LockedTables;
  /** One of a table at a time, for all who wait. */
  readonly #attempts = new Map<string, Promise<Table | undefined>>();

  constructor(pool: pg.Pool, locked: LockedTables) {
    this.#pool = pool;
    this.#locked = locked;
  }

  /**
   * @returns the table as it is now; undefined where there is none
   * @throws Problem while it is locked by others, and what Postgres throws
   */
  async publish(schema: string, name: string): Promise<Table | undefined> {
    const found = await describeTable(this.#pool, PUBLICATION, schema, name);
    if (found === undefined || (found.isPublished && found.identity === 'f')) return found;
    const key = JSON.stringify([schema, name]);
    const attempt =
      this.#attempts.get(key) ??
      this.#locked
        .take(schema, name, () => publishTable(this.#pool, schema, name))
        .finally(() => this.#attempts.delete(key));
    this.#attempts.set(key, attempt);
    return attempt;
  }
}

/**
 * Under a lock that waits for all who use the table: a transaction that began before would be told of by
 * the rules that held when it began, and its rows would be missing.
 */
async function publishTable(pool: pg.Pool, schema: string, name: string): Promise<Table | undefined> {
  const client = await pool.connect();
  // Without its children: their rows are no part of it, and they would be told of without an identity to be told by.
  const table = `only ${quoteName(schema)}.${quoteName(name)}`;
  try {
    await client.query('begin');
    await client.query(`set local lock_timeout = ${LOCK_MS}`);
    await client.query(`alter table ${table} replica identity full`);
    const now = await describeTable(client, PUBLICATION, schema, name);
    if (now?.isPublished === false) await client.query(`alter publication ${PUBLICATION} add table ${table}`);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
  return describeTable(pool, PUBLICATION, schema, name);
}
