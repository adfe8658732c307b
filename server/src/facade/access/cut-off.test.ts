/** A region that has not heard of the authority for too long gives out no tokens: it cannot know who was shut out. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agent, Problem } from '@tallystick/store-agent';
import fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { ANYONE, type Principal } from '../../access/principal.ts';
import { Heard } from './heard.ts';
import { type OAuthPorts, oauthRoutes } from './oauth-routes.ts';
import { staying } from './sign-in.ts';
import type { Refused } from './tokens.ts';

const HOUR = 3_600_000;

test('how long it was silent is counted from the last word of it, over restarts, and not while the link is up', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tallystick-heard-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const parent = { state: 'up' };
  const agent = { dataDir, host: { parent }, log: {} } as unknown as Agent;
  const first = new Heard(agent);
  expect(first.silentMs(100 * HOUR)).toBe(0);
  parent.state = 'down';
  expect(first.silentMs(172 * HOUR)).toBe(72 * HOUR);
  expect(new Heard(agent).silentMs(173 * HOUR), 'started again').toBe(73 * HOUR);
  expect(new Heard(agent).silentMs(99 * HOUR), 'a clock that was set back').toBe(0);
  parent.state = 'up';
  expect(first.silentMs(173 * HOUR)).toBe(0);
});

test('cut off, no token is given out, and those that are may be taken back', async () => {
  const app = fastify();
  onTestFinished(() => app.close());
  let cutOff: string | undefined = 'cut off';
  const revoked: string[] = [];
  oauthRoutes(app, {
    login: { login: async () => ({ credential: { id: 'erp' }, principal: ANYONE }) },
    tokens: {
      issue: async () => 'a.b.c',
      revoke: async (token: string) => revoked.push(token),
    },
    tokenSeconds: 600,
    issuer: () => 'https://eu.example',
    nowMs: () => 0,
    cutOff: () => cutOff,
  } as unknown as OAuthPorts);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const ask = (url: string, payload: string) => app.inject({ method: 'POST', url, headers, payload });
  const refused = await ask('/oauth/token', 'grant_type=client_credentials');
  expect([refused.statusCode, refused.json()]).toEqual([
    503,
    { error: 'temporarily_unavailable', error_description: 'cut off' },
  ]);
  expect(refused.headers['retry-after']).toBe('60');
  expect((await ask('/oauth/revoke', 'token=a.b.c')).statusCode).toBe(200);
  expect(revoked).toEqual(['a.b.c']);
  cutOff = undefined;
  expect((await ask('/oauth/token', 'grant_type=client_credentials')).json()).toMatchObject({
    access_token: 'a.b.c',
  });
});

test('who stays is asked again: with a narrower role, without a session or a token they go', () => {
  const codeOf = (found: Principal | Refused | undefined) => {
    const said = staying('audit:read', () => found)();
    return said instanceof Problem ? said.code : said.role;
  };
  expect(codeOf(ANYONE)).toBe('operator');
  expect(codeOf({ ...ANYONE, scopes: new Set(['orders:read'] as const) })).toBe('forbidden');
  for (const gone of [undefined, 'expired', 'revoked'] as const) expect(codeOf(gone)).toBe('unauthenticated');
  expect(codeOf('address')).toBe('forbidden');
});
