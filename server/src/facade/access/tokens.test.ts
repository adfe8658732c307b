/** Tokens that somebody else made, or made too well: none of them lets anybody in. */
import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SigningKey } from '../../access/items.ts';
import type { Principal } from '../../access/principal.ts';
import type { Scope } from '../../access/scopes.ts';
import type { Credentials, LiveCredential } from './credentials.ts';
import { RevokedTokens } from './revoked-tokens.ts';
import { SigningKeys } from './signing-keys.ts';
import { type TokenPorts, Tokens } from './tokens.ts';

const HERE = '127.0.0.1';
const DAY_MS = 86_400_000;

/** The copy of the books that a region would have. */
class Copy {
  version = 1;
  readonly live_ = new Map<string, LiveCredential>();
  readonly keys = new Map<string, SigningKey>();
  live(id: string) {
    return this.live_.get(id);
  }
  signingKey(kid: string) {
    return this.keys.get(kid);
  }
}

let folder: string;
let nowMs: number;
let copy: Copy;
let keys: SigningKeys;
let tokens: Tokens;

const isPublished = (kid: string) => copy.keys.has(kid);
const nowS = () => Math.floor(nowMs / 1_000);
const open = (name: string, more: Partial<TokenPorts> = {}) => {
  const ownKeys = SigningKeys.open(folder, name, nowMs, isPublished);
  const ports: TokenPorts = {
    keys: ownKeys,
    credentials: copy as unknown as Credentials,
    revoked: new RevokedTokens(folder),
    audience: 'tallystick',
    tokenSeconds: 600,
    issuer: () => 'https://eu.example',
    nowMs: () => nowMs,
    ...more,
  };
  return { keys: ownKeys, tokens: new Tokens(ports) };
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-tokens-'));
  nowMs = Date.UTC(2030, 0, 1);
  copy = new Copy();
  const principal: Principal = {
    credential: 'erp',
    role: 'integrator',
    client: undefined,
    scopes: new Set<Scope>(['orders:read', 'orders:write']),
    actor: 'integrator:erp',
  };
  copy.live_.set('erp', {
    principal,
    isAllowedFrom: (ip: string) => ip === HERE,
  } as unknown as LiveCredential);
  ({ keys, tokens } = open('eu'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token by hand, as an attacker makes it. */
function forged(
  header: object,
  claims: object,
  signature: (text: string) => Buffer = (text) => sign(null, Buffer.from(text), keys.current.privateKey),
): string {
  const said = { alg: 'EdDSA', typ: 'at+jwt', kid: keys.current.kid, ...header };
  const claimed = {
    iss: 'https://eu.example',
    sub: 'erp',
    client_id: 'erp',
    scope: 'orders:read',
    aud: 'tallystick',
    iat: nowS(),
    exp: nowS() + 600,
    jti: randomUUID(),
    ...claims,
  };
  const text = `${b64(said)}.${b64(claimed)}`;
  return `${text}.${signature(text).toString('base64url')}`;
}

const stranger = generateKeyPairSync('ed25519').privateKey;

describe('a token', () => {
  test('lets in whom it was given to, with what it was given, until it ends', async () => {
    const token = await tokens.issue('erp', ['orders:read']);
    expect(tokens.checkKnown(token, HERE)).toBeUndefined();
    expect(await tokens.check(token, HERE)).toMatchObject({
      actor: 'integrator:erp',
      scopes: new Set(['orders:read']),
    });
    expect(tokens.checkKnown(token, HERE)).toMatchObject({ actor: 'integrator:erp' });
    expect(tokens.checkKnown(token, '192.0.2.1')).toBe('address');
    nowMs += 600_000;
    expect(tokens.checkKnown(token, HERE)).toBe('expired');
    nowMs += 31_000;
    expect(await open('eu').tokens.check(token, HERE)).toBe('expired');
  });

  test('made by hand as ours are made would be taken: the forgeries below fail for what is wrong with them', async () => {
    expect(await tokens.check(forged({}, {}), HERE)).toMatchObject({ credential: 'erp' });
  });

  test.each<[string, () => string, string]>([
    ['that has expired', () => forged({}, { iat: nowS() - 900, exp: nowS() - 300 }), 'expired'],
    ['that is not valid yet', () => forged({}, { nbf: nowS() + 600 }), 'not_ours'],
    ['from the future', () => forged({}, { iat: nowS() + 600, exp: nowS() + 1_200 }), 'not_ours'],
    ['for another audience', () => forged({}, { aud: 'somebody-else' }), 'not_ours'],
    ['without an end', () => forged({}, { exp: undefined }), 'not_ours'],
    ['that lasts longer than ours ever do', () => forged({}, { exp: nowS() + 100_000 }), 'not_ours'],
    ['of another type', () => forged({ typ: 'JWT' }, {}), 'not_ours'],
    [
      'signed by a stranger',
      () => forged({}, {}, (text) => sign(null, Buffer.from(text), stranger)),
      'not_ours',
    ],
    ['by a key that nobody knows', () => forged({ kid: 'A'.repeat(22) }, {}), 'not_ours'],
    ['without a key id', () => forged({ kid: undefined }, {}), 'not_ours'],
    ['with alg none', () => forged({ alg: 'none' }, {}, () => Buffer.alloc(0)), 'not_ours'],
    ['under another name of our algorithm', () => forged({ alg: 'Ed25519' }, {}), 'not_ours'],
    ['with alg none and our signature', () => forged({ alg: 'none' }, {}), 'not_ours'],
    [
      'whose secret is our public key (confusion)',
      () =>
        forged({ alg: 'HS256' }, {}, (text) =>
          createHmac('sha256', Buffer.from(keys.published()[0]?.publicKey as string, 'base64'))
            .update(text)
            .digest(),
        ),
      'not_ours',
    ],
    [
      'that brings its own key along',
      () =>
        forged({ jwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43) } }, {}, (text) =>
          sign(null, Buffer.from(text), stranger),
        ),
      'not_ours',
    ],
    ['of a credential that is not there', () => forged({}, { client_id: 'ghost', sub: 'ghost' }), 'revoked'],
    ['longer than ours ever are', () => forged({}, { jti: 'x'.repeat(4_000) }), 'malformed'],
    ['that is none', () => 'a.b.c', 'not_ours'],
  ])('%s lets nobody in', async (_, make, why) => {
    const token = make();
    expect([why, 'malformed']).toContain(await tokens.check(token, HERE));
    expect(await tokens.check(token, HERE)).toBeTypeOf('string');
  });

  test('changed in one place is none any more', async () => {
    const token = await tokens.issue('erp', ['orders:read']);
    const [header = '', claims = '', signature = ''] = token.split('.');
    const wider = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
    const swapped = `${header}.${b64({ ...wider, scope: 'orders:read orders:write' })}.${signature}`;
    expect(await tokens.check(swapped, HERE)).toBe('not_ours');
  });

  test('may do no more than its credential may now, and nothing once that is gone', async () => {
    const token = await tokens.issue('erp', ['orders:read', 'orders:write']);
    expect(((await tokens.check(token, HERE)) as Principal).scopes.size).toBe(2);
    const live = copy.live_.get('erp') as LiveCredential;
    copy.live_.set('erp', {
      ...live,
      principal: { ...live.principal, scopes: new Set<Scope>(['orders:read']) },
    });
    copy.version += 1;
    expect(tokens.checkKnown(token, HERE)).toMatchObject({ scopes: new Set(['orders:read']) });
    copy.live_.delete('erp');
    copy.version += 1;
    expect(tokens.checkKnown(token, HERE)).toBe('revoked');
  });

  test('that was taken back stays so when the region is started again, and only its own credential takes it back', async () => {
    const token = await tokens.issue('erp', ['orders:read']);
    expect(await tokens.revoke(token, 'crm')).toBe(false);
    expect(await tokens.check(token, HERE)).toMatchObject({ credential: 'erp' });
    expect(await tokens.revoke(token, 'erp')).toBe(true);
    expect(tokens.checkKnown(token, HERE)).toBe('revoked');
    expect(await open('eu').tokens.check(token, HERE)).toBe('revoked');
  });
});

describe('signing keys', () => {
  test('follow each other without anybody noticing: the next signs once it is published, the last is taken until its tokens ended', async () => {
    const first = keys.current.kid;
    nowMs += 29 * DAY_MS;
    keys.renew(nowMs, isPublished);
    expect(keys.published()).toHaveLength(2);
    expect(keys.current.kid, 'nobody else knows the next one').toBe(first);
    for (const key of keys.published()) copy.keys.set(key.id, key);
    keys.renew(nowMs, isPublished);
    expect(keys.current.kid).not.toBe(first);
    const old = forged({ kid: first }, {}, (text) => {
      const again = SigningKeys.open(folder, 'eu', nowMs, (kid) => kid === first);
      return sign(null, Buffer.from(text), again.current.privateKey);
    });
    expect(await tokens.check(old, HERE)).toMatchObject({ credential: 'erp' });
    nowMs += 3 * DAY_MS;
    keys.renew(nowMs, isPublished);
    expect(keys.published()).toHaveLength(1);
    expect(await open('eu').tokens.check(old, HERE)).not.toMatchObject({ credential: 'erp' });
  });

  test('of another region are taken from the books, and not after they ended', async () => {
    const us = mkdtempSync(join(tmpdir(), 'tallystick-us-'));
    const theirs = SigningKeys.open(us, 'us', nowMs, isPublished);
    const token = await open('us', { keys: theirs }).tokens.issue('erp', ['orders:read']);
    expect(await tokens.check(token, HERE)).toBe('not_ours');
    const [key] = theirs.published() as [SigningKey];
    copy.keys.set(key.id, { ...key, expiresAtMs: nowMs });
    expect(await tokens.check(token, HERE)).toBe('not_ours');
    copy.keys.set(key.id, key);
    expect(await tokens.check(token, HERE)).toMatchObject({ credential: 'erp' });
    rmSync(us, { recursive: true, force: true });
  });

  test('of another region that are taken out of the books open nothing more, not even for tokens that were known', async () => {
    const us = mkdtempSync(join(tmpdir(), 'tallystick-us-'));
    const theirs = SigningKeys.open(us, 'us', nowMs, isPublished);
    rmSync(us, { recursive: true, force: true });
    const token = await open('us', { keys: theirs }).tokens.issue('erp', ['orders:read']);
    const [key] = theirs.published() as [SigningKey];
    copy.keys.set(key.id, key);
    expect(await tokens.check(token, HERE)).toMatchObject({ credential: 'erp' });
    const stay = tokens.stay(token, HERE);
    copy.keys.delete(key.id);
    copy.version += 1;
    expect(tokens.checkKnown(token, HERE)).toBe('not_ours');
    expect(stay()).toBe('not_ours');
  });

  test('whose file was deleted are dropped at once, also where the books still name them', async () => {
    const token = await tokens.issue('erp', ['orders:read']);
    for (const key of keys.published()) copy.keys.set(key.id, key);
    rmSync(join(folder, 'signing-keys.json'));
    expect(await open('eu').tokens.check(token, HERE)).toBe('not_ours');
  });
});

test('who stays is asked again: heard while the token lasts and its credential may, and after others pushed it out', async () => {
  const token = await tokens.issue('erp', ['orders:read']);
  await tokens.check(token, HERE);
  const stay = tokens.stay(token, HERE);
  const live = copy.live_.get('erp') as LiveCredential;
  expect(stay()).toMatchObject({ credential: 'erp', scopes: new Set(['orders:read']) });
  copy.live_.delete('erp');
  copy.version += 1;
  expect(stay()).toBe('revoked');
  copy.live_.set('erp', live);
  copy.version += 1;
  expect(stay()).toMatchObject({ credential: 'erp' });
  nowMs += 600_000;
  expect(stay()).toBe('expired');
});
