/** Partitioned tables: one table to whoever follows it, whatever becomes of its partitions. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { LogStream } from './replication/log-stream.ts';
import { doorOn, TestDoor } from './shapes.test-kit.ts';

const RUNS = `create table public.runs (id int, at int, state text, primary key (id, at)) partition by range (at);
  create table public.runs_1 partition of public.runs for values from (0) to (100);
  create table public.runs_2 partition of public.runs for values from (100) to (200) partition by list (id);
  create table public.runs_2a partition of public.runs_2 for values in (1, 2, 3);
  create table public.runs_2b partition of public.runs_2 default;
  insert into public.runs values (1, 10, 'new'), (2, 110, 'new'), (9, 110, 'new')`;

test('all of its partitions are followed as one, and rows move from one to another; a partition is followed beside it', async () => {
  const { database, door } = await doorOn(RUNS);
  const runs = door.follow({ table: 'public.runs' });
  const done = door.follow({ table: 'public.runs', where: `state = 'done'`, replica: 'full' });
  const second = door.follow({ table: 'public.runs_2' });
  const leaf = door.follow({ table: 'public.runs_2b' });
  expect(await runs.shape.rows).toHaveLength(3);
  expect(await done.shape.rows).toEqual([]);
  expect(await second.shape.rows).toHaveLength(2);
  expect(await leaf.shape.rows).toEqual([{ id: 9, at: 110, state: 'new' }]);
  await database.pool.query(`update public.runs set state = 'done' where id <> 1`);
  await done.until((rows) => rows.length === 2, 'both');
  await leaf.until(([row]) => row?.state === 'done', 'its own');
  await database.pool.query(
    `update public.runs set at = 20 where id = 9; insert into public.runs_1 values (5, 50, 'done')`,
  );
  await runs.until((rows) => rows.length === 4 && rows.some(({ id, at }) => id === 9 && at === 20), 'moved');
  await done.until((rows) => rows.length === 3, 'another, written to its partition');
  await second.until((rows) => rows.length === 1, 'one has left');
  await leaf.until((rows) => rows.length === 0, 'it was there');
  expect([runs, done, second, leaf].map(({ refetches }) => refetches)).toEqual([0, 0, 0, 0]);
  const { text } = await door.ask({ table: 'public.runs', offset: '-1' });
  expect(JSON.parse(text)[0]).toMatchObject({ headers: { relation: ['public', 'runs'] } });
});

test('one transaction over all of its partitions holds the changes up once', async () => {
  const { database, door } = await doorOn(RUNS);
  const runs = door.follow({ table: 'public.runs' });
  await runs.shape.rows;
  const held = vi.spyOn(LogStream.prototype, 'hold');
  onTestFinished(() => held.mockRestore());
  await database.pool.query(`update public.runs set state = 'done'`);
  await runs.until((rows) => rows.every(({ state }) => state === 'done'), 'all of them');
  expect([held.mock.calls.length, runs.refetches]).toEqual([1, 0]);
});

test('partitions that are made, attached, emptied and detached while it is followed', async () => {
  const { database, door } = await doorOn(`${RUNS};
    create table public.old (state text, gone int, at int not null, id int not null); alter table public.old drop column gone;
    insert into public.old values ('old', 210, 7), ('old', 220, 8)`);
  const runs = door.follow({ table: 'public.runs' });
  await runs.shape.rows;
  const { pool } = database;
  await pool.query('create table public.runs_4 partition of public.runs for values from (300) to (400)');
  await pool.query(`insert into public.runs values (1, 310, 'new')`);
  await runs.until((rows) => rows.length === 4, 'a row in a new partition');
  await pool.query(`update public.runs set state = 'done' where at = 310`);
  await runs.until((rows) => rows.some(({ at, state }) => at === 310 && state === 'done'), 'and its change');
  await pool.query('alter table public.runs attach partition public.old for values from (200) to (300)');
  await runs.until((rows) => rows.length === 6, 'the rows of one that has its columns in another order');
  await pool.query(`update public.runs set state = 'older' where id = 7`);
  await runs.until(
    (rows) => rows.some(({ id, at, state }) => id === 7 && at === 210 && state === 'older'),
    'its change',
  );
  await pool.query('truncate public.runs_1');
  await runs.until((rows) => rows.length === 5, 'one is emptied');
  await pool.query('alter table public.runs detach partition public.old');
  await runs.until((rows) => rows.length === 3, 'one is detached');
  await pool.query('drop table public.runs_4');
  await runs.until((rows) => rows.length === 2, 'one is gone');
  await pool.query('truncate public.runs');
  await runs.until((rows) => rows.length === 0, 'all is gone');
});

test('what is told of a partition is never told beside one that came or went without a word', async () => {
  const { database } = await doorOn(`${RUNS};
    create table public.late (id int not null, at int not null, state text);
    insert into public.late values (7, 210, 'late')`);
  // So rarely that only the answers themselves can notice.
  const door = await TestDoor.open({ databaseUrl: database.url, lookEveryMs: 3_600_000 });
  const runs = door.follow({ table: 'public.runs' });
  await runs.shape.rows;
  // With the first change of a partition its form is looked at anyway.
  await database.pool.query(`insert into public.runs values (2, 20, 'new')`);
  await runs.until((rows) => rows.length === 4, 'the first change');
  const wrong: number[] = [];
  runs.shape.subscribe(({ rows }) => {
    const told = rows.filter(({ at }) => Number(at) < 100).length;
    const isAttached = rows.some(({ at }) => at === 210);
    // Each transaction brings one row, and attaches or detaches.
    if (isAttached !== (told % 2 === 1)) wrong.push(told);
  });
  for (let i = 1; i <= 4; i += 1) {
    const change =
      i % 2 === 1
        ? 'attach partition public.late for values from (200) to (300)'
        : 'detach partition public.late';
    await database.pool.query(`begin; alter table public.runs ${change};
      insert into public.runs values (${100 + i}, 30, 'new'); commit`);
    await runs.until((rows) => rows.some(({ id }) => id === 100 + i), 'the transaction');
  }
  expect(wrong).toEqual([]);
});

test('without a key, and writers of a new partition are never stopped', async () => {
  const { database, door } =
    await doorOn(`create table public.logs (day int, line text) partition by range (day);
    create table public.logs_1 partition of public.logs for values from (0) to (10);
    insert into public.logs values (1, 'a')`);
  const logs = door.follow({ table: 'public.logs' });
  await logs.shape.rows;
  const { pool } = database;
  await pool.query(`begin; create table public.logs_2 partition of public.logs for values from (10) to (20);
    insert into public.logs values (11, 'b'), (12, 'c'); update public.logs set line = 'x' where day = 11; delete from public.logs where day = 12; commit`);
  await logs.until((rows) => rows.length === 2 && rows.some(({ line }) => line === 'x'), 'the new partition');
  await pool.query(`update public.logs set line = 'y'`);
  await logs.until((rows) => rows.length === 2 && rows.every(({ line }) => line === 'y'), 'both change');
});

test('a table with a partition that Postgres does not tell of is refused', async () => {
  const { door } = await doorOn(`create table public.logs (day int, line text) partition by range (day);
    create unlogged table public.logs_1 partition of public.logs for values from (0) to (10)`);
  const { status, text } = await door.ask({ table: 'public.logs', offset: '-1' });
  expect([status, JSON.parse(text).detail]).toEqual([400, expect.stringContaining('logs_1')]);
});

test('a key that its partitions need not keep is none', async () => {
  const { door } =
    await doorOn(`create table public.logs (id int not null, at int not null, line text) partition by range (at);
    create table public.logs_1 partition of public.logs for values from (0) to (10);
    alter table only public.logs add primary key (id, at);
    insert into public.logs values (1, 1, 'a'), (1, 1, 'b')`);
  expect(await door.follow({ table: 'public.logs' }).shape.rows).toHaveLength(2);
});
