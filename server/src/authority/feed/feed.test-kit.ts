/** The whole feed of some books, each event as its schema has it. */
import type pg from 'pg';
import { expect } from 'vitest';
import { EVENTS } from '../../events/catalogue.ts';
import type { FeedEvent } from '../../events/event.ts';
import { readFeed } from './read-feed.ts';

export async function feedAsDocumented(pool: pg.Pool): Promise<readonly FeedEvent[]> {
  const read = await readFeed(pool, 0, 10_000);
  if ('gone' in read) throw new Error(`gone: ${read.gone}`);
  for (const { type, data } of read.events)
    expect(EVENTS[type].data.safeParse(data), `${type} ${JSON.stringify(data)}`).toMatchObject({
      success: true,
    });
  return read.events;
}
