/** Retention: how far back the feed can be read. What is older is deleted a piece at a time; the floor says so first. */
import type { Log } from '@tallystick/store-agent';
import type pg from 'pg';
import { Every } from './every.ts';
import type { Duty } from './leader.ts';

const LOOK_EVERY_MS = 60_000;
/** Deleted in one transaction: short, for the row lock of the floor is the one that tellers need. */
const PIECE = 5_000;

export function retention(pool: pg.Pool, log: Log, days: number): Duty {
  return new Every(LOOK_EVERY_MS, log, 'old events could not be deleted', async (stopping) => {
    while (!stopping.aborted && (await forgetPiece(pool, days)) === PIECE);
  });
}

/** @returns how many events went */
export async function forgetPiece(pool: pg.Pool, days: number): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'forget_events',
    text: `with old as (
        select id from tallystick.outbox where id > (select floor from tallystick.feed) order by id limit ${PIECE}
      ), due as (
        -- Times grow with positions, so what is due is a beginning of these.
        select o.id from old join tallystick.outbox o using (id) where o.at < now() - $1 * interval '1 day'
      ), floor as (
        update tallystick.feed set floor = (select max(id) from due) where exists (select from due)
      )
      delete from tallystick.outbox o using due where o.id = due.id`,
    values: [days],
  });
  return rowCount ?? 0;
}
