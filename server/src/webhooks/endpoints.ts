/** Webhook endpoints in the books. Their secrets sign, so no hash will do: they are sealed under the master key. */
import type pg from 'pg';
import { queryAsAsked } from '../authority/in-one-go.ts';
import type { Vault } from '../authority/vault.ts';

export interface Endpoint {
  readonly id: string;
  /** Under which its deliveries are kept: another endpoint that was removed may have had its id. */
  readonly log: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly description: string;
  readonly isEnabled: boolean;
  readonly disabledBecause: string | null;
  /** The one that is used, and beside it those before while they are valid, newest first. */
  readonly secrets: readonly string[];
  /** Seconds until the oldest of those before is valid no more; null where there is none. */
  readonly oldestEndsInS: number | null;
  readonly cursor: number;
  readonly attempts: number;
  readonly nextAt: Date;
  readonly version: number;
  readonly createdAt: Date;
}

/** Of the secrets that were replaced, those that a receiver may still know. */
function validBefore(list: string): string {
  return `jsonb_array_elements(${list}) one where (one ->> 'until')::timestamptz > now()`;
}

const COLUMNS = `id, log, url, types, description, is_enabled as "isEnabled", disabled_because as "disabledBecause",
  array[secret] || array(select one ->> 'secret' from ${validBefore('secrets_before')}) as secrets,
  (select ceil(extract(epoch from min((one ->> 'until')::timestamptz) - now()))::int from ${validBefore('secrets_before')})
    as "oldestEndsInS",
  cursor, attempts, next_at as "nextAt", version, created_at as "createdAt"`;

/** All of them: they are few, for each is somebody's program. */
export const ENDPOINTS_MAX = 500;
/** How long a secret that was replaced is valid beside the new one. */
const OVERLAP_HOURS = 24;
/** Of one endpoint: each is a signature in every header. */
export const SECRETS_MAX = 5;

interface Replaced {
  readonly secret: string;
  readonly until: string;
}

export interface NewEndpoint {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly description: string;
  readonly secret: string;
}

export interface EndpointPatch {
  readonly url?: string | undefined;
  readonly types?: readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly isEnabled?: boolean | undefined;
}

export class Endpoints {
  readonly #pool: pg.Pool;
  readonly #vault: Vault;

  constructor(pool: pg.Pool, vault: Vault) {
    this.#pool = pool;
    this.#vault = vault;
  }

  /** Begins behind the newest event. @returns undefined where the id is taken, or there are too many. */
  add({ id, url, types, description, secret }: NewEndpoint): Promise<Endpoint | undefined> {
    return this.#write(
      `insert into tallystick.webhook_endpoints (id, log, url, types, description, secret, cursor)
        select $1, $1 || ' ' || nextval('tallystick.webhook_log'), $2, $3, $4, $5, f.last from tallystick.feed f
          where (select count(*) from tallystick.webhook_endpoints) < ${ENDPOINTS_MAX}
        on conflict (id) do nothing returning ${COLUMNS}`,
      [id, url, types, description, this.#seal(id, secret)],
    );
  }

  async find(id: string): Promise<Endpoint | undefined> {
    const { rows } = await this.#pool.query<Endpoint>(
      `select ${COLUMNS} from tallystick.webhook_endpoints where id = $1`,
      [id],
    );
    return rows.map((row) => this.#unsealed(row))[0];
  }

  async list(): Promise<Endpoint[]> {
    const { rows } = await this.#pool.query<Endpoint>(
      `select ${COLUMNS} from tallystick.webhook_endpoints order by id limit ${ENDPOINTS_MAX}`,
    );
    return rows.map((row) => this.#unsealed(row));
  }

  /** With another address or other types, or enabled (again or once more), it goes on where it stopped, at once, with all its attempts. */
  change(id: string, { url, types, description, isEnabled }: EndpointPatch): Promise<Endpoint | undefined> {
    return this.#write(
      `update tallystick.webhook_endpoints set
          url = coalesce($2, url), types = coalesce($3, types), description = coalesce($4, description),
          is_enabled = coalesce($5, is_enabled),
          disabled_because = case when $5 is null then disabled_because end,
          attempts = case when $5 or $2 <> url or $3 <> types then 0 else attempts end,
          next_at = case when $5 or $2 <> url or $3 <> types then now() else next_at end,
          version = version + 1
        where id = $1 returning ${COLUMNS}`,
      [id, url ?? null, types ?? null, description ?? null, isEnabled ?? null],
    );
  }

  /** @returns undefined where there is none, or where as many secrets as may be are valid already. */
  rotate(id: string, secret: string): Promise<Endpoint | undefined> {
    return this.#write(
      `update tallystick.webhook_endpoints set secret = $2, version = version + 1,
          secrets_before = jsonb_build_array(
              jsonb_build_object('secret', secret, 'until', now() + interval '${OVERLAP_HOURS} hours'))
            || coalesce((select jsonb_agg(one order by one ->> 'until' desc) from ${validBefore('secrets_before')}), '[]')
        where id = $1 and (select count(*) from ${validBefore('secrets_before')}) < ${SECRETS_MAX - 1}
        returning ${COLUMNS}`,
      [id, this.#seal(id, secret)],
    );
  }

  /** Gone for everybody; of its deliveries, which may be millions, `forgetDeliveries` deletes the rows. */
  async remove(id: string): Promise<boolean> {
    const { rowCount } = await queryAsAsked(
      this.#pool,
      `with gone as (delete from tallystick.webhook_endpoints where id = $1 returning log)
        insert into tallystick.removed_webhooks (log) select log from gone`,
      [id],
    );
    return rowCount === 1;
  }

  /** Seals what an older release wrote, and what an older master key sealed, under the current one. */
  async sealAll(): Promise<void> {
    const { rows } = await this.#pool.query<{ id: string; secret: string; before: Replaced[] }>(
      'select id, secret, secrets_before as before from tallystick.webhook_endpoints',
    );
    const current = `${this.#vault.current} `;
    for (const { id, secret, before } of rows) {
      if ([secret, ...before.map((one) => one.secret)].every((one) => one.startsWith(current))) continue;
      const anew = (sealed: string) => this.#seal(id, this.#unseal(id, sealed));
      // Rotated by another process meanwhile, it is sealed already.
      await this.#pool.query(
        `update tallystick.webhook_endpoints set secret = $2, secrets_before = $3
          where id = $1 and secret = $4 and secrets_before = $5`,
        [
          id,
          anew(secret),
          JSON.stringify(before.map((one) => ({ ...one, secret: anew(one.secret) }))),
          secret,
          JSON.stringify(before),
        ],
      );
    }
  }

  async #write(text: string, values: unknown[]): Promise<Endpoint | undefined> {
    const { rows } = await queryAsAsked<Endpoint>(this.#pool, text, values);
    return rows.map((row) => this.#unsealed(row))[0];
  }

  #unsealed(row: Endpoint): Endpoint {
    return { ...row, secrets: row.secrets.map((sealed) => this.#unseal(row.id, sealed)) };
  }

  #seal(id: string, secret: string): string {
    const { master, wrapped } = this.#vault.wrap(ownerOf(id), Buffer.from(secret));
    return `${master} ${wrapped.toString('base64')}`;
  }

  #unseal(id: string, sealed: string): string {
    const [master, wrapped] = sealed.split(' ') as [string, string | undefined];
    if (wrapped === undefined) return sealed;
    return this.#vault.unwrap(ownerOf(id), { master, wrapped: Buffer.from(wrapped, 'base64') }).toString();
  }
}

/** No person has a space in their id. */
function ownerOf(endpoint: string): string {
  return `webhook ${endpoint}`;
}
