/** Logins of programs: whatever is wrong costs the same, and says the same. */
import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { ANYONE } from '../../access/principal.ts';
import { ClientLogin, OAuthError } from './client-login.ts';
import type { LiveCredential } from './credentials.ts';

const NOW_MS = 1_000_000;
const secretOf = (digit: string) => `ts_${digit.repeat(10)}_${'x'.repeat(43)}`;

const ERP: LiveCredential = {
  credential: {
    id: 'erp',
    name: 'erp',
    role: 'integrator',
    client: null,
    addresses: [],
    status: 'active',
    createdAtMs: 0,
    secrets: [
      { id: '1'.repeat(10), hash: 'right', createdAtMs: 0, expiresAtMs: null },
      { id: '2'.repeat(10), hash: 'right', createdAtMs: 0, expiresAtMs: NOW_MS },
      { id: '3'.repeat(10), hash: 'right', createdAtMs: 0, expiresAtMs: NOW_MS + 1 },
      { id: '4'.repeat(10), hash: 'wrong', createdAtMs: 0, expiresAtMs: null },
    ],
  },
  principal: ANYONE,
  isAllowedFrom: (ip) => ip === '192.0.2.1',
};

async function login(id: string, secret: string, ip = '192.0.2.1') {
  let hashes = 0;
  const logins = new ClientLogin(
    { live: (asked) => (asked === 'erp' ? ERP : undefined) },
    async (_, hash) => {
      hashes += 1;
      return hash === 'right';
    },
  );
  const form = new URLSearchParams({ client_id: id, client_secret: secret });
  try {
    await logins.login({ headers: {}, ip } as FastifyRequest, form, NOW_MS);
    return { hashes, said: 'welcome' };
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return { hashes, said: `${error.status} ${error.code} ${error.message}` };
  }
}

test('a secret lets in until it ends', async () => {
  for (const right of ['1', '3']) expect((await login('erp', secretOf(right))).said).toBe('welcome');
});

test('each wrong login computes one hash and is told the same: nobody learns what is in use, not by waiting either', async () => {
  const wrong = [
    await login('erp', secretOf('4')),
    await login('erp', secretOf('2')),
    await login('erp', secretOf('9')),
    await login('erp', 'no secret of ours'),
    await login('nobody', secretOf('1')),
    await login('erp', secretOf('1'), '192.0.2.2'),
  ];
  expect(wrong[0]?.said).toMatch(/^401 invalid_client/);
  for (const one of wrong) expect(one).toEqual({ hashes: 1, said: wrong[0]?.said });
});
