/** A provider that does what it should not: answers twice with one code, and with somebody else when it is asked again. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PeopleSettings, Provider } from './provider.ts';

let server: Server;
let issuer: string;
let provider: Provider;
/** What the next id token says, beside what each must. */
let said: Record<string, unknown> = {};

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const idToken = () =>
    new SignJWT({ roles: ['ops'], ...said })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(issuer)
      .setAudience('region-eu')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey);
  server = createServer(async (request, response) => {
    const answers: Record<string, unknown> = {
      '/.well-known/openid-configuration': {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
      },
      '/jwks': { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' }] },
      '/token': { access_token: 'a', token_type: 'Bearer', refresh_token: 'r', id_token: await idToken() },
    };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answers[request.url ?? '']));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = {
    issuer,
    clientId: 'region-eu',
    roles: { ops: 'operator' },
    roleClaim: 'roles',
    scope: 'openid',
  };
  provider = new Provider(
    '.',
    settings as unknown as PeopleSettings,
    () => 'https://eu.example/auth/callback',
  );
});

afterAll(() => void server.close());

const signIn = async () => {
  const { url, state } = await provider.begin('/docs', 0);
  said = { sub: 'anna', nonce: new URL(url).searchParams.get('nonce') };
  return { query: new URLSearchParams({ code: 'c', state }).toString(), state };
};

test('a sign-in that was begun once is finished once, and within ten minutes', async () => {
  const { query, state } = await signIn();
  expect((await provider.finish(query, state, 599_999)).person).toMatchObject({ subject: 'anna' });
  await expect(provider.finish(query, state, 599_999)).rejects.toThrow('was not begun here');
  const late = await signIn();
  await expect(provider.finish(late.query, late.state, 600_000)).rejects.toThrow('too long ago');
});

test('whoever the provider names when it is asked again is somebody else unless it is the same subject', async () => {
  const { query, state } = await signIn();
  const { person } = await provider.finish(query, state, 0);
  said = { sub: 'anna' };
  expect(await provider.recheck(person, 'r')).toMatchObject({ subject: 'anna' });
  said = { sub: 'mallory' };
  expect(await provider.recheck(person, 'r')).toBeUndefined();
});
