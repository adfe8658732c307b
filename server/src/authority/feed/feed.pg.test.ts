/** The feed in Postgres: positions in the order of commits, each once, whoever writes and reads at the same time. */
import fc from 'fast-check';
import pg from 'pg';
import { expect, test } from 'vitest';
import { EVENTS, type EventType } from '../../events/catalogue.ts';
import { booksWithShop, saleOf } from '../journal.test-kit.ts';
import { freshDatabase } from '../postgres/database.test-kit.ts';
import { clientConfig } from '../postgres/pool.ts';
import { readFeed } from './read-feed.ts';
import { forgetPiece } from './retention.ts';

function tell(client: pg.ClientBase | pg.Pool, ...skus: string[]): Promise<unknown> {
  return client.query('select tallystick.tell($1, $2, $3)', [
    skus.map(() => 0),
    skus.map(() => 'stock.level_changed'),
    skus.map((sku) => ({ sku, locationId: 'depot', onHand: 1, available: 1, committed: 0 })),
  ]);
}

async function subjects(pool: pg.Pool, after = 0): Promise<string[]> {
  const read = await readFeed(pool, after, 1_000);
  if ('gone' in read) throw new Error(`gone: ${read.gone}`);
  return read.events.map(({ id, subject }) => `${id} ${subject}`);
}

test('whoever began first and commits last neither hides nor is skipped: nobody gets a later position before', async () => {
  const { url, pool } = await freshDatabase();
  const early = new pg.Client(url);
  const late = new pg.Client(url);
  await Promise.all([early.connect(), late.connect()]);
  await early.query('begin');
  await tell(early, 'A', 'B');
  const second = tell(late, 'C');
  const isWaiting = async () =>
    (
      await pool.query(
        `select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock' and query like '%tell(%'`,
      )
    ).rowCount === 1;
  while (!(await isWaiting()));
  expect(await subjects(pool)).toEqual([]);
  await early.query('commit');
  await second;
  expect(await subjects(pool)).toEqual(['1 A@depot', '2 B@depot', '3 C@depot']);

  await early.query('begin');
  await tell(early, 'D', 'E');
  const third = tell(late, 'F');
  await early.query('rollback');
  await third;
  expect(await subjects(pool, 3)).toEqual(['4 F@depot']);
  await Promise.all([early.end(), late.end()]);
});

test('random writers, some of whom give up, readers that come and go, and Postgres that drops them all: each reads the books', async () => {
  const { url, pool } = await freshDatabase();
  const acts = fc.sample(
    fc.record({
      tells: fc.integer({ min: 1, max: 4 }),
      givesUp: fc.boolean(),
      waits: fc.boolean(),
      drops: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
    }),
    { seed: 71, numRuns: 160 },
  );
  const open = async (): Promise<pg.Client> => {
    const client = new pg.Client(clientConfig(url));
    client.on('error', () => {});
    try {
      await client.connect();
      return client;
    } catch {
      // Dropped before it was there.
      return open();
    }
  };
  const admin = await open();
  const dropAll = () =>
    admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    );
  const committed: string[] = [];
  const givenUp: string[] = [];
  let cut = 0;
  let isDone = false;
  const writing = Promise.all(
    [0, 1, 2, 3].map(async (w) => {
      let client = await open();
      for (const [i, { tells, givesUp, waits, drops }] of acts.entries()) {
        if (i % 4 !== w) continue;
        const skus = Array.from({ length: tells }, (_, n) => `S${i}-${n}`);
        try {
          await client.query('begin');
          // An id of the transaction before the lock: ids and commits come in different orders.
          if (waits) await client.query('select pg_current_xact_id()');
          await tell(client, ...skus);
          if (drops) await dropAll();
          await client.query(givesUp ? 'rollback' : 'commit');
          (givesUp ? givenUp : committed).push(...skus);
        } catch {
          // Whether it was committed, the books alone know.
          cut += 1;
          client.end().catch(() => {});
          client = await open();
        }
      }
      await client.end().catch(() => {});
    }),
  ).then(() => {
    isDone = true;
  });
  const readers = [1, 3, 7].map(async (limit) => {
    const seen: string[] = [];
    for (let after = 0; ; ) {
      const wasDone = isDone;
      const read = await readFeed(pool, after, limit).catch(() => undefined);
      if (read === undefined) continue;
      if ('gone' in read) throw new Error('gone');
      seen.push(...read.events.map(({ id, subject }) => `${id} ${subject}`));
      after = read.next;
      if (wasDone && read.events.length === 0) return seen;
    }
  });
  await writing;
  // By the one connection that nobody dropped.
  const books = await subjects(admin as unknown as pg.Pool);
  const told = new Set(books.map((line) => line.replace(/^\d+ (.*)@depot$/, '$1')));
  expect(told.size).toBe(books.length);
  expect(committed.length).toBeGreaterThan(50);
  expect(cut).toBeGreaterThan(3);
  expect(committed.filter((sku) => !told.has(sku))).toEqual([]);
  expect(givenUp.filter((sku) => told.has(sku))).toEqual([]);
  expect(books.map((line) => Number(line.split(' ')[0]))).toEqual(books.map((_, i) => i + 1));
  for (const seen of await Promise.all(readers)) expect(seen).toEqual(books);
  await admin.end();
});

test('[D1] [L4] a turn tells what it did in its own commit, as the document says it', async () => {
  const { pool, authority, shop } = await booksWithShop();
  shop.receive('r1', 10);
  shop.sell('o1', 2);
  shop.execute({ ...saleOf('o2', 3), departsFrom: [], customerId: 'c1', clientId: 'acme' });
  await authority.take(shop, shop.frame());
  const read = await readFeed(pool, 0, 100);
  if ('gone' in read) throw new Error('gone');
  expect(read.events.map(({ id, type, subject }) => `${id} ${type} ${subject}`)).toEqual([
    '1 stock.received r1',
    '2 order.settled o1',
    '3 order.settled o2',
  ]);
  expect(read.events[2]?.data).toMatchObject({
    clientId: 'acme',
    customerId: 'c1',
    completed: false,
    lines: [{ sku: 'lamp', locationId: 'shop', quantity: 3 }],
  });
  for (const { type, data } of read.events)
    expect(EVENTS[type as EventType].data.safeParse(data)).toMatchObject({ success: true });
  expect(read).toMatchObject({ next: 3, last: 3 });
});

test('a sale over the counter to somebody who is known is complete at once', async () => {
  const { pool, authority, shop } = await booksWithShop();
  shop.receive('r1', 10);
  shop.execute({ ...saleOf('o1', 1), customerId: 'c1' });
  await authority.take(shop, shop.frame());
  const read = await readFeed(pool, 1, 100);
  expect('events' in read && read.events.map(({ type }) => type)).toEqual([
    'order.settled',
    'order.completed',
  ]);
});

test('a position that is not kept any more, or never was, is called gone', async () => {
  const { pool } = await freshDatabase();
  await tell(pool, 'A', 'B', 'C');
  await pool.query(`update tallystick.outbox set at = now() - interval '20 days' where id <= 2`);
  expect(await forgetPiece(pool, 14)).toBe(2);
  expect(await forgetPiece(pool, 14)).toBe(0);
  expect(await readFeed(pool, 1, 10)).toEqual({ gone: 'retention', oldest: 2, last: 3 });
  expect(await subjects(pool, 2)).toEqual(['3 C@depot']);
  expect(await readFeed(pool, 4, 10)).toEqual({ gone: 'future', oldest: 2, last: 3 });
});

test('[F6] books that were put back never give out a position again that they forgot', async () => {
  const { pool } = await freshDatabase();
  await tell(pool, 'A', 'B');
  // Two processes find it at once.
  await Promise.all([1, 2].map(() => pool.query('select tallystick.feed_put_back()')));
  await tell(pool, 'C');
  expect(await readFeed(pool, 3, 10)).toMatchObject({ gone: 'put-back' });
  expect(await subjects(pool, 0)).toEqual(['1 A@depot', '2 B@depot']);
  expect(await subjects(pool, 2)).toEqual([expect.stringMatching(/^\d{15} C@depot$/)]);
});

test('[F6] the same backup, put back twice, forgets two histories, and whoever stands in either is told', async () => {
  const { pool } = await freshDatabase();
  await tell(pool, 'A', 'B');
  const putBack = async (epochMs: number, ...skus: string[]) => {
    await pool.query('delete from tallystick.outbox where id > 2; delete from tallystick.feed_jumps');
    await pool.query('update tallystick.feed set last = 2');
    await pool.query('select tallystick.feed_put_back($1::bigint * 100)', [epochMs]);
    await tell(pool, ...skus);
  };
  await putBack(1_800_000_000_000, 'second');
  const second = await readFeed(pool, 2, 10);
  if ('gone' in second) throw new Error('gone');
  await putBack(1_800_000_000_001, 'third', 'fourth');
  expect(await readFeed(pool, second.next, 10)).toMatchObject({ gone: 'put-back' });
  expect(await subjects(pool, 2)).toEqual(['180000000000101 third@depot', '180000000000102 fourth@depot']);
});

test('[F6] what tells while the books are put back is before the jump or behind it', async () => {
  const { pool } = await freshDatabase();
  const acts = Array.from({ length: 40 }, (_, i) =>
    i % 4 === 0 ? pool.query('select tallystick.feed_put_back()') : tell(pool, `S${i}`),
  );
  await Promise.all(acts);
  const seen: string[] = [];
  for (let after = 0; ; ) {
    const read = await readFeed(pool, after, 10);
    if ('gone' in read) throw new Error('gone');
    seen.push(...read.events.map(({ subject }) => String(subject)));
    if (read.next === after) break;
    after = read.next;
  }
  expect(new Set(seen).size).toBe(30);
});
