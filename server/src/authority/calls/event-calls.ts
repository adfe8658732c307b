/** The feed, for regions: what stands behind a position, or word that there is nothing yet. */
import { z } from 'zod';
import { toWire, WIRE_EVENTS_MAX } from '../../events/wire-events.ts';
import { readBooks } from '../feed/books-tail.ts';
import { served } from './call.ts';

export const EVENT_CALLS = {
  'events.read': served({
    schema: z.strictObject({
      call: z.literal('events.read'),
      /** Left out: nothing but the end of the feed. */
      after: z.int().min(0).optional(),
      limit: z.int().min(1).max(WIRE_EVENTS_MAX),
      waitMs: z.int().min(0).max(30_000),
    }),
    serve: async ({ feed: { tail }, pool }, { after, limit, waitMs }) => {
      if (after === undefined) return readBooks(pool, undefined, 0);
      if (tail.after(after, 1)?.length === 0) await tail.wait(after, waitMs);
      const found = tail.after(after, limit);
      if (found !== undefined) return toWire(found, found.at(-1)?.position ?? after);
      const read = await readBooks(pool, after, limit);
      return 'gone' in read ? read : toWire(read.events, read.next);
    },
  }),
};
