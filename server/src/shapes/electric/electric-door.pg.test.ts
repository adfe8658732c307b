/**
 * In front of an Electric service: who may ask for what. In its place stands our own door for operators, which speaks
 * the same protocol; that Electric itself answers like that is not tested here.
 */
import { request as ask, createServer, type IncomingMessage } from 'node:http';
import { createApp, createLog } from '@tallystick/store-agent';
import { expect, onTestFinished, test } from 'vitest';
import { ALL_SCOPES } from '../../access/scopes.ts';
import { freshDatabase } from '../../authority/postgres/database.test-kit.ts';
import type { ShapeAsker } from '../door/asker.ts';
import { Followed, TestDoor } from '../shapes.test-kit.ts';
import { electricDoor } from './electric-door.ts';

async function scene() {
  const database = await freshDatabase();
  const electric = await TestDoor.open({ databaseUrl: database.url, lookEveryMs: 50 });
  const heard: IncomingMessage[] = [];
  const front = createServer((request, response) => {
    heard.push(request);
    const { search } = new URL(request.url ?? '', electric.url);
    const passed = ask(`${electric.url}${search}`, (answer) => {
      const control = String(answer.headers['cache-control']).replace('private', 'public');
      response.writeHead(answer.statusCode ?? 500, { ...answer.headers, 'cache-control': control, vary: '' });
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    passed.end();
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const { port } = front.address() as { port: number };
  const close = () => {
    front.closeAllConnections();
    front.close();
  };
  onTestFinished(close);
  const log = createLog('electric', 'silent');
  const app = createApp(log);
  let asker: ShapeAsker = { client: undefined, scopes: new Set(ALL_SCOPES) };
  const electricUrl = `http://127.0.0.1:${port}/v1/shape?secret=s3`;
  electricDoor(app, { electricUrl, databaseUrl: database.url, log }, () => asker);
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/v1/shape`;
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  return {
    database,
    url,
    close,
    as: (other: ShapeAsker) => {
      asker = other;
    },
    asked: () => new URL(heard.at(-1)?.url ?? '', url).searchParams,
    heard,
    ask: async (query: Record<string, string>) => {
      const response = await fetch(`${url}?${new URLSearchParams({ offset: '-1', ...query })}`, {
        headers: { authorization: 'Bearer caller' },
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
  };
}

const CLIENT: ShapeAsker = {
  client: 'acme',
  scopes: new Set(['shapes:read', 'orders:read', 'products:read']),
};

test('the stock client reads levels through it, from the table itself', async () => {
  const { database, url } = await scene();
  const set = (pool: string, n: number) =>
    database.pool.query(
      'insert into tallystick.stock_levels (pool, on_hand, available, is_low, short) values ($1, $2, $2, false, 0) ' +
        'on conflict (pool) do update set on_hand = excluded.on_hand, available = excluded.available',
      [pool, n],
    );
  await set('MUG@berlin', 10);
  await set('MUG@rome', 10);
  const levels = new Followed({
    url,
    params: { table: 'levels', where: `pool like $1 and on_hand > 0`, params: ['%@berlin'] },
  });
  expect(await levels.shape.rows).toMatchObject([{ pool: 'MUG@berlin', available: 10n }]);
  await set('MUG@berlin', 7);
  await levels.until((rows) => rows[0]?.available === 7n, 'the change');
  expect(levels.errors).toEqual([]);
});

test('table, columns and whose rows are settled before Electric is asked; no token goes there', async () => {
  const { as, ask: askIt, asked, heard } = await scene();
  as(CLIENT);
  const answer = await askIt({ table: 'orders', where: `channel = 'web' or true`, expired_handle: 'x' });
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(asked())).toEqual({
    secret: 's3',
    table: '"tallystick"."orders"',
    columns: '"order_id","channel","client_id","customer_id","priority","placed_at","settled_at"',
    where: '(("channel" = $1) or ($2)) AND ("client_id" = $3)',
    'params[1]': 'web',
    'params[2]': 'true',
    'params[3]': 'acme',
    offset: '-1',
    expired_handle: 'x',
  });
  expect(heard.at(-1)?.headers).not.toHaveProperty('authorization');
  // What is one caller's own is kept by no cache for others, whatever Electric says.
  expect(answer.headers.get('cache-control')).toBe('private, max-age=604800, stale-while-revalidate=2629746');
  expect(answer.headers.get('vary')).toBe('authorization, cookie');

  // The catalogue holds credentials' hashes as well: its kind is not the caller's to choose. (Our own door shows nobody
  // that table, so what it answers here says nothing.)
  await askIt({ table: 'products', where: `kind = 'credential'` });
  expect(asked().get('where')).toBe(`("kind" = $1) AND (("kind" = $2) and (not ("body" is null)))`);
  expect([asked().get('params[2]'), asked().get('columns')]).toEqual([
    'product',
    '"kind","id","version","body"',
  ]);

  const before = heard.length;
  for (const query of [
    { table: 'tallystick.catalogue' },
    { table: 'orders', where: `true) or (true` },
    { table: 'orders', where: `note = 'x'` },
    { table: 'orders', where: `channel = 'a' -- ` },
    { table: 'orders', columns: 'order_id,payments' },
    { table: 'levels' },
  ]) {
    const { status, text } = await askIt(query);
    expect({ query, status: status === 403 ? 400 : status, text }).toMatchObject({ query, status: 400 });
  }
  expect(heard).toHaveLength(before);
});

test('where Electric is away, that is said, and readers try again', async () => {
  const { ask: askIt, close } = await scene();
  close();
  const { status, text } = await askIt({ table: 'replicas' });
  expect([status, JSON.parse(text).code]).toEqual([503, 'authority_unreachable']);
});
