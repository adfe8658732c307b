/** Generated columns: those that Postgres tells of come as any other; what it does not tell of is refused, and no writer is stopped by it. */
import { expect, test } from 'vitest';
import { doorOn } from './shapes.test-kit.ts';

test('a stored generated column is followed, and asked for, as any other', async () => {
  const { database, door } = await doorOn(`create table public.lines (
      id int primary key, price int, quantity int, total int generated always as (price * quantity) stored);
    insert into public.lines values (1, 5, 2), (2, 7, 3)`);
  const lines = door.follow({ table: 'public.lines' });
  const large = door.follow({ table: 'public.lines', where: 'total > 15', columns: ['id', 'total'] });
  expect(await lines.shape.rows).toEqual([
    { id: 1, price: 5, quantity: 2, total: 10 },
    { id: 2, price: 7, quantity: 3, total: 21 },
  ]);
  expect(await large.shape.rows).toEqual([{ id: 2, total: 21 }]);
  await database.pool.query('update public.lines set quantity = 4 where id = 1');
  await large.until((rows) => rows.some(({ total }) => total === 20), 'the new total');
  await database.pool.query('delete from public.lines where id = 2');
  await large.until((rows) => rows.length === 1, 'the deleted row');
  expect([lines.refetches, large.refetches]).toEqual([0, 0]);
});

test('a publication of before is made to tell of them', async () => {
  const { database, door } = await doorOn(`create publication tallystick_shapes;
    create table public.lines (id int primary key, n int, twice int generated always as (2 * n) stored);
    alter table public.lines replica identity full; alter publication tallystick_shapes add table public.lines;
    insert into public.lines values (1, 1)`);
  const lines = door.follow({ table: 'public.lines' });
  expect(await lines.shape.rows).toEqual([{ id: 1, n: 1, twice: 2 }]);
  await database.pool.query('update public.lines set n = 2');
  await lines.until((rows) => rows[0]?.twice === 4, 'the change');
});

test('a table with a virtual column is refused, and written as before; also where it gets one while it is followed', async () => {
  const { database, door } =
    await doorOn(`create table public.lines (id int primary key, n int, twice int generated always as (2 * n) virtual);
    create table public.items (id int primary key, n int);
    insert into public.lines values (1, 1); insert into public.items values (1, 1)`);
  for (const columns of [{}, { columns: 'id,n' }]) {
    const refused = await door.ask({ table: 'public.lines', offset: '-1', ...columns });
    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.text)).toMatchObject({ detail: expect.stringContaining('twice') });
  }
  await database.pool.query('update public.lines set n = 2');
  const items = door.follow({ table: 'public.items' });
  await items.shape.rows;
  await database.pool.query('alter table public.items add twice int generated always as (2 * n) virtual');
  await expect.poll(() => items.errors.map(String)).toEqual([expect.stringContaining('twice')]);
  await database.pool.query('update public.items set n = 2');
});
