/**
 * Resident moves: customers of the books whom a region is to keep to itself from now on, as an operator asked.
 *
 * The region takes a copy first, and says so when it is on its disk; then the books forget what they had, in one
 * transaction. Until then the books answer for them, and from then on the region does. Whoever is changed or erased in
 * between is taken anew, or not at all.
 */
import { Problem } from '@tallystick/store-agent';
import type pg from 'pg';
import { inOneGo } from './in-one-go.ts';
import { noteCustomer } from './note-customer.ts';
import { text } from './pg-text.ts';
import type { Vault, WrappedKey } from './vault.ts';

/** Rows looked at in one transaction. */
const AT_ONCE = 2_000;

/** How many are left to move to a region. */
export interface MovesLeft {
  readonly region: string;
  readonly left: number;
}

/** A copy: of whom, as of when, and for which asking. What was said of one copy once is said of it for ever. */
export interface Copied {
  readonly id: string;
  readonly version: number;
  readonly move: string;
}

export interface MovingCustomer extends Copied {
  readonly client: string | null;
  readonly createdAtMs: number;
  readonly personal: Readonly<Record<string, unknown>>;
  /** What was asked for under an Idempotency-Key when it was made: hashes in hex. */
  readonly requests: readonly { readonly key: string; readonly hash: string; readonly madeAtMs: number }[];
}

/**
 * Asks for the move of those who were registered at a region's own door, as the trail has it, or of those who are named.
 * Asked twice, it is asked once.
 * @returns how many more are to move now
 * @throws Problem where there is no such region, or somebody who is named is not the books' to give
 */
export async function askForMoves(
  pool: pg.Pool,
  region: string,
  named: readonly string[] | undefined,
): Promise<number> {
  const { rows } = await pool.query(
    `select from tallystick.replicas where id = $1 and kind = 'region' and status <> 'retired'`,
    [text(region)],
  );
  if (rows.length === 0) throw new Problem('not_found', `There is no region ${region}.`);
  if (named === undefined) return markThoseOfDoor(pool, region);
  return inOneGo(pool, async (connection) => {
    const { rows: known } = await connection.query<{ id: string; isHere: boolean }>(
      `select id, erased_at is null and kept_at is null or kept_at = $2 as "isHere"
        from tallystick.customers where id = any($1) for update`,
      [named.map(text), region],
    );
    const here = new Set(known.filter(({ isHere }) => isHere).map(({ id }) => id));
    const missing = named.find((id) => !here.has(text(id)));
    if (missing !== undefined)
      throw new Problem('unknown_customer', `The books keep no customer ${missing}. Nobody was moved.`);
    const { rowCount } = await connection.query(
      `update tallystick.customers set moves_to = $2, move_id = gen_random_uuid()
        where id = any($1) and kept_at is null and moves_to is distinct from $2`,
      [named.map(text), region],
    );
    await noteAsked(connection, region, rowCount ?? 0);
    return rowCount ?? 0;
  });
}

/** Piece by piece, so that nobody who sells waits for it. */
async function markThoseOfDoor(pool: pg.Pool, region: string): Promise<number> {
  let marked = 0;
  for (let after: string | null = ''; after !== null; ) {
    const from: string = after;
    after = await inOneGo(pool, async (connection) => {
      const { rows } = await connection.query<{ last: string | null; marked: number }>(
        `with looked as (
            select id from tallystick.customers
             where id > $2 and kept_at is null and erased_at is null order by id limit ${AT_ONCE}),
          marked as (
            update tallystick.customers c set moves_to = $1, move_id = gen_random_uuid() from looked
             where c.id = looked.id and c.moves_to is distinct from $1 and exists (
               select from tallystick.audit a where a.kind = 'customer' and a.subject = c.id
                  and a.entry::json ->> 'action' = 'created' and a.entry::json ->> 'via' = $1)
            returning c.id)
          select (select max(id) from looked) as last, (select count(*) from marked) as marked`,
        [region, from],
      );
      const [found] = rows as [{ last: string | null; marked: number }];
      if (found.marked > 0) await noteAsked(connection, region, found.marked);
      marked += found.marked;
      return found.last;
    });
  }
  return marked;
}

/** The trail names who asked; each customer has an entry of its own once it is moved. */
async function noteAsked(connection: pg.PoolClient, region: string, customers: number): Promise<void> {
  if (customers > 0)
    await connection.query(
      `select tallystick.note(array['move-asked'], array['customers'], array[$1], array[$2::jsonb])`,
      [region, JSON.stringify({ customers })],
    );
}

export async function movesLeft(pool: pg.Pool, region: string): Promise<MovesLeft> {
  const { rows } = await pool.query<{ left: number }>(
    'select count(*) as left from tallystick.customers where moves_to = $1',
    [text(region)],
  );
  return { region, left: rows[0]?.left ?? 0 };
}

/** Those who have not moved yet stay. @returns how many */
export async function stopMoves(pool: pg.Pool, region: string): Promise<number> {
  return inOneGo(pool, async (connection) => {
    const { rowCount } = await connection.query(
      'update tallystick.customers set moves_to = null, move_id = null where moves_to = $1',
      [text(region)],
    );
    const customers = rowCount ?? 0;
    if (customers > 0)
      await connection.query(
        `select tallystick.note(array['move-stopped'], array['customers'], array[$1], array[$2::jsonb])`,
        [text(region), JSON.stringify({ customers })],
      );
    return customers;
  });
}

/** The next who are to move to a region, with all that it has to know of them. */
export async function nextToMove(
  pool: pg.Pool,
  vault: Vault,
  region: string,
  limit: number,
): Promise<MovingCustomer[]> {
  const { rows } = await pool.query<
    WrappedKey & Omit<MovingCustomer, 'personal'> & { readonly sealed: Buffer }
  >(
    `select c.id, c.version, c.move_id as move, c.client, floor(extract(epoch from c.created_at) * 1000)::bigint as "createdAtMs",
        c.sealed, k.master, k.wrapped,
        (select coalesce(json_agg(json_build_object('key', r.key, 'hash', encode(r.request_hash, 'hex'),
              'madeAtMs', floor(extract(epoch from r.made_at) * 1000)::bigint)), '[]')
           from tallystick.idempotent_requests r where r.answer ->> 'id' = c.id) as requests
      from tallystick.customers c join tallystick.person_keys k on k.customer = c.id
      where c.moves_to = $1 order by c.id limit $2`,
    [region, limit],
  );
  return rows.map(({ sealed, master, wrapped, ...rest }) => {
    const key = vault.unwrap(rest.id, { master, wrapped });
    const personal = vault.unsealJson(rest.id, key, sealed) as MovingCustomer['personal'];
    return { ...rest, personal };
  });
}

/**
 * The region has these on its disk, in these versions: the books forget what they had, key and all. Told twice, it is done once.
 * @returns those whom the region keeps from now on; of the others it forgets its copy
 */
export async function moved(pool: pg.Pool, region: string, copies: readonly Copied[]): Promise<string[]> {
  const taken: string[] = [];
  for (const copy of copies)
    if (await inOneGo(pool, (connection) => movedOne(connection, region, copy))) taken.push(copy.id);
  return taken;
}

async function movedOne(
  connection: pg.PoolClient,
  region: string,
  { id, version, move }: Copied,
): Promise<boolean> {
  // The key is held until the commit, as where somebody is changed or erased.
  await connection.query('select from tallystick.person_keys where customer = $1 for update', [text(id)]);
  const { rowCount } = await connection.query(
    `update tallystick.customers set kept_at = $2, moves_to = null, move_id = null, sealed = null
      where id = $1 and moves_to = $2 and version = $3 and move_id = $4 and erased_at is null`,
    [text(id), region, version, move],
  );
  if (rowCount !== 1) {
    const { rows } = await connection.query(
      'select from tallystick.customers where id = $1 and kept_at = $2 and version = $3 and erased_at is null',
      [text(id), region, version],
    );
    return rows.length === 1;
  }
  await connection.query('delete from tallystick.person_keys where customer = $1', [text(id)]);
  await connection.query(`delete from tallystick.idempotent_requests where answer ->> 'id' = $1`, [text(id)]);
  await noteCustomer(connection, 'moved', id, { version, keptAt: region });
  return true;
}
