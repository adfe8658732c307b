/** Customers in the books: made once, changed by who has read the newest, sealed, and forgotten for good when asked. */
import type pg from 'pg';
import { isSame } from './calls/change-one.ts';
import { inOneGo } from './in-one-go.ts';
import { noteCustomer } from './note-customer.ts';
import { text } from './pg-text.ts';
import type { Vault, WrappedKey } from './vault.ts';

type Personal = Readonly<Record<string, unknown>>;

export interface StoredCustomer {
  readonly id: string;
  readonly version: number;
  readonly personal: Personal;
  readonly createdAt: string;
  readonly client: string | null;
}

/** Whose personal data a region keeps to itself. */
export interface ResidentCustomer {
  readonly id: string;
  readonly client: string | null;
  readonly keptAt: string;
}

export interface ErasedCustomer {
  readonly id: string;
  readonly client: string | null;
  readonly erasedAt: string;
}

const at = (column: string) => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const SELECT = `select c.id, c.version, c.client, c.sealed, c.kept_at as "keptAt", ${at('c.created_at')} as "createdAt",
    ${at('c.erased_at')} as "erasedAt", k.master, k.wrapped
  from tallystick.customers c left join tallystick.person_keys k on k.customer = c.id`;

interface Row extends WrappedKey {
  readonly id: string;
  readonly version: number;
  readonly client: string | null;
  readonly sealed: Buffer | null;
  readonly createdAt: string;
  readonly erasedAt: string | null;
  readonly keptAt: string | null;
}

export class Customers {
  readonly #pool: pg.Pool;
  readonly #vault: Vault;

  constructor(pool: pg.Pool, vault: Vault) {
    this.#pool = pool;
    this.#vault = vault;
  }

  /** @returns the customer, and whether it was there before; undefined where another has or had this id. */
  async add(
    id: string,
    personal: Personal,
    client: string | null,
  ): Promise<{ readonly customer: StoredCustomer; readonly isNew: boolean } | undefined> {
    const { key, stored } = this.#vault.makeKey(id);
    const isNew = await inOneGo(this.#pool, async (connection) => {
      const { rowCount } = await connection.query(
        `insert into tallystick.customers (id, sealed, client) values ($1, $2, $3) on conflict (id) do nothing`,
        [text(id), this.#vault.sealJson(id, key, personal), client],
      );
      if (rowCount !== 1) return false;
      await connection.query(
        'insert into tallystick.person_keys (customer, master, wrapped) values ($1, $2, $3)',
        [text(id), stored.master, stored.wrapped],
      );
      await noteCustomer(connection, 'created', id, { version: 1, fields: Object.keys(personal).sort() });
      return true;
    });
    const known = await this.find(id);
    if (known === undefined || 'erasedAt' in known || 'keptAt' in known) return undefined;
    if (isNew) return { customer: known, isNew };
    return known.client === client && isSame(known.personal, personal)
      ? { customer: known, isNew }
      : undefined;
  }

  async find(id: string): Promise<StoredCustomer | ResidentCustomer | ErasedCustomer | undefined> {
    const { rows } = await this.#pool.query<Row>({
      name: 'find_customer',
      text: `${SELECT} where c.id = $1`,
      values: [text(id)],
    });
    const [row] = rows;
    if (row === undefined) return undefined;
    const { version, client, sealed, createdAt, erasedAt, keptAt } = row;
    if (erasedAt !== null) return { id, client, erasedAt };
    if (keptAt !== null) return { id, client, keptAt };
    const personal = this.#vault.unsealJson(id, this.#vault.unwrap(id, row), sealed as Buffer) as Personal;
    return { id, version, client, createdAt, personal };
  }

  /** @returns undefined where it has another version by now, or is not there. */
  async change(before: StoredCustomer, personal: Personal): Promise<StoredCustomer | undefined> {
    const { id, version } = before;
    const isChanged = await inOneGo(this.#pool, async (connection) => {
      // The key is held until the commit: nobody is erased meanwhile.
      const { rows } = await connection.query<WrappedKey>(
        'select master, wrapped from tallystick.person_keys where customer = $1 for update',
        [text(id)],
      );
      const [stored] = rows;
      if (stored === undefined) return false;
      const sealed = this.#vault.sealJson(id, this.#vault.unwrap(id, stored), personal);
      const { rowCount } = await connection.query(
        `update tallystick.customers set sealed = $3, version = version + 1, changed_at = now()
          where id = $1 and version = $2`,
        [text(id), version, sealed],
      );
      if (rowCount !== 1) return false;
      const fields = [...new Set([...Object.keys(before.personal), ...Object.keys(personal)])]
        .filter((field) => !isSame(before.personal[field] ?? null, personal[field] ?? null))
        .sort();
      await noteCustomer(connection, 'changed', id, { version: version + 1, fields });
      return true;
    });
    return isChanged ? { ...before, version: version + 1, personal } : undefined;
  }

  /** Destroys the key: what is left of it in backups is noise. Twice is once. @returns undefined where it never was */
  async erase(id: string): Promise<ErasedCustomer | undefined> {
    await inOneGo(this.#pool, async (connection) => {
      const { rowCount } = await connection.query('delete from tallystick.person_keys where customer = $1', [
        text(id),
      ]);
      if (rowCount !== 1) return;
      await connection.query(
        `update tallystick.customers
          set sealed = null, moves_to = null, move_id = null, erased_at = now(), changed_at = now(), version = version + 1 where id = $1`,
        [text(id)],
      );
      // The hash of what was asked for under an Idempotency-Key would tell who guesses it that they guessed right.
      await connection.query(`delete from tallystick.idempotent_requests where answer ->> 'id' = $1`, [
        text(id),
      ]);
      await noteCustomer(connection, 'erased', id, {});
    });
    const known = await this.find(id);
    return known !== undefined && 'erasedAt' in known ? known : undefined;
  }

  /** What an older release wrote is sealed, and keys that an older master key wrapped are wrapped anew. */
  async sealAll(): Promise<void> {
    while ((await this.#sealSome()) > 0);
    while ((await this.#rewrapSome()) > 0);
  }

  #sealSome(): Promise<number> {
    return inOneGo(this.#pool, async (connection) => {
      const { rows } = await connection.query<{ id: string; personal: Personal }>(
        `select id, personal from tallystick.customers where personal is not null limit ${AT_ONCE} for update`,
      );
      for (const { id, personal } of rows) {
        const { key, stored } = this.#vault.makeKey(id);
        await connection.query(
          'insert into tallystick.person_keys (customer, master, wrapped) values ($1, $2, $3)',
          [id, stored.master, stored.wrapped],
        );
        await connection.query('update tallystick.customers set personal = null, sealed = $2 where id = $1', [
          id,
          this.#vault.sealJson(id, key, personal),
        ]);
      }
      return rows.length;
    });
  }

  #rewrapSome(): Promise<number> {
    return inOneGo(this.#pool, async (connection) => {
      const { rows } = await connection.query<WrappedKey & { customer: string }>(
        `select customer, master, wrapped from tallystick.person_keys where master <> $1 limit ${AT_ONCE} for update`,
        [this.#vault.current],
      );
      for (const { customer, ...stored } of rows) {
        const { master, wrapped } = this.#vault.wrap(customer, this.#vault.unwrap(customer, stored));
        await connection.query(
          'update tallystick.person_keys set master = $2, wrapped = $3 where customer = $1',
          [customer, master, wrapped],
        );
      }
      return rows.length;
    });
  }
}

/** People sealed or keys wrapped in one transaction. */
const AT_ONCE = 500;
