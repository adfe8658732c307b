/** What a turn costs does not grow with the books: tables that grow for ever are looked up by key, analyzed or not. */
import type { PoolId } from '@tallystick/crdt';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { booksWithShop, LAMP } from './journal.test-kit.ts';
import { questionsOfFrame } from './questions.ts';

const TABLES = ['sold_lines', 'orders', 'documents', 'rows', 'stock_levels', 'line_progress', 'runs'];
const ORDERS_PER_TURN = 20;
const POOLS = Array.from({ length: 100 }, (_, i) => `sku-${i}@shop` as PoolId);

type Books = Awaited<ReturnType<typeof booksWithShop>>;

/** Rows of these tables that were read one after the other, by whole tables. */
async function readWhole(pool: pg.Pool): Promise<Record<string, number>> {
  // Each session tells what it counted when it is asked to; else within a minute.
  const sessions = await Promise.all(Array.from({ length: pool.totalCount }, () => pool.connect()));
  for (const session of sessions) await session.query('select pg_stat_force_next_flush()');
  for (const session of sessions) session.release();
  const { rows } = await pool.query<{ relname: string; n: number }>(
    'select relname, seq_tup_read::integer as n from pg_stat_user_tables where relname = any($1)',
    [TABLES],
  );
  return Object.fromEntries(rows.map(({ relname, n }) => [relname, n]));
}

/** Sales, and a cancellation of one line of the turn before, with what is asked for them beforehand. */
async function turn({ pool, authority, shop }: Books, nth: number): Promise<void> {
  for (let i = 0; i < ORDERS_PER_TURN; i += 1) shop.sell(`o${nth}-${i}`, 1, POOLS[(nth + i) % POOLS.length]);
  shop.sell(`lamp${nth}`, 1, LAMP);
  if (nth > 0) shop.cancel(`c${nth}`, `lamp${nth - 1}`, 1);
  const frame = shop.frame();
  await authority.journal.prefetch(questionsOfFrame(frame, authority.headOf));
  expect(await authority.take(shop, frame)).toBe('committed');
  await pool.query('select tallystick.tell_levels($1)', [POOLS]);
}

test.each([
  ['never', -1],
  ['while they had a few rows', 3],
])('a turn reads none of them whole, analyzed %s', async (_when, analyzedAt) => {
  const books = await booksWithShop();
  const { pool, shop } = books;
  for (const table of TABLES)
    await pool.query(`alter table tallystick.${table} set (autovacuum_enabled = off)`);
  shop.receive('lamps', 1_000);
  for (const [i, of] of POOLS.entries()) shop.receive(`r${i}`, 1_000, of);
  let nth = 0;
  for (; nth < 10; nth += 1) {
    await turn(books, nth);
    if (nth === analyzedAt) await pool.query('analyze');
  }
  const before = await readWhole(pool);
  for (; nth < 40; nth += 1) await turn(books, nth);
  const after = await readWhole(pool);
  const read = TABLES.map((table) => [table, (after[table] ?? 0) - (before[table] ?? 0)]);
  expect(Object.fromEntries(read)).toEqual(Object.fromEntries(TABLES.map((table) => [table, 0])));
});
