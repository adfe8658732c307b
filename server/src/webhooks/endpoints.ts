/** Webhook endpoints in the books. */
import type pg from 'pg';

export interface Endpoint {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly description: string;
  readonly isEnabled: boolean;
  readonly disabledBecause: string | null;
  /** The one that is used, and beside it the one before while that is valid. */
  readonly secrets: readonly string[];
  readonly cursor: number;
  readonly attempts: number;
  readonly nextAt: Date;
  readonly version: number;
  readonly createdAt: Date;
}

const COLUMNS = `id, url, types, description, is_enabled as "isEnabled", disabled_because as "disabledBecause",
  case when secret_before_until > now() then array[secret, secret_before] else array[secret] end as secrets,
  cursor, attempts, next_at as "nextAt", version, created_at as "createdAt"`;

/** All of them: they are few, for each is somebody's program. */
export const ENDPOINTS_MAX = 500;
/** How long the secret before is valid beside the new one. */
const OVERLAP_HOURS = 24;

export interface NewEndpoint {
  readonly id: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly description: string;
  readonly secret: string;
}

/** Begins behind the newest event. @returns undefined where the id is taken, or there are too many. */
export async function addEndpoint(pool: pg.Pool, added: NewEndpoint): Promise<Endpoint | undefined> {
  const { id, url, types, description, secret } = added;
  const { rows } = await pool.query<Endpoint>(
    `insert into tallystick.webhook_endpoints (id, url, types, description, secret, cursor)
      select $1, $2, $3, $4, $5, f.last from tallystick.feed f
        where (select count(*) from tallystick.webhook_endpoints) < ${ENDPOINTS_MAX}
      on conflict (id) do nothing returning ${COLUMNS}`,
    [id, url, types, description, secret],
  );
  return rows[0];
}

export async function findEndpoint(pool: pg.Pool, id: string): Promise<Endpoint | undefined> {
  const { rows } = await pool.query<Endpoint>(
    `select ${COLUMNS} from tallystick.webhook_endpoints where id = $1`,
    [id],
  );
  return rows[0];
}

export async function listEndpoints(pool: pg.Pool): Promise<Endpoint[]> {
  const { rows } = await pool.query<Endpoint>(
    `select ${COLUMNS} from tallystick.webhook_endpoints order by id limit ${ENDPOINTS_MAX}`,
  );
  return rows;
}

export interface EndpointPatch {
  readonly url?: string | undefined;
  readonly types?: readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly isEnabled?: boolean | undefined;
}

/** Enabled again, it goes on where it stopped, at once, with all its attempts. */
export async function changeEndpoint(
  pool: pg.Pool,
  id: string,
  { url, types, description, isEnabled }: EndpointPatch,
): Promise<Endpoint | undefined> {
  const { rows } = await pool.query<Endpoint>(
    `update tallystick.webhook_endpoints set
        url = coalesce($2, url), types = coalesce($3, types), description = coalesce($4, description),
        is_enabled = coalesce($5, is_enabled),
        disabled_because = case when $5 is null then disabled_because end,
        attempts = case when $5 and not is_enabled then 0 else attempts end,
        next_at = case when $5 and not is_enabled then now() else next_at end,
        version = version + 1
      where id = $1 returning ${COLUMNS}`,
    [id, url ?? null, types ?? null, description ?? null, isEnabled ?? null],
  );
  return rows[0];
}

export async function rotateSecret(pool: pg.Pool, id: string, secret: string): Promise<Endpoint | undefined> {
  const { rows } = await pool.query<Endpoint>(
    `update tallystick.webhook_endpoints set secret_before = secret, secret = $2, version = version + 1,
        secret_before_until = now() + interval '${OVERLAP_HOURS} hours'
      where id = $1 returning ${COLUMNS}`,
    [id, secret],
  );
  return rows[0];
}

export async function removeEndpoint(pool: pg.Pool, id: string): Promise<boolean> {
  const { rowCount } = await pool.query('delete from tallystick.webhook_endpoints where id = $1', [id]);
  return rowCount === 1;
}

/** @param restart where it goes on once somebody enables it, if not behind its cursor */
export async function disableEndpoint(
  pool: pg.Pool,
  id: string,
  because: string,
  restart?: number,
): Promise<void> {
  await pool.query(
    `update tallystick.webhook_endpoints set is_enabled = false, disabled_because = $2, version = version + 1,
        cursor = coalesce($3, cursor)
      where id = $1 and is_enabled`,
    [id, because, restart ?? null],
  );
}
