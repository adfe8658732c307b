/** Pages of elsewhere at a door where nobody signs in. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { createApp } from './app.ts';
import { refuseForeignPages } from './foreign-pages.ts';

const app = createApp(createLog('door', 'silent'), { origins: ['https://till.example'] });
let sold = 0;

beforeAll(async () => {
  refuseForeignPages(app, ['https://till.example']);
  app.post('/sell', async () => ({ sold: ++sold }));
  app.get('/look', async () => ({ sold }));
  await app.ready();
});
afterAll(() => app.close());

const ask = async (method: 'GET' | 'POST', host: string, origin?: string) => {
  const headers = { host, ...(origin === undefined ? {} : { origin }) };
  return (await app.inject({ method, url: method === 'GET' ? '/look' : '/sell', headers })).statusCode;
};

test.each([
  ['a program, which says no page', '10.0.0.7:7402', undefined],
  ['a page of this door, by address', '10.0.0.7:7402', 'http://10.0.0.7:7402'],
  ['a page of this door, by its own name for itself', 'localhost:7402', 'http://localhost:7402'],
  ['the same by IPv6', '[::1]:7402', 'http://[::1]:7402'],
  ['a page that is named', '10.0.0.7:7402', 'https://till.example'],
])('%s may sell', async (_, host, origin) => {
  expect(await ask('POST', host, origin)).toBe(200);
});

test.each([
  ['a page of elsewhere', 'localhost:7402', 'https://evil.example'],
  ['a page whose name its owner lets point here', 'evil.example:7402', 'http://evil.example:7402'],
  ['a page of another port of this machine', 'localhost:7402', 'http://localhost:3000'],
  ['a page that hides where it is from', 'localhost:7402', 'null'],
  ['nonsense', 'localhost:7402', 'localhost:7402'],
])('%s may not', async (_, host, origin) => {
  const before = sold;
  expect(await ask('POST', host, origin)).toBe(403);
  expect(sold).toBe(before);
  expect(await ask('GET', host, origin), 'reading is for the browser to guard').toBe(200);
});
