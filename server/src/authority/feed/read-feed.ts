/** Reading the feed: the events behind a position, in order and without a hole, or word that they are gone. */
import type pg from 'pg';
import type { FeedEvent } from '../../events/event.ts';
import { renderEvents, type Told } from './render.ts';

/** Notified with the newest position whenever something was told. */
export const FEED_CHANNEL = 'tallystick_feed';

export type FeedRead =
  | {
      readonly events: readonly FeedEvent[];
      /** Where to read on: the last of these, or where a jump leads. */
      readonly next: number;
      /** The newest position that there was. */
      readonly last: number;
    }
  /** Not kept any more, or forgotten by books that were put back. `oldest` is the first that can be asked for. */
  | { readonly gone: 'retention' | 'put-back' | 'future'; readonly oldest: number; readonly last: number };

interface Row extends Omit<Told, 'id'> {
  readonly id: number | null;
  readonly last: number;
  readonly floor: number;
  readonly jump: number | null;
  readonly is_lost: boolean;
}

/**
 * Events after a position; `after` 0 is the beginning of the books.
 * @param limit events at most
 * @throws Error where positions are not in one piece: the one thing that this feed promises
 */
export async function readFeed(pool: pg.Pool, after: number, limit: number): Promise<FeedRead> {
  // One statement and so one snapshot: what is deleted meanwhile is there, or the floor says that it is not.
  const { rows } = await pool.query<Row>({
    name: 'read_feed',
    // A jump may begin where another ends.
    text: `with recursive way as (
        select upto from tallystick.feed_jumps where after = $1
        union all select j.upto from tallystick.feed_jumps j join way on j.after = way.upto
      )
      select f.last, f.floor, e.id, e.type, e.at, e.payload,
        (select max(upto) from way) as jump,
        exists (select from tallystick.feed_jumps j where j.after < $1 and j.upto > $1) as is_lost
      from tallystick.feed f
      left join lateral (
        select o.id, o.type, o.at, o.payload from tallystick.outbox o where o.id > $1 order by o.id limit $2
      ) e on true order by e.id`,
    values: [after, limit],
  });
  const [first] = rows;
  if (first === undefined) throw new Error('The feed has no row of its own.');
  const { last, floor, jump } = first;
  if (first.is_lost) return { gone: 'put-back', oldest: floor, last };
  if (after < floor) return { gone: 'retention', oldest: floor, last };
  if (after > last) return { gone: 'future', oldest: floor, last };
  const told = inOnePiece(rows, jump ?? after);
  const events = await renderEvents(pool, told);
  return { events, next: told.at(-1)?.id ?? jump ?? after, last };
}

/** Up to the next jump; whoever reads on begins behind it. */
function inOnePiece(rows: readonly Row[], after: number): Told[] {
  const told: Told[] = [];
  for (const { id, type, at, payload } of rows) {
    if (id === null) break;
    if (id !== after + told.length + 1) {
      if (told.length > 0) break;
      throw new Error(`The feed has a hole: behind position ${after} stands ${id}.`);
    }
    told.push({ id, type, at, payload });
  }
  return told;
}
