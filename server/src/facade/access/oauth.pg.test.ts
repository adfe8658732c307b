/** Sign-in as a stock OAuth client meets it: it is given the region's address and a credential, and nothing else. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectProblem, said } from '@tallystick/store-agent/test-kit';
import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addCredential } from '../../authority/add-credential.ts';
import type { Authority } from '../../authority/authority.ts';
import { serveCall } from '../../authority/calls/serve-call.ts';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';
import { createTestDatabase } from '../../authority/postgres/database.test-kit.ts';
import { addReplica, enrolReplica, markRetired } from '../../authority/registry.ts';
import { SigningKeys } from './signing-keys.ts';
import { Tokens } from './tokens.ts';

const LOCAL = { [oauth.allowInsecureRequests]: true };

let database: Awaited<ReturnType<typeof createTestDatabase>>;
const fleet = new TestFleet();
let url: string;
let operator: string;
let made = 0;

const books = () => fleet.authorities[0]?.authority as Authority;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const read = (token: string, path = '/v1/locations') => fetch(`${url}${path}`, { headers: bearer(token) });

async function call(token: string, method: string, path: string, body?: unknown) {
  const headers = { ...bearer(token), ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  return said(
    await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
}

/** A credential of its own for each test, known at the region. */
async function credential(more: { addresses?: string[] } = {}) {
  made += 1;
  const id = `test-${made}`;
  const { secret } = await addCredential(books(), { id, name: id, role: 'integrator', ...more });
  await until(
    () => fleet.served.get('eu')?.agent.catalogue.body('credential', id) !== undefined,
    'it is known',
  );
  return { id, secret };
}

function ask(form: Record<string, string>, headers: Record<string, string> = {}, path = '/oauth/token') {
  return fetch(`${url}${path}`, { method: 'POST', body: new URLSearchParams(form), headers });
}

const grant = ({ id, secret }: { id: string; secret: string }) => {
  return { grant_type: 'client_credentials', client_id: id, client_secret: secret };
};

beforeAll(async () => {
  database = await createTestDatabase();
  await fleet.open(database);
  fleet.signIn = 'required';
  await fleet.add('eu', 'region', 'authority', null);
  url = fleet.served.get('eu')?.url as string;
  operator = await fleet.token('eu', 'operator');
});
afterAll(async () => {
  await fleet.stop();
  await database.drop();
});

describe('a stock OAuth client', () => {
  test('gets a token, uses it and takes it back, from the metadata document alone', async () => {
    const { id, secret } = await credential();
    const issuer = new URL(url);
    const found = await oauth.discoveryRequest(issuer, { ...LOCAL, algorithm: 'oauth2' });
    const server = await oauth.processDiscoveryResponse(issuer, found);
    const client = { client_id: id };
    for (const login of [oauth.ClientSecretBasic(secret), oauth.ClientSecretPost(secret)]) {
      const response = await oauth.clientCredentialsGrantRequest(
        server,
        client,
        login,
        { scope: 'locations:read' },
        LOCAL,
      );
      const answer = await oauth.processClientCredentialsResponse(server, client, response);
      expect(answer).toMatchObject({ token_type: 'bearer', scope: 'locations:read' });
      const token = answer.access_token;
      const claims = await oauth.validateJwtAccessToken(
        server,
        new Request(`${url}/v1/locations`, { headers: bearer(token) }),
        'tallystick',
        LOCAL,
      );
      expect(claims).toMatchObject({ client_id: id, sub: id, iss: server.issuer });
      expect((await read(token)).status).toBe(200);
      const narrow = await said(await read(token, '/v1/products'));
      expectProblem(narrow, 403, 'forbidden');
      expect(narrow.headers.get('www-authenticate')).toContain(
        'error="insufficient_scope", scope="products:read"',
      );
      const revoked = await oauth.revocationRequest(server, client, login, token, LOCAL);
      await oauth.processRevocationResponse(revoked);
      const after = await said(await read(token));
      expectProblem(after, 401, 'unauthenticated');
      expect(after.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
  });
});

describe('the token endpoint', () => {
  test('answers whoever guesses alike: a wrong secret, an unknown id, a wrong place, a revoked credential', async () => {
    const right = await credential();
    const gone = await credential();
    const elsewhere = await credential({ addresses: ['192.0.2.0/24'] });
    expect((await ask(grant(gone))).status).toBe(200);
    expect((await call(operator, 'DELETE', `/v1/credentials/${gone.id}`)).status).toBe(200);
    const wrong = [
      { ...right, secret: gone.secret },
      { ...right, secret: 'short' },
      { ...right, id: 'nobody' },
      { ...right, id: '../../etc' },
      gone,
      elsewhere,
    ];
    const answers = await Promise.all(wrong.map(async (one) => (await ask(grant(one))).text()));
    expect(new Set(answers).size).toBe(1);
    expect(JSON.parse(answers[0] as string)).toMatchObject({ error: 'invalid_client' });
  });

  test('refuses what is no proper request, in the words of RFC 6749', async () => {
    const known = await credential();
    const basic = { authorization: `Basic ${Buffer.from(`${known.id}:${known.secret}`).toString('base64')}` };
    const errorOf = async (response: Response) => [
      response.status,
      ((await response.json()) as { error: string }).error,
    ];
    expect(await errorOf(await ask({ ...grant(known), grant_type: 'password' }))).toEqual([
      400,
      'unsupported_grant_type',
    ]);
    expect(await errorOf(await ask({ ...grant(known), scope: 'access:write' }))).toEqual([
      400,
      'invalid_scope',
    ]);
    expect(await errorOf(await ask({ ...grant(known), scope: 'constructor' }))).toEqual([
      400,
      'invalid_scope',
    ]);
    expect(await errorOf(await ask(grant(known), basic))).toEqual([400, 'invalid_request']);
    expect(await errorOf(await ask({ grant_type: 'client_credentials' }))).toEqual([401, 'invalid_client']);
    expect(await errorOf(await ask({ grant_type: 'x' }, { authorization: 'Basic %%%' }))).toEqual([
      400,
      'invalid_request',
    ]);
    const twice = {
      method: 'POST',
      body: 'grant_type=a&grant_type=b',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    };
    expect(await errorOf(await fetch(`${url}/oauth/token`, twice))).toEqual([400, 'invalid_request']);
    const json = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
    expect(await errorOf(await fetch(`${url}/oauth/token`, json))).toEqual([400, 'invalid_request']);
    const form = {
      method: 'POST',
      body: 'a=b',
      headers: { ...bearer(operator), 'content-type': 'application/x-www-form-urlencoded' },
    };
    expectProblem(await said(await fetch(`${url}/v1/orders`, form)), 415, 'unsupported_media_type');
  });

  test('takes both secrets while one is rotated, and the new one alone after', async () => {
    const known = await credential();
    const rotate = (overlapMinutes: number) =>
      call(operator, 'POST', `/v1/credentials/${known.id}/rotate`, { overlapMinutes });
    const second = String((await rotate(60)).body.secret);
    expect((await ask(grant(known))).status).toBe(200);
    expect((await ask(grant({ ...known, secret: second }))).status).toBe(200);
    const third = String((await rotate(60)).body.secret);
    expect((await ask(grant(known))).status, 'two at most').toBe(401);
    expect((await ask(grant({ ...known, secret: second }))).status).toBe(200);
    const rotated = await rotate(0);
    expect((await ask(grant({ ...known, secret: third }))).status, 'no overlap').toBe(401);
    expect((await ask(grant({ ...known, secret: String(rotated.body.secret) }))).status).toBe(200);
    expect((rotated.body.secrets as unknown[]).length).toBe(1);
    expect(JSON.stringify(rotated.body)).not.toContain('scrypt');
  });
});

describe('a credential', () => {
  test('that is revoked opens nothing from then on, nor one whose client is suspended', async () => {
    await fleet.addClient('initech');
    const shop = await fleet.token('eu', 'client', 'initech');
    expect((await read(shop)).status).toBe(200);
    const suspended = await fetch(`${url}/v1/clients/initech`, {
      method: 'PATCH',
      headers: { ...bearer(operator), 'if-match': '*', 'content-type': 'application/json' },
      body: JSON.stringify({ status: 'suspended' }),
    });
    expect(suspended.status).toBe(200);
    expect((await read(shop)).status).toBe(401);
    const auditor = await fleet.token('eu', 'auditor');
    expect((await read(auditor)).status).toBe(200);
    const { body } = await call(operator, 'GET', '/v1/credentials?limit=250');
    const id = (body.items as { id: string; role: string }[]).find(({ role }) => role === 'auditor')?.id;
    expect((await call(operator, 'DELETE', `/v1/credentials/${id}`)).status).toBe(200);
    expect((await read(auditor)).status).toBe(401);
  });

  test('cannot shut itself out, nor make one that may more than itself', async () => {
    const { body } = await call(operator, 'GET', '/v1/credentials?limit=250');
    const own = (body.items as { id: string; role: string }[]).find(({ role }) => role === 'operator')?.id;
    expectProblem(await call(operator, 'DELETE', `/v1/credentials/${own}`), 403, 'forbidden');
    const { id, secret } = await (async () => {
      const added = await addCredential(books(), { id: 'narrow', name: 'narrow', role: 'operator' });
      return added;
    })();
    const narrow = await fleet.tokenFor('eu', id, secret, 'access:write access:read');
    const wide = { name: 'wide', role: 'operator' };
    expectProblem(await call(narrow, 'POST', '/v1/credentials', wide), 403, 'forbidden');
    expectProblem(await call(narrow, 'POST', `/v1/credentials/${own}/rotate`), 403, 'forbidden');
  });
});

describe('while the authority is away', () => {
  test('tokens are given out, checked and taken back all the same', async () => {
    const known = await credential();
    const port = Number(new URL(fleet.authorities[0]?.url as string).port);
    await fleet.authorities[0]?.app.close();
    await books().stop();
    await until(() => fleet.served.get('eu')?.agent.host.parent?.state !== 'up', 'the link is down');
    const response = await ask(grant(known));
    expect(response.status).toBe(200);
    const { access_token: token } = (await response.json()) as { access_token: string };
    expect((await read(token)).status).toBe(200);
    expect((await ask({ ...grant(known), token }, {}, '/oauth/revoke')).status).toBe(200);
    expect((await read(token)).status).toBe(401);
    await fleet.openAuthority(0, port);
    await until(() => fleet.served.get('eu')?.agent.host.parent?.state === 'up', 'the link is up');
  });
});

describe('the catalogue’s way down', () => {
  test('hands credentials and keys to regions, and to no shop or warehouse', async () => {
    await fleet.add('depot', 'warehouse', 'eu', 'depot');
    await until(() => {
      const { agent } = fleet.served.get('depot') as { agent: { catalogue: { copy: { version: number } } } };
      return agent.catalogue.copy.version === books().catalogue.copy.version;
    }, 'its copy is whole');
    const depot = fleet.served.get('depot')?.agent.catalogue;
    const eu = fleet.served.get('eu')?.agent.catalogue;
    await until(() => eu?.bodies('signing-key', '', 1).length === 1, 'the key is published');
    expect(eu?.bodies('credential', '', 1)).toHaveLength(1);
    for (const kind of ['client', 'credential', 'signing-key'] as const)
      expect(depot?.bodies(kind, '', 1)).toEqual([]);
    expect(depot?.products('', 10).length).toBeGreaterThan(0);
  });

  test('a shop that is stolen cannot make itself a credential at the books', async () => {
    const depot = fleet.served.get('depot')?.agent;
    const before = books().catalogue.copy.version;
    const product = {
      sku: 'FREE',
      names: { en: 'Free' },
      baseUnit: 'piece',
      prices: {},
      taxRateBp: 0,
      taxIncluded: true,
    };
    const asked = [
      { call: 'product.create', product },
      { call: 'customer.get', id: 'c-1' },
      { call: 'credential.patch', id: 'test-1', patch: { status: 'revoked' }, version: null },
    ];
    for (const body of asked)
      expect(await depot?.call('authority' as never, body)).toMatchObject({ ok: false, code: 'forbidden' });
    expect(books().catalogue.copy.version).toBe(before);
  });
});

test('a region publishes and takes out its own signing keys alone', async () => {
  const keys = () => books().catalogue.bodies('signing-key', '', 9);
  await until(() => keys().length === 1, 'the key is published');
  const { publicKey } = generateKeyPairSync('ed25519');
  const key = {
    id: 'forged-forged-forged-x',
    replica: 'eu',
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    expiresAtMs: Date.now() + 60_000,
  };
  const before = keys();
  const [own] = before.map(({ body }) => JSON.parse(body) as typeof key);
  for (const [replica, one] of [
    ['eu', key],
    ['us', key],
    // Under the id of another's it would take that one's place.
    ['us', { ...key, id: own?.id, replica: 'us' }],
  ] as const) {
    const body = JSON.stringify({ call: 'signing-keys.publish', replica, keys: [one] });
    expect(await serveCall(books(), body, 'us')).toMatchObject({
      message: 'A region publishes its own keys alone.',
    });
  }
  expect(keys()).toEqual(before);
});

test('a region that was retired signs nobody in any more, whatever keys are on its disk', async () => {
  const us = { id: 'us', kind: 'region', parent: 'authority', location: null, codeTtlMs: 60_000 } as const;
  const { pool } = books();
  const device = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' });
  const added = (await addReplica(pool, us as never)) as { code: string };
  await enrolReplica(pool, { replica: 'us', parent: 'authority', publicKey: device, ...added } as never);
  await books().refreshCatalogue();
  const known = await credential();
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-us-'));
  const stolen = SigningKeys.open(folder, 'us', Date.now(), () => true);
  rmSync(folder, { recursive: true, force: true });
  const call = { call: 'signing-keys.publish', replica: 'us', keys: stolen.published() };
  expect(await serveCall(books(), JSON.stringify(call), 'us')).toMatchObject({ ok: true });
  const eu = fleet.served.get('eu')?.agent.catalogue;
  await until(() => eu?.body('signing-key', stolen.current.kid) !== undefined, 'eu knows its key');
  const rest = { audience: 'tallystick', tokenSeconds: 600, issuer: () => 'https://us', nowMs: Date.now };
  const issuer = new Tokens({ keys: stolen, ...rest } as never);
  const issue = () => issuer.issue(known.id, ['locations:read']);
  const before = await issue();
  expect((await read(before)).status, 'while it is one of us').toBe(200);
  await markRetired(pool, 'us' as never);
  await books().refreshCatalogue();
  await until(() => eu?.replica('us')?.status === 'retired', 'eu knows that it is retired');
  for (const token of [before, await issue()]) expect((await read(token)).status).toBe(401);
});

describe('guessing', () => {
  test('bounds what guessing costs: an address with many wrong secrets waits', async () => {
    // The last test of this file: from this address nobody gets a token now.
    const known = await credential();
    let status = 0;
    // More than are allowed at once, and so many that those forgiven meanwhile do not matter.
    for (let i = 0; i < 200 && status !== 429; i += 1)
      status = (await ask(grant({ ...known, secret: `no-${i}` }))).status;
    expect(status).toBe(429);
    const refused = await ask(grant(known));
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
