/** What a browser is told to keep of somebody who signed in, and what of it is believed. */
import Fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { cookieIn, isFromOwnPage, setCookie } from './cookies.ts';

const VALUE = 'v'.repeat(43);
const SECURE = 'https://shop.example';
const PLAIN = 'http://127.0.0.1:7400';

async function said(base: string, headers: Record<string, string> = {}) {
  const app = Fastify();
  app.get('/', (request, reply) => {
    setCookie(reply, base, { name: 'session', maxAgeS: 60 }, VALUE);
    setCookie(reply, base, { name: 'state', maxAgeS: 0 }, '');
    return { value: cookieIn(request, base, 'session') ?? null, own: isFromOwnPage(request, base) };
  });
  const answer = await app.inject({ url: '/', headers });
  return { ...answer.json(), cookies: answer.headers['set-cookie'] as string[] };
}

describe('under https', () => {
  test('a cookie is bound to this host, unseen by scripts, and not sent along by other sites', async () => {
    expect((await said(SECURE)).cookies).toEqual([
      `__Host-session=${VALUE}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure`,
      '__Host-state=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure',
    ]);
  });

  test.each([
    ['of this host', `__Host-session=${VALUE}`, VALUE],
    ['among others', `a=b; __Host-session=${VALUE}; c=d`, VALUE],
    // A neighbour's host may set this one for all of its domain.
    ['without the prefix', `session=${VALUE}`, null],
    ['that stands there twice', `__Host-session=${VALUE}; __Host-session=${'w'.repeat(43)}`, null],
    ['of another length', `__Host-session=${VALUE}v`, null],
    ['of other letters', `__Host-session=${'%'.repeat(43)}`, null],
  ])('what a cookie %s says', async (_, cookie, value) => {
    expect((await said(SECURE, { cookie })).value).toBe(value);
  });
});

test('on a machine without https, where a browser would keep no such cookie, it has its plain name', async () => {
  expect((await said(PLAIN)).cookies[0]).toBe(`session=${VALUE}; Path=/; HttpOnly; SameSite=Lax; Max-Age=60`);
});

test.each([
  [{ origin: SECURE }, true],
  [{ origin: 'https://evil.example' }, false],
  [{ origin: 'null' }, false],
  [{ 'sec-fetch-site': 'same-origin' }, true],
  [{ 'sec-fetch-site': 'same-site' }, false],
  [{ origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }, false],
  [{}, false],
] as const)('who asks with %j is a page of ours: %s', async (headers, own) => {
  expect((await said(SECURE, headers)).own).toBe(own);
});
