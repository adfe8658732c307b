/** The feed, for regions: what stands behind a position, or word that there is nothing yet. */
import type pg from 'pg';
import { z } from 'zod';
import type { Read } from '../../events/tail.ts';
import { toWire, WIRE_EVENTS_MAX } from '../../events/wire-events.ts';
import type { BooksFeed } from '../feed/books-feed.ts';
import { readBooks, readNewest } from '../feed/books-tail.ts';
import { feedSeen } from '../feed/feed-mark.ts';
import { readFeed } from '../feed/read-feed.ts';
import { askedAt } from '../who-asks.ts';
import { served } from './call.ts';

export const EVENT_CALLS = {
  'events.read': served({
    schema: z.strictObject({
      call: z.literal('events.read'),
      /** Left out: nothing but the end of the feed. */
      after: z.int().min(0).optional(),
      limit: z.int().min(1).max(WIRE_EVENTS_MAX),
      /** The newest alone, where there are more. */
      newest: z.boolean(),
      waitMs: z.int().min(0).max(30_000),
    }),
    serve: async ({ feed, pool }, { after, limit, newest, waitMs }) => {
      // Only a region's own tail waits or asks for the newest, never a client through it: what that has heard was told.
      if (after !== undefined && (newest || waitMs > 0)) await jumpWhereAhead(feed, pool, after);
      if (newest) return wire(await readNewest(pool, after ?? 0, limit));
      if (after === undefined) return readBooks(pool, undefined, 0);
      if (waitMs === 0)
        return wire(await feed.readPast({ whose: askedAt(), isWaiting: () => true }, after, limit));
      const found = await waitFor(feed, after, limit, waitMs);
      return found === undefined
        ? wire(await readBooks(pool, after, limit))
        : toWire(found, found.at(-1)?.position ?? after);
    },
  }),
};

/** F6: a region that is ahead of the books shows that they were put back. */
async function jumpWhereAhead({ tail }: BooksFeed, pool: pg.Pool, heard: number): Promise<void> {
  if (heard <= (tail.last ?? -1)) return;
  const { last } = await readFeed(pool, heard, 0);
  if (heard > last) await feedSeen(pool, heard);
}

/** In the tail; undefined where it does not reach as far back. */
async function waitFor({ tail }: BooksFeed, after: number, limit: number, waitMs: number) {
  const leave = tail.follow();
  try {
    await tail.heard();
    if (tail.after(after, 1)?.length === 0) await tail.wait(after, waitMs);
    return tail.after(after, limit);
  } finally {
    leave();
  }
}

function wire(read: Read) {
  return 'gone' in read ? read : toWire(read.events, read.next);
}
