/** Tables as Postgres has them: parents and children, types that change, and locks that others hold. */
import type { Row } from '@electric-sql/client';
import { expect, onTestFinished, test } from 'vitest';
import { doorOn } from './shapes.test-kit.ts';

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

test('a column that is dropped and made anew under its name is another', async () => {
  const { database, door } = await doorOn(`create table public.items (id int primary key, n int, note text);
    insert into public.items values (1, 0, 'old'), (2, 0, 'old')`);
  const items = door.follow({ table: 'public.items' });
  await items.shape.rows;
  await database.pool.query('alter table public.items drop column note, add column note text');
  await database.pool.query('update public.items set n = 1 where id = 1');
  const isSo = (rows: readonly Row[]) =>
    rows.some(({ n }) => n === 1) && rows.every(({ note }) => note === null);
  expect(await items.until(isSo, 'the change, and no old notes')).toHaveLength(2);
});

test('a table whose key holds only at the end of a statement is refused, and let go of where it becomes one', async () => {
  const { database, door } = await doorOn(`create table public.items (id int primary key, n int);
    create table public.lines (id int primary key deferrable)`);
  const { status, text } = await door.ask({ table: 'public.lines', offset: '-1' });
  expect([status, JSON.parse(text).detail]).toEqual([400, expect.stringContaining('deferrable')]);
  const items = door.follow({ table: 'public.items' });
  await items.shape.rows;
  await database.pool.query(
    'alter table public.items drop constraint items_pkey, add primary key (id) deferrable',
  );
  await expect.poll(() => items.errors.map(String)).toEqual([expect.stringContaining('deferrable')]);
});

test('a table that somebody reads for long is not asked for again at once, and is followed when it is free', async () => {
  const { database, door } = await doorOn('create table public.items (id int primary key, n int)');
  const reader = await database.pool.connect();
  onTestFinished(() => reader.release());
  await reader.query('begin; select from public.items');
  const refused = await Promise.all(
    [1, 2, 3].map((n) => door.ask({ table: 'public.items', where: `n > ${n}`, offset: '-1' })),
  );
  for (const { status, headers, text } of refused) {
    expect([status, headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^[12]$/)]);
    expect(JSON.parse(text)).toMatchObject({ detail: expect.stringContaining('locked by others') });
  }
  await database.pool.query('insert into public.items values (1, 1)');
  const items = door.follow({ table: 'public.items' });
  await reader.query('rollback');
  await items.until((rows) => rows.length === 1, 'the table is free');
});

test('a table that is locked keeps no other from being followed', async () => {
  const { database, door } = await doorOn(`create table public.a (id int primary key, n int);
    create table public.b (id int primary key, n int); insert into public.b values (1, 1)`);
  await door.follow({ table: 'public.a' }).shape.rows;
  const b = door.follow({ table: 'public.b' });
  await b.shape.rows;
  const locker = await database.pool.connect();
  onTestFinished(() => locker.release());
  await locker.query('begin; lock table public.a in access exclusive mode');
  const asked = [1, 2, 3, 4, 5].map((n) => door.ask({ table: 'public.a', where: `n > ${n}`, offset: '-1' }));
  // After it the table is looked at before its next change is told.
  await database.pool.query('analyze public.b');
  await database.pool.query('update public.b set n = 2');
  await b.until((rows) => rows[0]?.n === 2, 'the change');
  const answers = await Promise.all(asked);
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503]);
  expect((await door.ask({ table: 'public.b', where: 'n > 0', offset: '-1' })).status).toBe(200);
  expect(b.refetches).toBe(0);
  await locker.query('rollback');
});
