/** Residents in the books: customers whose personal data a region keeps to itself. The books know the opaque id, and which region. */
import type pg from 'pg';
import { inOneGo } from './in-one-go.ts';
import { noteCustomer } from './note-customer.ts';
import { text } from './pg-text.ts';

export interface Compared {
  readonly id: string;
  readonly version: number;
  readonly isErased: boolean;
}

/** What a region did with one of its people. */
export interface ResidentChange {
  readonly id: string;
  readonly action: 'changed' | 'erased';
  readonly version: number;
  readonly fields: readonly string[];
}

/** Registers an id for a region. @returns whether it is this region's and this client's now; a repeat changes nothing */
export async function claimResident(
  pool: pg.Pool,
  region: string,
  { id, client, fields }: { id: string; client: string | null; fields: readonly string[] },
): Promise<boolean> {
  return inOneGo(pool, async (connection) => {
    const { rowCount } = await connection.query(
      'insert into tallystick.customers (id, client, kept_at) values ($1, $2, $3) on conflict (id) do nothing',
      [text(id), client, region],
    );
    if (rowCount === 1) {
      await noteCustomer(connection, 'created', id, { version: 1, fields, keptAt: region });
      return true;
    }
    const { rows } = await connection.query(
      `select from tallystick.customers
        where id = $1 and kept_at = $2 and client is not distinct from $3 and erased_at is null`,
      [text(id), region, client],
    );
    return rows.length === 1;
  });
}

/** Notes what a region did; told twice, it is noted once. */
export async function noteResident(pool: pg.Pool, region: string, change: ResidentChange): Promise<void> {
  const { id, action, version, fields } = change;
  await inOneGo(pool, async (connection) => {
    const { rowCount } = await connection.query(
      `update tallystick.customers
          set version = $3, changed_at = now(), forget_at = null,
            erased_at = case when $4 then now() else erased_at end
        where id = $1 and kept_at = $2 and version < $3 and erased_at is null`,
      [text(id), region, version, action === 'erased'],
    );
    if (rowCount === 1)
      await noteCustomer(connection, action, id, action === 'erased' ? {} : { version, fields });
  });
}

/** What the books know of people whom a region keeps. */
export async function compareResidents(
  pool: pg.Pool,
  region: string,
  ids: readonly string[],
): Promise<Compared[]> {
  const { rows } = await pool.query<Compared>(
    `select id, version, erased_at is not null as "isErased" from tallystick.customers
      where kept_at = $1 and id = any($2)`,
    [region, ids.map(text)],
  );
  return rows;
}

/** Whom the rule of retention wants forgotten: nobody who ordered since it was looked at. */
export async function residentsToForget(pool: pg.Pool, region: string, limit: number): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select c.id from tallystick.customers c
      where c.kept_at = $1 and c.forget_at is not null and c.erased_at is null and not exists (
        select from tallystick.orders o where o.customer_id = c.id and o.placed_at > c.forget_at)
      order by c.forget_at limit $2`,
    [region, limit],
  );
  return rows.map(({ id }) => id);
}
