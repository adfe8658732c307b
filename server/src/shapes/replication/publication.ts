/**
 * The publication: which tables Postgres tells of. A table comes into it when somebody first asks for it, so
 * that what nobody follows costs nothing; from then on each change carries the whole row as it was, without
 * which nobody could say whether a row has left a shape.
 *
 * Of a partitioned table its partitions come into it, and not itself. With it every partition that is ever made
 * would be published at once, before its changes carry what they must, and Postgres lets nobody update such a one
 * that has no key. So one that is new is told of once it was noticed (`FollowedTables`), and no writer is stopped.
 */
import { Problem } from '@tallystick/store-agent';
import type pg from 'pg';
import type { LockedTables } from '../locked-tables.ts';
import { describeTable, rowsSql, type Table, type Told } from '../sources/describe.ts';
import { isVirtual, whyNotFollowed } from '../sources/may-be-followed.ts';

export const PUBLICATION = 'tallystick_shapes';
/** Whoever reads or writes the table waits meanwhile: rather who wants to follow it tries again. */
const LOCK_MS = 100;
/** Where others take it out again, or make partition after partition. */
const TRIES_MAX = 5;

/** Must be there before a slot reads on: pgoutput will not go past a change without it. */
export async function makePublication(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ told: string | null }>(
    // Which generated columns are told: null before version 18, which tells of none.
    `select to_jsonb(p) ->> 'pubgencols' as told from pg_publication p where pubname = $1`,
    [PUBLICATION],
  );
  if (rows.length === 0)
    await pool.query(`create publication ${PUBLICATION}`).catch((error: pg.DatabaseError) => {
      // 42710, 23505: another process was quicker.
      if (error.code !== '42710' && error.code !== '23505') throw error;
    });
  else if (rows[0]?.told === null || rows[0]?.told === 's') return;
  await pool.query(`do $$ begin
    if current_setting('server_version_num')::int >= 180000 then
      alter publication ${PUBLICATION} set (publish_generated_columns = stored);
    end if; end $$`);
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
   * @throws Problem where it cannot be followed, or is locked by others, and what Postgres throws
   */
  async publish(schema: string, name: string): Promise<Table | undefined> {
    const found = await describeTable(this.#pool, PUBLICATION, schema, name);
    if (found === undefined) return found;
    const refusal = whyNotFollowed(found);
    if (found.isTold && refusal === undefined) return found;
    // Nobody's lock is waited for where there is nothing to be done about it.
    if (refusal !== undefined && !found.untold.some(isVirtual)) throw refusal;
    const key = JSON.stringify([schema, name]);
    const attempt =
      this.#attempts.get(key) ??
      this.#locked
        .take(schema, name, () => publishTable(this.#pool, found))
        .finally(() => this.#attempts.delete(key));
    this.#attempts.set(key, attempt);
    return attempt;
  }
}

/** One after another: whoever uses the table waits for one of its partitions at a time. */
async function publishTable(pool: pg.Pool, found: Table): Promise<Table | undefined> {
  let table: Table | undefined = found;
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    if (table === undefined) return undefined;
    const told: readonly Told[] = table.partitions ?? [table];
    const refusal = whyNotFollowed(table);
    if (refusal !== undefined) {
      // Of what has a virtual column no row could be updated any more.
      if (table.untold.some(isVirtual)) await unpublish(pool, told);
      throw refusal;
    }
    if (table.isTold) return table;
    for (const one of told) if (!one.isTold) await publishOne(pool, one);
    table = await describeTable(pool, PUBLICATION, table.schema, table.name);
  }
  throw new Problem('overloaded', 'The table is being changed by others. Try again in a moment.');
}

/**
 * Under a lock that waits for all who use the table: a transaction that began before would be told of by
 * the rules that held when it began, and its rows would be missing.
 */
async function publishOne(pool: pg.Pool, told: Told): Promise<void> {
  // Without its children: their rows are no part of it, and they would be told of without an identity to be told by.
  const table = rowsSql(told);
  await locking(pool, async (client) => {
    await client.query(`alter table ${table} replica identity full`);
    if (!(await isPublished(client, told)))
      await client.query(`alter publication ${PUBLICATION} add table ${table}`);
  });
}

async function unpublish(pool: pg.Pool, tables: readonly Told[]): Promise<void> {
  for (const told of tables)
    await locking(pool, async (client) => {
      if (await isPublished(client, told))
        await client.query(`alter publication ${PUBLICATION} drop table ${rowsSql(told)}`);
    });
}

async function isPublished(client: pg.PoolClient, { oid }: Told): Promise<boolean> {
  const { rowCount } = await client.query(
    'select from pg_publication_rel r join pg_publication p on p.oid = r.prpubid where p.pubname = $1 and r.prrelid = $2',
    [PUBLICATION, oid],
  );
  return rowCount !== 0;
}

async function locking(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(`set local lock_timeout = ${LOCK_MS}`);
    await work(client);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}
