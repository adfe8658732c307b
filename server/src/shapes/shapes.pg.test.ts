/** Shapes by the stock client, `@electric-sql/client`, unmodified. */
import { expect, test } from 'vitest';
import { freshDatabase, type TestDatabase } from '../authority/postgres/database.test-kit.ts';
import { OPERATOR, TestDoor } from './shapes.test-kit.ts';

async function doorWithItems(rows = 3): Promise<{ database: TestDatabase; door: TestDoor }> {
  const database = await freshDatabase();
  await database.pool.query(
    'create table public.items (id int primary key, name text, size int, at timestamptz)',
  );
  await database.pool.query(
    `insert into public.items select n, 'item ' || n, n % 10, '2026-01-01' from generate_series(1, $1) n`,
    [rows],
  );
  return { database, door: await TestDoor.open({ databaseUrl: database.url, lookEveryMs: 50 }) };
}

const ITEMS = { table: 'public.items' };

test('what is there comes first, then each change as it is committed', async () => {
  const { database, door } = await doorWithItems();
  const items = door.follow(ITEMS);
  expect(await items.shape.rows).toHaveLength(3);
  await database.pool.query(`insert into public.items values (4, 'new', 4, null)`);
  await items.until((rows) => rows.some(({ id }) => id === 4), 'the new row');
  await database.pool.query(`update public.items set name = 'changed' where id = 2`);
  await items.until((rows) => rows.some(({ name }) => name === 'changed'), 'the changed row');
  await database.pool.query('delete from public.items where id = 1');
  const rows = await items.until((all) => all.length === 3, 'the deleted row is gone');
  expect(rows.map(({ id, name, size }) => [id, name, size]).sort()).toEqual([
    [2, 'changed', 2],
    [3, 'item 3', 3],
    [4, 'new', 4],
  ]);
  await database.pool.query('update public.items set id = 40 where id = 4');
  await items.until(
    (all) => all.some(({ id }) => id === 40) && !all.some(({ id }) => id === 4),
    'another key',
  );
  expect(items.errors).toEqual([]);
  expect(items.refetches).toBe(0);
});

test('rows move in and out of a where; columns that are not asked for do not come', async () => {
  const { database, door } = await doorWithItems(20);
  const small = door.follow({
    ...ITEMS,
    where: `size < $1 and name like 'item%'`,
    params: ['3'],
    columns: ['id', 'size'],
  });
  const ids = (rows: readonly { id?: unknown }[]) => rows.map(({ id }) => id as number).sort((a, b) => a - b);
  expect(ids(await small.shape.rows)).toEqual([1, 2, 10, 11, 12, 20]);
  await database.pool.query('update public.items set size = 9 where id = 1');
  await database.pool.query('update public.items set size = 0 where id = 5');
  await database.pool.query(`update public.items set name = 'other' where id = 2`);
  await small.until((rows) => ids(rows).join() === '5,10,11,12,20', 'in and out');
  for (const row of small.shape.currentRows) expect(Object.keys(row).sort()).toEqual(['id', 'size']);
});

test('with replica=full an update brings the whole row and what it was', async () => {
  const { database, door } = await doorWithItems(1);
  const full = door.follow({ ...ITEMS, replica: 'full' });
  await full.shape.rows;
  const seen: unknown[] = [];
  full.stream.subscribe((messages) => {
    for (const message of messages)
      if ('value' in message && message.headers.operation !== 'insert') seen.push(message);
  });
  await database.pool.query(`update public.items set size = 7`);
  await database.pool.query(`delete from public.items`);
  await full.until((rows) => rows.length === 0, 'gone');
  expect(seen).toMatchObject([
    { value: { id: 1, name: 'item 1', size: 7 }, old_value: { size: 1 }, headers: { operation: 'update' } },
    { value: { id: 1, name: 'item 1', size: 7 }, headers: { operation: 'delete' } },
  ]);
  expect(Object.keys((seen[0] as { old_value: object }).old_value)).toEqual(['size']);
});

test('snapshots taken while others write have no gap and no repeat', async () => {
  const { database, door } = await doorWithItems(0);
  let isWriting = true;
  let next = 1;
  const writer = async () => {
    while (isWriting) {
      const [a, b] = [next, next + 1];
      next += 2;
      const client = await database.pool.connect();
      await client.query('begin');
      await client.query('insert into public.items values ($1), ($2)', [a, b]);
      await client.query('update public.items set size = coalesce(size, 0) + 1 where id % 7 = $1 % 7', [a]);
      await client.query('commit').catch(() => {});
      client.release();
    }
  };
  const writers = [writer()];
  const followed = [];
  for (let i = 0; i < 8; i += 1) {
    const items = door.follow({ ...ITEMS, where: `id <> ${-i - 1}` });
    let inserted = 0;
    items.stream.subscribe((messages) => {
      const keys = messages.flatMap((one) =>
        'key' in one && one.headers.operation === 'insert' ? [one.key] : [],
      );
      inserted += keys.length;
    });
    await items.shape.rows;
    followed.push({ items, inserted: () => inserted });
  }
  isWriting = false;
  await Promise.all(writers);
  const { rows } = await database.pool.query<{ id: number; size: number | null }>(
    'select id, size from public.items',
  );
  const sum = (all: readonly { size?: unknown }[]) =>
    all.reduce((total, { size }) => total + Number(size ?? 0), 0);
  for (const { items, inserted } of followed) {
    await items.until(
      (all) => all.length === rows.length && sum(all) === sum(rows),
      'all rows, each as it is',
    );
    expect(inserted()).toBe(rows.length);
  }
});

test('all of it again after a truncate, a new column, a table written anew, and a restart of the server', async () => {
  const { database, door } = await doorWithItems();
  const items = door.follow(ITEMS);
  await items.shape.rows;
  await database.pool.query('truncate public.items');
  await items.until((rows) => rows.length === 0, 'empty after the truncate');
  await database.pool.query(`insert into public.items (id, name) values (1, 'one')`);
  await items.until((rows) => rows.length === 1, 'one again');
  await database.pool.query(`alter table public.items add column colour text default 'red'`);
  await items.until((rows) => rows[0]?.colour === 'red', 'the new column, with no row written');
  await database.pool.query('alter table public.items alter column size type text using size::text || id');
  await database.pool.query(`insert into public.items (id, size) values (2, 'large')`);
  await items.until((rows) => rows.some(({ size }) => size === 'large'), 'another type');
  const before = items.refetches;
  expect(before).toBeGreaterThanOrEqual(3);
  await door.stop();
  await database.pool.query(`insert into public.items (id, size) values (3, 'meanwhile')`);
  await door.start();
  await items.until((rows) => rows.some(({ size }) => size === 'meanwhile'), 'what came while it was down');
  expect(items.refetches).toBeGreaterThan(before);
  expect(items.errors).toEqual([]);
});

test('a table whose rows are all written anew under the same columns is never mixed with what it was', async () => {
  const { database } = await doorWithItems();
  // Nobody looks but for the change that comes after.
  const door = await TestDoor.open({ databaseUrl: database.url, lookEveryMs: 3_600_000 });
  const items = door.follow(ITEMS);
  await items.shape.rows;
  for (let id = 10; id < 22; id += 1) {
    const [anew, insert] = [
      `alter table public.items alter column name type text using name || '!'`,
      `insert into public.items (id, name) values (${id}, 'new')`,
    ];
    // In one transaction, which is told a moment before anybody else sees it; or one after the other.
    for (const sql of id % 2 === 0 ? [`begin; ${anew}; ${insert}; commit`] : [anew, insert])
      await database.pool.query(sql);
    const rows = await items.until((all) => all.some((row) => row.id === id), 'the row after it');
    const { rows: wanted } = await database.pool.query('select name from public.items');
    expect(rows.map(({ name }) => name).sort()).toEqual(wanted.map(({ name }) => name).sort());
  }
});

test('a broken replication connection is opened again, and readers start anew', async () => {
  const { database, door } = await doorWithItems();
  const items = door.follow(ITEMS);
  await items.shape.rows;
  await database.pool.query(
    `select pg_terminate_backend(active_pid) from pg_replication_slots where database = current_database()`,
  );
  await database.pool.query(`insert into public.items (id) values (9)`);
  await items.until((rows) => rows.length === 4, 'the row after it broke');
});

test('server-sent events bring the same', async () => {
  const { database, door } = await doorWithItems();
  const items = door.follow(ITEMS, { liveSse: true });
  let changes = 0;
  items.stream.subscribe((messages) => {
    changes += messages.filter((one) => 'value' in one).length;
  });
  await items.shape.rows;
  for (let id = 10; id < 30; id += 1)
    await database.pool.query('insert into public.items (id) values ($1), ($1 + 100)', [id]);
  await items.until((rows) => rows.length === 43, 'all of them');
  expect(changes).toBe(43);
});

test('who is behind what is kept starts anew; who is not goes on', async () => {
  const { database } = await doorWithItems(0);
  const door = await TestDoor.open({ databaseUrl: database.url, logBytesMax: 20_000 });
  const first = await door.ask({ ...ITEMS, offset: '-1' });
  const behind = { offset: '0_inf', handle: first.headers.get('electric-handle') as string };
  const items = door.follow(ITEMS);
  await items.shape.rows;
  for (let i = 0; i < 40; i += 1)
    await database.pool.query(
      `insert into public.items select n, repeat('x', 100) from generate_series($1::int * 10, $1::int * 10 + 9) n`,
      [i],
    );
  await items.until((rows) => rows.length === 400, 'all rows');
  const refused = await door.ask({ ...ITEMS, ...behind });
  expect(refused.status).toBe(409);
  expect(JSON.parse(refused.text)).toEqual([{ headers: { control: 'must-refetch' } }]);
  expect(refused.headers.get('electric-handle')).not.toBe(behind.handle);
  const later = door.follow({ ...ITEMS });
  expect((await later.shape.rows).length).toBe(400);
});

test('where the changes of all shapes take up too much, those go who are far behind in a busy one; all others go on', async () => {
  const { database } = await doorWithItems(12);
  const door = await TestDoor.open({ databaseUrl: database.url, logBytesMax: 100_000, logsBytesMax: 60_000 });
  const follow = (id: number) => door.follow({ ...ITEMS, where: `id = ${id}` });
  const quiet = [1, 2, 3].map(follow);
  const busy = [11, 12].map(follow);
  for (const items of [...quiet, ...busy]) await items.shape.rows;
  const behind = await door.ask({ ...ITEMS, where: 'id = 11', offset: '-1' });
  const write = (size: number, ids: string) =>
    database.pool.query(`update public.items set size = $1 where id in (${ids})`, [size]);
  for (let size = 101; size <= 300; size += 1) {
    if (size % 100 === 1) await write(size, '1, 2, 3');
    await write(size, '11, 12');
    // Who is at the tip is told of each.
    if (size % 20 === 0)
      for (const items of busy) await items.until((rows) => rows[0]?.size === size, 'the busy ones');
  }
  for (const items of quiet) await items.until((rows) => rows[0]?.size === 201, 'the quiet ones');
  expect([...quiet, ...busy].map(({ refetches }) => refetches)).toEqual([0, 0, 0, 0, 0]);
  const handle = behind.headers.get('electric-handle') as string;
  const refused = await door.ask({ ...ITEMS, where: 'id = 11', offset: '0_inf', handle });
  expect(refused.status).toBe(409);
});

test('one caller makes so many shapes and no more; others make theirs, and those that are there are for all', async () => {
  const { database } = await doorWithItems();
  const door = await TestDoor.open({ databaseUrl: database.url, shapesPerCallerMax: 2 });
  const ask = (caller: string, where: string, more = {}) => {
    door.asker = { ...OPERATOR, caller };
    return door.ask({ ...ITEMS, offset: '-1', where, ...more });
  };
  for (const where of ['id > 0', 'id > 1']) expect((await ask('one', where)).status).toBe(200);
  const refused = await ask('one', 'id > 2');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
  expect(JSON.parse(refused.text)).toMatchObject({
    code: 'rate_limited',
    detail: expect.stringContaining('2 shapes'),
  });
  expect((await ask('one', 'id > 0')).status).toBe(200);
  expect((await ask('two', 'id > 2')).status).toBe(200);
  // Another's is there already.
  expect((await ask('one', 'id > 2')).status).toBe(200);
  // Nor does a handle of nothing make one.
  expect((await ask('one', 'id > 3', { offset: '0_inf', handle: 'none' })).status).toBe(429);
});
