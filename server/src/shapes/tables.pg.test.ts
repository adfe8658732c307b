/** Tables as Postgres has them: parents and children, types that change, and locks that others hold. */
import { expect, test } from 'vitest';
import { freshDatabase, type TestDatabase } from '../authority/postgres/database.test-kit.ts';
import { TestDoor } from './shapes.test-kit.ts';

async function doorOn(sql: string): Promise<{ database: TestDatabase; door: TestDoor }> {
  const database = await freshDatabase();
  await database.pool.query(sql);
  return { database, door: await TestDoor.open({ databaseUrl: database.url, lookEveryMs: 50 }) };
}

test('a parent is followed without its children, whose rows are written as before', async () => {
  const { database, door } = await doorOn(`create table public.parent (id int primary key, n int);
    create table public.child () inherits (public.parent);
    insert into public.parent values (1, 0); insert into public.child values (2, 0)`);
  const parent = door.follow({ table: 'public.parent' });
  expect(await parent.shape.rows).toEqual([{ id: 1, n: 0 }]);
  await database.pool.query('update public.parent set n = 1');
  await database.pool.query('delete from public.child');
  expect(await parent.until((rows) => rows[0]?.n === 1, 'the change')).toEqual([{ id: 1, n: 1 }]);
});

test('a label that gets another name is read anew, also in a list', async () => {
  const { database, door } = await doorOn(`create type public.mood as enum ('sad', 'happy');
    create table public.days (id int primary key, moods public.mood[]);
    insert into public.days values (1, '{sad,happy}')`);
  const days = door.follow({ table: 'public.days' });
  await days.shape.rows;
  await database.pool.query(`alter type public.mood rename value 'sad' to 'glum'`);
  await days.until(([row]) => String(row?.moods).includes('glum'), 'the new name');
});
