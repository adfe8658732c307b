/** Subsets by the stock client: some rows of a shape of which only changes are followed, asked for while others write. */
import { type Row, Shape, ShapeStream, type ShapeStreamInterface } from '@electric-sql/client';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../authority/fleet.test-kit.ts';
import { freshDatabase } from '../../authority/postgres/database.test-kit.ts';
import { TestDoor } from '../shapes.test-kit.ts';

async function scene() {
  const database = await freshDatabase();
  await database.pool.query('create table public.items (id int primary key, name text, size int)');
  await database.pool.query(
    `insert into public.items select n, case when n % 2 = 0 then 'Ä' else 'b' end || n, 0 from generate_series(1, 100) n`,
  );
  const door = await TestDoor.open({ databaseUrl: database.url, lookEveryMs: 50 });
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const stream = new ShapeStream<Row>({
    url: door.url,
    params: { table: 'public.items', where: 'id <> 100' },
    log: 'changes_only',
    offset: 'now',
    signal: stop.signal,
  });
  const shape = new Shape<Row>(stream as ShapeStreamInterface<Row>);
  const ids = () => shape.currentRows.map(({ id }) => id as number).sort((a, b) => a - b);
  return { database, door, stream, shape, ids };
}

test('a page of rows, in order, inside the shape; then its changes, and new rows', async () => {
  const { database, stream, shape, ids } = await scene();
  const { data } = await stream.requestSnapshot({
    where: 'id > $1',
    params: { '1': 95 },
    orderBy: 'name desc nulls last, id',
    limit: 3,
  });
  // By code points, as comparisons are; and 100 is not in the shape.
  expect(data.map(({ value }) => value.name)).toEqual(['Ä98', 'Ä96', 'b99']);
  expect(ids()).toEqual([96, 98, 99]);
  await database.pool.query(`update public.items set size = id where id in (1, 98)`);
  await database.pool.query(`insert into public.items values (200, 'new', 0)`);
  await until(() => shape.currentRows.some(({ id }) => id === 200), 'the new row');
  expect(ids()).toEqual([96, 98, 99, 200]);
  expect(shape.currentRows.find(({ id }) => id === 98)).toMatchObject({ size: 98 });
  await stream.requestSnapshot({ where: 'id = 1', method: 'POST' });
  expect(shape.currentRows.find(({ id }) => id === 1)).toMatchObject({ size: 1 });
});

test('subsets that are asked for while others write are never behind and never double', async () => {
  const { database, stream, shape } = await scene();
  let isWriting = true;
  const write = async (first: number) => {
    while (isWriting)
      await database.pool.query(
        'with one as (update public.items set size = size + 1 where id % 10 = $1 returning 1) select count(*) from one',
        [first],
      );
  };
  const writers = [write(1), write(2)];
  for (let page = 0; page < 4; page += 1)
    await stream.requestSnapshot({ where: `id > ${page * 25} and id <= ${page * 25 + 25}` });
  isWriting = false;
  await Promise.all(writers);
  const { rows } = await database.pool.query<Row>('select * from public.items where id <> 100');
  const text = (all: readonly Row[]) =>
    all
      .map(({ id, size }) => `${id} ${size}`)
      .sort()
      .join();
  await until(() => text(shape.currentRows) === text(rows), 'all rows as they are');
});

test('a list may be as long as it is said to be', async () => {
  const { door } = await scene();
  // As many as a URL holds, and in a body as many as there may be.
  const short = `{${Array.from({ length: 3_000 }, (_, i) => i % 10)}}`;
  const asked = { table: 'public.items', where: 'id = any($1)', 'params[1]': short };
  const query = new URLSearchParams({ ...asked, log: 'changes_only', offset: 'now' });
  const { status } = await door.ask({ ...asked, offset: '-1' });
  expect(status).toBe(200);
  const list = `{${Array.from({ length: 5_000 }, (_, i) => i + 1)}}`;
  const response = await fetch(`${door.url}?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ where: 'id = any($1) and size < 1', params: { '1': list } }),
  });
  const { data } = (await response.json()) as { data: unknown[] };
  expect([response.status, data.length]).toEqual([200, 9]);
});

test('what comes with it: its moment, where its reader goes on, and no word to caches', async () => {
  const { door } = await scene();
  const shape = { table: 'public.items', log: 'changes_only' };
  const first = await door.ask({ ...shape, offset: 'now' });
  const place = {
    handle: first.headers.get('electric-handle') as string,
    offset: first.headers.get('electric-offset') as string,
  };
  const { status, headers, text } = await door.ask({ ...shape, ...place, subset__where: 'id = 7' });
  const { metadata, data } = JSON.parse(text);
  expect([status, data.map(({ value }: { value: object }) => value)]).toEqual([
    200,
    [{ id: '7', name: 'b7', size: '0' }],
  ]);
  expect(Object.fromEntries(headers)).toMatchObject({
    'electric-snapshot': 'true',
    'electric-handle': place.handle,
    'electric-offset': place.offset,
    'cache-control': 'private, no-cache',
    'electric-schema': expect.stringContaining('"id"'),
  });
  for (const name of ['xmin', 'xmax', 'database_lsn']) expect(BigInt(metadata[name])).toBeGreaterThan(0n);
  expect(metadata).toMatchObject({ xip_list: expect.any(Array), snapshot_mark: expect.any(Number) });
  // The offset of another handle: what lies between was never told here.
  const older = await door.ask({ ...shape, handle: place.handle, offset: '5_0' });
  expect(older.status).toBe(409);
});

test('a restart between two subsets: what changed meanwhile is read anew with the first of them', async () => {
  const { database, door, shape } = await scene();
  const sizeOf = (id: number) => shape.currentRows.find((row) => row.id === id)?.size;
  await shape.requestSnapshot({ where: 'id = 1' });
  expect(sizeOf(1)).toBe(0);
  await door.stop();
  await database.pool.query('update public.items set size = 9 where id = 1');
  await door.start();
  // Refused for its handle, and asked for again under the one that this told, by a reader that stands where it stood.
  await shape.requestSnapshot({ where: 'id = 2' });
  await until(() => sizeOf(1) === 9 && sizeOf(2) === 0, 'both rows as they are');
  await database.pool.query('update public.items set size = 10 where id in (1, 2)');
  await until(() => sizeOf(1) === 10 && sizeOf(2) === 10, 'what changes later');
});

test('a truncate between two subsets empties what came with the first', async () => {
  const { database, shape, ids } = await scene();
  await shape.requestSnapshot({ where: 'id = 1' });
  await database.pool.query('truncate public.items');
  await database.pool.query(`insert into public.items values (2, 'two', 2)`);
  await shape.requestSnapshot({ where: 'id = 2' });
  await until(() => ids().join() === '2', 'the new row alone');
});
