/**
 * Forgetting deliveries: those that are old, and all of an endpoint that was removed.
 *
 * Each log is gone through by itself, oldest first, under the index by which it is also shown: where nothing is due
 * this is one look an endpoint, and no index is kept for it.
 */
import type pg from 'pg';

/** Deleted in one transaction: so that nobody who notes a delivery waits long, nor the log grows at a stroke. */
const PIECE = 5_000;

/** @param stopping ends it after the piece that is under way; what is left goes another time, by whichever process */
export async function forgetDeliveries(
  pool: pg.Pool,
  days: number,
  stopping: AbortSignal,
  piece = PIECE,
): Promise<void> {
  const { rows } = await pool.query<{ log: string; isRemoved: boolean }>(
    `select log, true as "isRemoved" from tallystick.removed_webhooks
      union all select log, false from tallystick.webhook_endpoints`,
  );
  for (const { log, isRemoved } of rows) {
    await forgetLog(pool, log, isRemoved ? undefined : days, stopping, piece);
    if (stopping.aborted) return;
    if (isRemoved) await pool.query('delete from tallystick.removed_webhooks where log = $1', [log]);
  }
}

interface Gone {
  readonly count: number;
  readonly last: Date | null;
}

/** @param days undefined for all of it */
async function forgetLog(
  pool: pg.Pool,
  log: string,
  days: number | undefined,
  stopping: AbortSignal,
  piece: number,
): Promise<void> {
  // Behind what went before: its entries of the index are there until the next vacuum, and would be passed each time.
  let from: Date | null = null;
  let forgotten: number;
  do {
    const { rows }: pg.QueryResult<Gone> = await pool.query<Gone>({
      name: 'forget_deliveries',
      text: `with gone as (
          delete from tallystick.webhook_deliveries where ctid = any(array(
            select ctid from tallystick.webhook_deliveries
              where log = $1 and last_at < coalesce(now() - $2 * interval '1 day', 'infinity')
                and last_at >= coalesce($3::timestamptz, '-infinity')
              order by last_at, event_id limit $4)) returning last_at)
        select count(*)::int as count, max(last_at) as last from gone`,
      values: [log, days ?? null, from, piece],
    });
    [{ count: forgotten, last: from }] = rows as [Gone];
  } while (forgotten === piece && !stopping.aborted);
}
