/** People at a region's door, by a real provider: who comes in as what, and what a cookie is not good for. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readAgentConfig, type Served, serveAgent, writeAgentFile } from '@tallystick/store-agent';
import { TestRoot, until } from '@tallystick/store-agent/test-kit';
import OidcProvider from 'oidc-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { regionRoutes } from '../../region/region.ts';
import { captureLog } from '../captured-log.test-kit.ts';
import { Browser } from './browser.test-kit.ts';

let root: TestRoot;
let region: Served;
let server: Server;

const ROLES: Readonly<Record<string, string[]>> = {
  anna: ['staff', 'tally-operators'],
  bert: ['tally-auditors'],
  carl: ['staff'],
};

beforeAll(async () => {
  root = new TestRoot();
  await root.start();
  const folder = root.addReplica('eu', 'region', 'authority', root.url, null);
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { dataDir: _, logLevel: __, ...file } = readAgentConfig(folder);
  const people = {
    issuer,
    clientId: 'region-eu',
    roles: { 'tally-operators': 'operator', 'tally-auditors': 'auditor' } as const,
    roleClaim: 'roles',
    scope: 'openid',
    sessionMinutes: 480,
    idleMinutes: 60,
  };
  const auth = { ...file.settings.auth, signIn: 'required' as const, people };
  writeAgentFile(folder, { ...file, location: null, settings: { ...file.settings, auth } });
  region = await serveAgent(readAgentConfig(folder, { logLevel: 'info' }), regionRoutes);
  await until(() => region.agent.unready() === undefined, 'the region is ready');
  server.on('request', provider(issuer).callback());
});

afterAll(async () => {
  await region.stop();
  server.close();
  server.closeAllConnections();
  await root.stop();
});

/** One that asks for a name and believes it. */
function provider(issuer: string) {
  return new OidcProvider(issuer, {
    clients: [
      {
        client_id: 'region-eu',
        token_endpoint_auth_method: 'none',
        redirect_uris: [`${region.url}/auth/callback`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    claims: { openid: ['sub', 'roles'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ['test'] },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, roles: ROLES[id] ?? [] }),
    }),
    features: { devInteractions: { enabled: true } },
  });
}

test('somebody with a role signs in at the provider, and does here what the role may', async () => {
  const log = captureLog();
  const browser = new Browser(region.url);
  expect((await browser.go(`${region.url}/auth/me`)).status).toBe(401);
  expect(await browser.signIn('anna')).toBe('200 /docs');
  const me = (await (await browser.go(`${region.url}/auth/me`)).json()) as { role: string; actor: string };
  expect(me).toMatchObject({
    role: 'operator',
    actor: expect.stringMatching(/^operator:person-[0-9a-f]{20}$/),
  });
  expect(log(), 'by no other name').toMatch(`"actor":"${me.actor}","msg":"signed in"`);
  expect(log()).not.toContain('anna');
  expect((await browser.go(`${region.url}/v1/credentials`)).status).toBe(200);
  const authorization = browser.seen.find((url) => url.includes('/auth?')) as string;
  const asked = new URL(authorization).searchParams;
  expect(Object.fromEntries(asked)).toMatchObject({ code_challenge_method: 'S256', response_type: 'code' });
  expect(asked.get('state')?.length).toBe(43);
  expect(asked.get('nonce')?.length).toBe(43);

  // Another page makes this browser send its cookie along: reading is the browser's to guard, changing is ours.
  const post = (headers: Record<string, string>) =>
    browser.go(`${region.url}/v1/products`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}',
    });
  expect((await post({ origin: 'https://evil.example.com' })).status).toBe(403);
  expect((await post({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect((await post({})).status, 'who does not say where it comes from').toBe(403);
  expect((await post({ origin: region.url })).status, 'let in, and told what is missing').toBe(400);
  expect((await post({ 'sec-fetch-site': 'same-origin' })).status).toBe(400);

  const logout = (origin: string) =>
    browser.go(`${region.url}/auth/logout`, { method: 'POST', headers: { origin } });
  expect((await logout('https://evil.example.com')).status).toBe(403);
  const cookie = browser.jars.get(region.url)?.get('tallystick') as string;
  expect((await logout(region.url)).status).toBe(204);
  const stale = await fetch(`${region.url}/v1/credentials`, { headers: { cookie: `tallystick=${cookie}` } });
  expect(stale.status, 'the cookie opens nothing, whoever kept it').toBe(401);
});

test('an auditor may read and no more; an account without a role stays outside', async () => {
  const bert = new Browser(region.url);
  expect(await bert.signIn('bert')).toBe('200 /docs');
  expect((await bert.go(`${region.url}/v1/status`)).status).toBe(200);
  const change = await bert.go(`${region.url}/v1/products`, {
    method: 'POST',
    headers: { origin: region.url },
  });
  expect(change.status).toBe(403);
  const carl = new Browser(region.url);
  expect(await carl.signIn('carl')).toBe('403 /auth/callback');
  expect(carl.jars.get(region.url)?.has('tallystick')).toBe(false);
});

test('an answer opens nothing in another browser, a second time, or with another state', async () => {
  const anna = new Browser(region.url);
  const answer = await anna.signIn('anna', undefined, /\/auth\/callback/);
  const thief = new Browser(region.url);
  expect((await thief.go(answer)).status, 'who did not begin it').toBe(401);
  await thief.go(`${region.url}/auth/login`);
  expect((await thief.go(answer)).status, 'who began another').toBe(401);
  expect(thief.jars.get(region.url)?.has('tallystick')).toBe(false);
  const forged = new URL(answer);
  forged.searchParams.set('code', 'made-up');
  expect((await anna.go(forged.href)).status).toBe(401);
  expect((await anna.go(answer)).status, 'the state was used').toBe(401);
  const again = new Browser(region.url);
  const second = await again.signIn('anna', undefined, /\/auth\/callback/);
  const first = await again.go(second);
  expect(first.status).toBe(302);
  const flags = first.headers.getSetCookie().find((line) => line.startsWith('tallystick='));
  expect(flags).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Max-Age=28800$/);
  expect((await again.go(second)).status).toBe(401);
});

test('after signing in one lands here, wherever one was asked to go', async () => {
  for (const next of [
    'https://evil.example.com',
    '//evil.example.com',
    '/\\evil.example.com',
    'javascript:alert(1)',
  ]) {
    const browser = new Browser(region.url);
    expect(await browser.signIn('bert', `${region.url}/auth/login?next=${encodeURIComponent(next)}`)).toBe(
      '200 /docs',
    );
  }
});
