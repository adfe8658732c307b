/** Who may call what: every operation of the document, by every role, asked at a real door. */
import { readAgentConfig, type Served, serveAgent, writeAgentFile } from '@tallystick/store-agent';
import { TestRoot, until } from '@tallystick/store-agent/test-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Client, Credential } from '../../access/items.ts';
import { ROLE_NAMES, ROLES, type Role, type Scope } from '../../access/scopes.ts';
import { makeSecret } from '../../access/secret.ts';
import { regionRoutes } from '../../region/region.ts';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

interface Declared {
  readonly operationId: string;
  readonly security?: readonly { readonly oauth2?: readonly Scope[] }[];
}

let root: TestRoot;
let region: Served;
let operations: { name: string; method: string; path: string; declared: Declared }[];
const tokens = new Map<Role, string>();

beforeAll(async () => {
  root = new TestRoot();
  await root.start();
  const folder = root.addReplica('eu', 'region', 'authority', root.url, null);
  const { dataDir: _, logLevel: __, ...file } = readAgentConfig(folder);
  const auth = { ...file.settings.auth, signIn: 'required' as const };
  writeAgentFile(folder, { ...file, location: null, settings: { ...file.settings, auth } });
  root.put('client', 'acme', { id: 'acme', name: 'Acme', status: 'active' } satisfies Client);
  const secrets = new Map<Role, string>();
  for (const role of ROLE_NAMES) {
    const { text, ...secret } = await makeSecret();
    secrets.set(role, text);
    root.put('credential', role, {
      id: role,
      name: role,
      role,
      client: role === 'client' ? 'acme' : null,
      addresses: [],
      status: 'active',
      createdAtMs: 0,
      secrets: [{ ...secret, createdAtMs: 0, expiresAtMs: null }],
    } satisfies Credential);
  }
  region = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }), regionRoutes);
  await until(() => region.agent.unready() === undefined, 'the region is ready');
  await until(
    () => region.agent.catalogue.bodies('credential', '', 100).length === ROLE_NAMES.length,
    'its copy is whole',
  );
  await until(() => region.agent.host.parent?.state === 'up', 'the link is up');
  for (const [role, secret] of secrets) {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: role,
      client_secret: secret,
    });
    const response = await fetch(`${region.url}/oauth/token`, { method: 'POST', body });
    tokens.set(role, ((await response.json()) as { access_token: string }).access_token);
  }
  const document = (await (await fetch(`${region.url}/v1/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Declared>>;
  };
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const declared = item[method];
      return declared === undefined ? [] : [{ name: declared.operationId, method, path, declared }];
    }),
  );
});

afterAll(async () => {
  await region.stop();
  await root.stop();
});

/** With nothing that a call needs: whoever may call it is told what is missing, and nothing happens. */
async function status(method: string, path: string, token: string | undefined): Promise<number> {
  const url = `${region.url}${path.replace(/\{\w+\}/g, 'nothing')}`;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return (await fetch(url, { method: method.toUpperCase(), headers })).status;
}

describe('every operation of the document', () => {
  test('says which scope it needs', () => {
    expect(operations.length).toBeGreaterThan(30);
    const silent = operations.filter(({ declared }) => declared.security === undefined);
    expect(silent.map(({ name }) => name)).toEqual([]);
    const open = operations.filter(({ declared }) => declared.security?.[0]?.oauth2 === undefined);
    expect(open.map(({ name }) => name).sort(), 'whoever opens another to all says so here').toEqual([
      'createCart',
    ]);
  });

  test('lets in the roles that have its scope, and nobody else', async () => {
    const wrong: string[] = [];
    let allowed = 0;
    for (const { name, method, path, declared } of operations) {
      const scope = declared.security?.[0]?.oauth2?.[0];
      for (const role of [undefined, ...ROLE_NAMES]) {
        const mayCall =
          scope === undefined || (role !== undefined && (ROLES[role] as readonly Scope[]).includes(scope));
        const said = await status(method, path, role && tokens.get(role));
        const want = mayCall ? 'neither 401 nor 403' : role === undefined ? '401' : '403';
        // There is no authority here, so nobody has heard of the feed: that is no word on who may read it.
        const isLet = said === 503 && name === 'listEvents';
        if (mayCall ? said === 401 || said === 403 || (said >= 502 && !isLet) : String(said) !== want)
          wrong.push(`${name} by ${role ?? 'nobody'}: ${said}, not ${want}`);
        if (mayCall) allowed += 1;
      }
    }
    expect(wrong).toEqual([]);
    expect(allowed).toBeGreaterThan(operations.length);
  });

  test('who shows something that is no token is told that it is none, and who shows nothing is asked for one', async () => {
    const challenged = async (authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization };
      const response = await fetch(`${region.url}/v1/orders`, { headers });
      expect(response.status, authorization).toBe(401);
      return response.headers.get('www-authenticate');
    };
    for (const none of [undefined, 'Basic ZXJwOng=', 'Bearers x'])
      expect(await challenged(none), none).toBe('Bearer realm="tallystick"');
    for (const bad of ['Bearer', 'Bearer x', 'bearer a.b', 'Bearer a.b.c', 'Bearer a.b.c d', 'Bearer ä.b.c'])
      expect(await challenged(Buffer.from(bad).toString('latin1')), bad).toContain('error="invalid_token"');
  });

  test('is not got round: other spellings of a path, HEAD, and what is no operation', async () => {
    for (const path of [
      '/v1/orders',
      '/v1/orders/',
      '/V1/orders',
      '/v1//orders',
      '/v1/orders?x=1',
      '/v1/%6frders',
      '/v1/status',
      '/v1/journal',
      '/v1/stock/LAMP',
    ]) {
      expect([401, 404], path).toContain(await status('get', path, undefined));
      if (!/^\/V1|\/\//.test(path)) expect([401, 404], path).toContain(await status('head', path, undefined));
    }
    expect(await status('get', '/v1/journal', tokens.get('client'))).toBe(403);
    expect(await status('get', '/v1/journal', tokens.get('auditor'))).toBe(200);
    expect(await status('get', '/v1/status', tokens.get('manager'))).toBe(200);
    for (const open of ['/healthz', '/readyz', '/metrics', '/v1/openapi.json', '/docs', '/oauth/jwks.json'])
      expect(await status('get', open, undefined), open).toBe(200);
  });
});
