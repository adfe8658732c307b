/** What the database refuses by itself, whatever the program above it believes. */
import { expect, test } from 'vitest';
import { LAMP, TestAuthority, TestShop } from './journal.test-kit.ts';
import { BooksRefused, PgJournal } from './journal.ts';
import { migrate } from './migrate.ts';
import { freshDatabase } from './postgres/database.test-kit.ts';

async function booksWithSales() {
  const { pool } = await freshDatabase();
  const authority = await (await TestAuthority.open(pool)).begin();
  const shop = new TestShop(authority.replica.ledger.self.writer);
  shop.receive('r1', 10);
  shop.sell('o1', 4);
  await authority.take(shop, shop.frame());
  return { pool, authority, shop };
}

test.each([
  ['[T6] more used than a writer has rights to', 'set used = 11', 't6_rights'],
  ['[T6] a hold of units that are not free', 'set opened = 7', 't6_rights'],
  ['[T6] more holds closed than opened', 'set closed = 1', 't6_holds'],
  ['[T6] more repaid than owed', 'set repaid = 1', 't6_debt'],
  ['[T1] a column that shrinks', 'set received = 9', 't1_rows_only_grow'],
  ['[T7] a column beyond 2^53−1', 'set received = 9007199254740992', 'whole_check'],
])('%s is refused', async (_title, change, constraint) => {
  const { pool } = await booksWithSales();
  await expect(pool.query(`update tallystick.rows ${change} where pool = $1`, [LAMP])).rejects.toMatchObject({
    constraint,
  });
});

test('[F5] the account of a fenced writer may fall below zero', async () => {
  const { pool } = await booksWithSales();
  await pool.query('update tallystick.rows set used = 11, fenced = true');
  await expect(pool.query('update tallystick.rows set fenced = false')).rejects.toMatchObject({
    constraint: 't1_rows_only_grow',
  });
});

test.each([
  ['update tallystick.runs set writer = writer', 'd5_append_only'],
  ['delete from tallystick.runs', 'd5_append_only'],
  ['truncate tallystick.runs', 'd5_append_only'],
  ['delete from tallystick.rows', 'd5_append_only'],
  ['update tallystick.documents set seq = 1', 'd5_append_only'],
  ['update tallystick.writers set seq = seq - 1', 't2_heads_only_grow'],
])('[D5] %s is refused', async (sql, constraint) => {
  const { pool } = await booksWithSales();
  await expect(pool.query(sql)).rejects.toMatchObject({ constraint });
});

test('[T6] a turn that breaks a rule is refused whole, with the name of the rule', async () => {
  const { pool, authority, shop } = await booksWithSales();
  shop.sell('o2', 1);
  const frame = shop.frame();
  const writes = await authority.decide(() => authority.takeIn(shop, frame));
  if (writes === undefined) throw new Error('the turn is empty');
  const rows = writes.rows.map((write) => ({ ...write, row: { ...write.row, used: 11 } }));
  const commit = authority.journal.commit({ ...writes, rows });
  await expect(commit).rejects.toThrow(BooksRefused);
  await expect(commit).rejects.toMatchObject({ constraint: 't6_rights' });
  expect((await pool.query('select count(*) as n from tallystick.orders')).rows).toEqual([{ n: 1 }]);
  authority.replica.putBack();
  expect(await authority.take(shop, frame)).toBe('committed');
});

test('[T2] a turn with a hole in a chain is refused', async () => {
  const { authority, shop } = await booksWithSales();
  shop.sell('o2', 1);
  const frame = shop.frame();
  const writes = await authority.decide(() => authority.takeIn(shop, frame));
  if (writes === undefined) throw new Error('the turn is empty');
  const runs = writes.runs.map((run) => ({ ...run, entries: [] }));
  await expect(authority.journal.commit({ ...writes, runs, documents: [] })).rejects.toMatchObject({
    constraint: 't2_no_holes',
  });
});

test('[T8] a document that another entry brought first is refused', async () => {
  const { pool, authority, shop } = await booksWithSales();
  shop.receive('r2', 1);
  const frame = shop.frame();
  const writes = await authority.decide(() => authority.takeIn(shop, frame));
  if (writes === undefined) throw new Error('the turn is empty');
  const documents = writes.documents.map((write) => ({ ...write, id: 'r1' }));
  await expect(authority.journal.commit({ ...writes, documents })).rejects.toMatchObject({
    constraint: 'documents_pkey',
  });
  expect(await new PgJournal(pool).position()).toBe(authority.replica.ledger.durablePosition);
});

test('migrations run once, and a changed one is refused', async () => {
  const { pool } = await freshDatabase();
  expect(await migrate(pool)).toEqual([]);
  await pool.query(`update tallystick.migrations set checksum = 'other' where number = 1`);
  await expect(migrate(pool)).rejects.toThrow('0001_books.sql is not the one that was applied');
});
