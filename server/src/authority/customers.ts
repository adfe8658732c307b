/** Customers in the books: made once, changed by who has read the newest. */
import type pg from 'pg';
import { isSame } from './calls/change-one.ts';
import { text } from './pg-text.ts';
import { queryAsAsked } from './who-asks.ts';

export interface StoredCustomer {
  readonly id: string;
  readonly version: number;
  readonly personal: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
  readonly client: string | null;
}

const COLUMNS = `id, version, personal, client,
  to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt"`;

/** @returns the customer, and whether it was there before; undefined where another has this id. */
export async function addCustomer(
  pool: pg.Pool,
  id: string,
  personal: object,
  client: string | null,
): Promise<{ readonly customer: StoredCustomer; readonly isNew: boolean } | undefined> {
  const { rows } = await queryAsAsked<StoredCustomer>(pool, {
    name: 'add_customer',
    text: `insert into tallystick.customers (id, personal, client) values ($1, $2, $3)
      on conflict (id) do nothing returning ${COLUMNS}`,
    values: [text(id), JSON.stringify(personal), client],
  });
  const [added] = rows;
  if (added !== undefined) return { customer: added, isNew: true };
  const known = await findCustomer(pool, id);
  return known !== undefined && known.client === client && isSame(known.personal, personal)
    ? { customer: known, isNew: false }
    : undefined;
}

export async function findCustomer(pool: pg.Pool, id: string): Promise<StoredCustomer | undefined> {
  const { rows } = await pool.query<StoredCustomer>({
    name: 'find_customer',
    text: `select ${COLUMNS} from tallystick.customers where id = $1`,
    values: [text(id)],
  });
  return rows[0];
}

/** @returns undefined where it has another version by now, or is not there. */
export async function changeCustomer(
  pool: pg.Pool,
  id: string,
  version: number,
  personal: object,
): Promise<StoredCustomer | undefined> {
  const { rows } = await queryAsAsked<StoredCustomer>(pool, {
    name: 'change_customer',
    text: `update tallystick.customers set personal = $3, version = version + 1, changed_at = now()
      where id = $1 and version = $2 returning ${COLUMNS}`,
    values: [text(id), version, JSON.stringify(personal)],
  });
  return rows[0];
}
