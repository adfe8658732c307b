/** The protocol word by word, all types of Postgres, rows of any size, and a cache that serves two from one answer. */
import { createServer, type Server } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { type Asked, doorOn, Followed, type TestDoor } from './shapes.test-kit.ts';

const ITEMS = `create table public.items (id int primary key, name varchar(20));
  insert into public.items values (1, 'one'), (2, null)`;

test('each step has the headers that clients and caches are built on', async () => {
  const { database, door } = await doorOn(ITEMS);
  const table = { table: 'public.items' };
  const first = await door.ask({ ...table, offset: '-1' });
  expect(first.status).toBe(200);
  const handle = first.headers.get('electric-handle') as string;
  expect(JSON.parse(first.text)).toEqual([
    {
      key: '"public"."items"/"1"',
      value: { id: '1', name: 'one' },
      headers: { operation: 'insert', relation: ['public', 'items'] },
    },
    {
      key: '"public"."items"/"2"',
      value: { id: '2', name: null },
      headers: { operation: 'insert', relation: ['public', 'items'] },
    },
  ]);
  expect(Object.fromEntries(first.headers)).toMatchObject({
    'electric-offset': '0_inf',
    'cache-control': 'private, max-age=604800, stale-while-revalidate=2629746',
    vary: 'authorization, cookie',
    etag: `"${handle}:-1:0_inf"`,
    'electric-schema':
      '{"id":{"type":"int4","not_null":true,"pk_index":0},"name":{"type":"varchar","max_length":20}}',
  });
  expect(first.headers.has('electric-up-to-date')).toBe(false);
  const again = await door.ask({ ...table, offset: '-1' }, { 'if-none-match': `"${handle}:-1:0_inf"` });
  expect([again.status, again.text]).toEqual([304, '']);

  const second = await door.ask({ ...table, offset: '0_inf', handle });
  expect(JSON.parse(second.text)).toMatchObject([{ headers: { control: 'up-to-date' } }]);
  expect(Object.fromEntries(second.headers)).toMatchObject({
    'electric-offset': '0_inf',
    'electric-up-to-date': '',
    'electric-has-data': 'false',
    'cache-control': 'private, max-age=60, stale-while-revalidate=300',
  });
  const live = news(door, { ...table, offset: '0_inf', handle, live: 'true', cursor: '7' });
  await database.pool.query(
    `update public.items set name = 'eins' where id = 1; insert into public.items values (3, 'x')`,
  );
  const third = await live;
  const [update, insert, end] = JSON.parse(third.text);
  expect(update).toMatchObject({
    key: '"public"."items"/"1"',
    value: { id: '1', name: 'eins' },
    headers: { operation: 'update', op_position: 0 },
  });
  expect(insert).toMatchObject({
    value: { id: '3', name: 'x' },
    headers: { operation: 'insert', op_position: 1, last: true },
  });
  expect(end).toMatchObject({ headers: { control: 'up-to-date' } });
  expect(third.headers.get('electric-offset')).toBe(`${insert.headers.lsn}_1`);
  expect(Number(third.headers.get('electric-cursor')) % 20).toBe(0);
  expect(third.headers.get('cache-control')).toBe('private, max-age=5, stale-while-revalidate=5');
  expect(third.headers.has('electric-schema')).toBe(false);
  // Held as long as this door holds, then without news; and never twice with one tag.
  const quiet = await door.ask({ ...table, offset: `${insert.headers.lsn}_1`, handle, live: 'true' });
  expect(JSON.parse(quiet.text)).toHaveLength(1);
  expect(quiet.headers.get('etag')).toMatch(
    new RegExp(`^"${handle}:${insert.headers.lsn}_1:${insert.headers.lsn}_1:\\d+"$`),
  );

  const now = await door.ask({ ...table, offset: 'now' });
  expect([now.headers.get('electric-offset'), now.headers.has('electric-up-to-date')]).toEqual([
    `${insert.headers.lsn}_1`,
    true,
  ]);
  expect(now.headers.get('cache-control')).toBe('private, max-age=60, stale-while-revalidate=300');
  const unknown = await door.ask({ ...table, offset: '0_inf', handle: 'never-made' });
  expect(unknown.status).toBe(409);
  expect(unknown.headers.get('electric-handle')).toBe(handle);
  expect(unknown.headers.get('cache-control')).toBe('private, max-age=60, must-revalidate');
  const changes = await door.ask({ ...table, offset: '-1', log: 'changes_only' });
  expect([changes.text, changes.headers.get('electric-offset')]).toEqual(['[]', '0_inf']);
});

test('refusals have what a page and a cache need as well, and an offset that was never given has the words of the protocol', async () => {
  const { door } = await doorOn(ITEMS);
  const table = 'public.items';
  const { headers } = await door.ask({ table, offset: '-1' });
  const handle = headers.get('electric-handle') as string;
  for (const offset of ['0_5', '18446744073709551615_0']) {
    const { status, text } = await door.ask({ table, offset, handle });
    expect([status, JSON.parse(text)]).toEqual([
      400,
      { message: 'Invalid request', errors: { offset: ['out of bounds for this shape'] } },
    ]);
  }
  const refusals: [number, Record<string, string>][] = [
    [400, { table, offset: '0_5', handle }],
    [400, { table, offset: 'x' }],
    [400, { table: 'public.nothing', offset: '-1' }],
    [409, { table, offset: '0_inf', handle: 'another' }],
    [409, { table, offset: '0_inf', handle: 'another', live: 'true', live_sse: 'true' }],
  ];
  for (const [status, query] of refusals) {
    const refused = await door.ask(query);
    expect(refused.status).toBe(status);
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
    expect(refused.headers.get('access-control-expose-headers')).toMatch(/electric-handle.*retry-after/);
    const isKept = status === 409;
    expect(refused.headers.get('cache-control')).toBe(
      isKept ? 'private, max-age=60, must-revalidate' : 'no-store',
    );
    expect(refused.headers.get('surrogate-control')).toBe(isKept ? null : 'no-store');
  }
});

test('other methods: a HEAD is kept by nobody, a POST reads a subset, and a DELETE is refused', async () => {
  const { door } = await doorOn(ITEMS);
  const url = (query: Record<string, string>) =>
    `${door.url}?${new URLSearchParams({ table: 'public.items', ...query })}`;
  const head = await fetch(url({ offset: '-1' }), { method: 'HEAD' });
  expect([head.status, await head.text(), head.headers.get('cache-control')]).toEqual([
    200,
    '',
    'private, no-cache',
  ]);
  expect(head.headers.get('electric-offset')).toBe('0_inf');
  const post = (body: object) =>
    fetch(url({ offset: 'now', log: 'changes_only' }), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  for (const body of [
    { where: 'id = $1', params: { '1': 2 } },
    { subset: { where: 'id > $1', params: '{"1":"1"}', order_by: 'id', limit: 1, offset: 0 } },
  ]) {
    const answer = await post(body);
    const { data } = (await answer.json()) as { data: { value: object }[] };
    expect([answer.status, answer.headers.get('cache-control'), data.map(({ value }) => value)]).toEqual([
      200,
      'private, no-cache',
      [{ id: '2', name: null }],
    ]);
  }
  expect((await post({ limit: 1 })).status).toBe(400);
  for (const method of ['DELETE', 'PUT', 'PATCH']) {
    const refused = await fetch(url({}), { method });
    expect([method, refused.status, refused.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD, POST']);
  }
});

test('what cannot be answered is refused with 400, and says why', async () => {
  const { door } = await doorOn(ITEMS);
  const table = 'public.items';
  const { headers } = await door.ask({ table, offset: '-1' });
  const handle = headers.get('electric-handle') as string;
  const bad: Record<string, string>[] = [
    { table },
    { offset: '-1' },
    { table, offset: 'x' },
    { table, offset: '-1', live: 'true' },
    { table, offset: '0_inf' },
    { table, offset: '0_inf', handle, live_sse: 'true' },
    { table, offset: '-1', where: 'id = ' },
    { table, offset: '-1', where: 'id = $1' },
    { table, offset: '-1', where: `id = 'x'` },
    { table, offset: '-1', where: 'id = $1', params: '{' },
    { table, offset: '-1', columns: 'name' },
    { table, offset: '-1', columns: 'id,nothing' },
    { table, offset: '-1', replica: 'half' },
    { table, offset: '-1', subset__where: 'id = ' },
    { table, offset: '-1', subset__where: 'id = $1', subset__params: '[1]' },
    { table, offset: '-1', subset__limit: '5' },
    { table, offset: '-1', subset__limit: 'x', subset__order_by: 'id' },
    { table, offset: '-1', subset__order_by: 'nothing' },
    { table, offset: '-1', subset__order_by: 'id desc nulls' },
    { table, offset: '-1', subset__order_by: 'id; drop table public.items' },
    { table, offset: '0_inf', handle, live: 'true', subset__where: 'id = 1' },
    { table: 'public.nothing', offset: '-1' },
    { table: 'pg_catalog.pg_authid', offset: '-1' },
  ];
  for (const query of bad) {
    const { status, text } = await door.ask(query);
    expect({ query, status, text }).toEqual({
      query,
      status: 400,
      text: expect.stringContaining('"errors":[{"pointer":"/'),
    });
  }
  for (const params of [{ params: '["1"]' }, { params: '{"1":"1"}' }, { 'params[1]': '1' }]) {
    const { status, text } = await door.ask({
      table,
      offset: '-1',
      where: 'id = $1',
      ...(params as Record<string, string>),
    });
    expect([status, (JSON.parse(text) as unknown[]).length]).toEqual([200, 1]);
  }
});

test('all types come as Postgres writes them, the same from the snapshot and from the log', async () => {
  const { database, door } = await doorOn(`
    create type public.mood as enum ('sad', 'happy');
    create domain public.small as int check (value < 100);
    create table public.every (id int primary key, b bool, bs bool[], c char(5), n name, f4 float4, f8 float8, num numeric(8,3),
      i8 int8, ip inet, net cidr, iv interval, j json, jb jsonb, by bytea, m public.mood, d public.small, a text[], aa int[][],
      ts timestamp, tz timestamptz, dt date, t time, tt timetz, u uuid, r int4range, x xml, p point, bits bit(3), "odd ""name" text)`);
  const row = `true, '{t,f,null}', 'ab', 'nm', 0.1, 'NaN', 1.5, 9007199254740993, '10.0.0.1', '10.0.0.0/8', '1 day 2 hours',
    '{"a": 1}', '{"b": [1.10]}', '\\xdeadbeef', 'happy', 7, '{"a,b","c\\"d",NULL}', '{{1,2},{3,4}}', '2026-01-01 10:00:00.5',
    '2026-01-01 10:00:00+02', '0044-03-15 BC', '10:00', '10:00+02', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '[1,5)', '<a/>', '(1,2)', '101', 'it''s "/" 🦊'`;
  await database.pool.query(
    `insert into public.every values (1, ${row}), (3, ${'null,'.repeat(29).slice(0, -1)})`,
  );
  const first = await door.ask({ table: 'public.every', offset: '-1' });
  const handle = first.headers.get('electric-handle') as string;
  await database.pool.query(`insert into public.every values (2, ${row})`);
  const live = await news(door, { table: 'public.every', offset: '0_inf', handle, live: 'true' });
  const [one, three] = JSON.parse(first.text) as { value: Record<string, string> }[];
  const [two] = JSON.parse(live.text) as { value: Record<string, string> }[];
  expect({ ...two?.value, id: '1' }).toEqual(one?.value);
  expect(one?.value).toMatchObject({
    b: 'true',
    c: 'ab   ',
    ip: '10.0.0.1',
    f8: 'NaN',
    num: '1.500',
    tz: '2026-01-01 08:00:00+00',
    iv: 'P1DT2H',
    by: '\\xdeadbeef',
  });
  expect(Object.values(three?.value ?? {}).filter((value) => value !== null)).toEqual(['3']);
  // Enums and char(n) can be asked for, in the snapshot and after it.
  const happy = { table: 'public.every', where: `m = any ('{happy}') and c in ('ab', 'x')`, columns: 'id' };
  const some = await door.ask({ ...happy, offset: '-1' });
  expect((JSON.parse(some.text) as { value: object }[]).map(({ value }) => value)).toEqual([
    { id: '1' },
    { id: '2' },
  ]);
  await database.pool.query(`insert into public.every (id, m, c) values (4, 'sad', 'ab'), (5, 'happy', 'x')`);
  const handles = { offset: '0_inf', handle: some.headers.get('electric-handle') as string };
  const later = JSON.parse((await news(door, { ...happy, ...handles, live: 'true' })).text);
  expect(later[0]).toMatchObject({ value: { id: '5' }, headers: { op_position: 0, last: true } });
  const schema = JSON.parse(first.headers.get('electric-schema') as string);
  expect(schema).toMatchObject({
    bs: { type: 'bool', dims: 1 },
    aa: { type: 'int4', dims: 2 },
    num: { precision: 8, scale: 3 },
    c: { length: 5 },
    d: { type: 'int4' },
  });
});

test('rows far larger than a piece come whole, in the snapshot and after it; a large value that did not change stays', async () => {
  const { database, door } = await doorOn(`create table public.large (id int primary key, body text, n int);
    insert into public.large select i, string_agg(md5(i::text || k), ''), 0 from generate_series(1, 3) i, generate_series(1, 70000) k group by i`);
  const all = door.follow({ table: 'public.large', where: `body like '%' and n >= 0` });
  const lengths = () => all.shape.currentRows.map(({ body }) => String(body).length);
  await all.shape.rows;
  expect(lengths()).toEqual([2_240_000, 2_240_000, 2_240_000]);
  await database.pool.query('update public.large set n = n + 1');
  await all.until((rows) => rows.every(({ n }) => n === 1), 'the small column');
  await database.pool.query(`insert into public.large select 4, repeat('x', 3000000), 1`);
  await all.until((rows) => rows.length === 4, 'the large row');
  expect(lengths().sort()).toEqual([2_240_000, 2_240_000, 2_240_000, 3_000_000]);
  expect(all.errors).toEqual([]);
});

test('a cache in front serves two clients from one answer, and both are right through a must-refetch', async () => {
  const { database, door } = await doorOn(`
    insert into tallystick.catalogue select 'location', 'l' || i, i, jsonb_build_object('name', 'place ' || i, 'kind', 'store', 'keeper', 'l' || i,
      'timeZone', 'UTC', 'currency', 'EUR') from generate_series(1, 50) i`);
  const cache = await CachingProxy.open(door);
  const clients = [1, 2, 3].map(() => new Followed({ url: cache.url, params: { table: 'locations' } }));
  // What each has whenever it is told that it is up to date: never half of a transaction, and never an older one.
  const seen = clients.map(({ shape }) => {
    const states: string[] = [];
    shape.subscribe(({ rows }) => {
      if (!shape.isUpToDate) return;
      const names = new Set(rows.map(({ name }) => String(name)));
      states.push(`${rows.length} ${[...names].filter((name) => !name.startsWith('place')).join()}`);
    });
    return states;
  });
  for (const client of clients) expect(await client.shape.rows).toHaveLength(50);
  const rename = (name: string) =>
    database.pool.query(
      `update tallystick.catalogue set body = body || jsonb_build_object('name', $1::text) where id in ('l1', 'l2')`,
      [name],
    );
  const names = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth'];
  for (const [i, name] of names.entries()) {
    await rename(name);
    if (i % 2 === 1)
      for (const client of clients) await client.until((rows) => rows.some((row) => row.name === name), name);
  }
  await database.pool.query('truncate tallystick.catalogue');
  for (const client of clients) await client.until((rows) => rows.length === 0, 'nothing after the truncate');
  const order = ['50 ', ...names.map((name) => `50 ${name}`), '0 '];
  for (const states of seen) {
    const places = states.map((state) => order.indexOf(state));
    expect({ states, places }).toEqual({ states, places: places.toSorted((a, b) => a - b) });
    expect(places).not.toContain(-1);
    // The first, and each that it was waited for.
    expect(new Set(places).size).toBeGreaterThan(names.length / 2);
  }
  expect(cache.served).toBeGreaterThan(cache.asked);
  expect(clients.flatMap(({ errors }) => errors)).toEqual([]);
});

/** Asked again where the door held the question as long as it may, and had nothing to say yet. */
async function news(door: TestDoor, query: Record<string, string>): Promise<Asked> {
  for (;;) {
    const answer = await door.ask(query);
    if ((JSON.parse(answer.text) as unknown[]).length > 1) return answer;
  }
}

/** What a CDN does: one question upstream for all who ask the same, kept for as long as the answer allows. */
class CachingProxy {
  readonly #door: TestDoor;
  readonly #server: Server;
  readonly #kept = new Map<string, { answer: ReturnType<TestDoor['ask']>; untilMs: number }>();
  asked = 0;
  served = 0;

  static async open(door: TestDoor): Promise<CachingProxy> {
    const proxy = new CachingProxy(door);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      proxy.#server.closeAllConnections();
      proxy.#server.close();
    });
    return proxy;
  }

  constructor(door: TestDoor) {
    this.#door = door;
    this.#server = createServer((request, response) => {
      void this.#answer(request.url ?? '').then(
        ({ status, headers, text }) => {
          this.served += 1;
          response.writeHead(
            status,
            Object.fromEntries([...headers].filter(([name]) => name !== 'content-length')),
          );
          response.end(text);
        },
        () => response.destroy(),
      );
    });
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v1/shape`;
  }

  #answer(target: string): ReturnType<TestDoor['ask']> {
    const kept = this.#kept.get(target);
    if (kept !== undefined && kept.untilMs > performance.now()) return kept.answer;
    this.asked += 1;
    const answer = this.#door.ask(Object.fromEntries(new URL(target, 'http://cache').searchParams));
    const entry = { answer, untilMs: Number.POSITIVE_INFINITY };
    this.#kept.set(target, entry);
    const note = ({ headers }: Asked) => {
      const control = headers.get('cache-control') ?? '';
      const seconds = /s-maxage=(\d+)/.exec(control)?.[1] ?? /max-age=(\d+)/.exec(control)?.[1] ?? '0';
      entry.untilMs = /^public/.test(control) ? performance.now() + Number(seconds) * 1_000 : 0;
    };
    // A question that nobody answered is asked again.
    answer.then(note, () => this.#kept.delete(target));
    return answer;
  }
}
