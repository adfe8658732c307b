/** Cashiers from the operator's word to the till: added and changed at a region, signed in at a shop. */
import { readAgentConfig, writeAgentFile } from '@tallystick/store-agent';
import { said } from '@tallystick/store-agent/test-kit';
import { expect, test } from 'vitest';
import { TestFleet, TOKEN, until } from '../../authority/fleet.test-kit.ts';

test('a cashier is added, promoted, given a new PIN and taken out by REST, and the shop does as it hears', async () => {
  const fleet = await TestFleet.start();
  fleet.signIn = 'required';
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('berlin', 'store', 'eu', 'berlin');
  await fleet.stopOne('berlin');
  const { dataDir, logLevel: _, location, ...file } = readAgentConfig(`${fleet.folder}/berlin`);
  const cashiers = { ...file.settings.cashiers, signIn: 'required' as const };
  writeAgentFile(dataDir, { ...file, location: location ?? null, settings: { ...file.settings, cashiers } });
  const shop = await fleet.run('berlin');
  const manager = await fleet.token('eu', 'manager');
  const auditor = await fleet.token('eu', 'auditor');

  const rest = async (method: string, path: string, body?: unknown, token = manager) =>
    said(
      await fetch(`${fleet.served.get('eu')?.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'if-match': '*',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  /** The shop is asked with a new PIN once it has heard of it: a PIN that is tried too early is a wrong one. */
  const heard = async (change: () => Promise<void>, what: string) => {
    const before = shop.catalogue.versionOf('cashier', 'c-1');
    await change();
    await until(() => shop.catalogue.versionOf('cashier', 'c-1') > before, what);
  };
  const signIn = (pin: string) => fleet.post('berlin', '/v1/cashier-sessions', { cashier: 'c-1', pin });

  const made = await rest('POST', '/v1/cashiers', { id: 'c-1', role: 'cashier', locations: ['berlin'] });
  expect(made).toMatchObject({ status: 201, body: { pin: expect.stringMatching(/^\d{6}$/) } });
  await until(() => shop.catalogue.body('cashier', 'c-1') !== undefined, 'the shop heard of it');
  expect((await signIn(made.body.pin as string)).body).toMatchObject({ role: 'cashier' });
  const nowhere = await rest('POST', '/v1/cashiers', { id: 'c-2', role: 'cashier', locations: ['atlantis'] });
  expect(nowhere).toMatchObject({ status: 404, body: { code: 'unknown_location' } });

  await heard(async () => {
    expect((await rest('PATCH', '/v1/cashiers/c-1', { role: 'manager' })).status).toBe(200);
  }, 'promoted');
  expect((await signIn(made.body.pin as string)).body).toMatchObject({ role: 'manager' });
  await heard(async () => {
    const fresh = await rest('POST', '/v1/cashiers/c-1/pin', { pin: '74185' });
    expect(fresh.body).toMatchObject({ id: 'c-1', pin: '74185' });
  }, 'the new PIN is known');
  expect((await signIn('74185')).status).toBe(201);

  for (const path of ['/v1/cashiers', '/v1/cashiers/c-1', '/v1/audit?limit=250']) {
    const { status, body } = await rest('GET', path, undefined, auditor);
    expect(status).toBe(200);
    expect(JSON.stringify(body), path).not.toMatch(/scrypt|74185|"pin"/);
  }
  const trail = await rest('GET', '/v1/audit?kind=cashier&order=asc', undefined, auditor);
  const entries = trail.body.items as { action: string; actor: string; what: { fields: string[] } }[];
  expect(entries.map(({ action, what }) => `${action} ${what.fields}`)).toEqual([
    'created id,locations,pinHash,role',
    'changed role',
    'changed pinHash',
  ]);
  expect(entries[0]?.actor).toMatch(/^manager:/);

  const [{ url }] = fleet.authorities as unknown as [{ url: string }];
  const books = async (method: string, path: string, body?: unknown) =>
    said(
      await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${TOKEN}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  let pin = '';
  await heard(async () => {
    pin = (await books('POST', '/v1/cashiers/c-1/pin', {})).body.pin as string;
  }, 'from the operator’s door too');
  expect((await signIn(pin)).status).toBe(201);
  expect((await books('DELETE', '/v1/cashiers/c-1')).status).toBe(200);
  expect((await books('DELETE', '/v1/cashiers/c-1')).status).toBe(404);
  await until(() => shop.catalogue.body('cashier', 'c-1') === undefined, 'the shop heard that they left');
  expect((await signIn(pin)).status).toBe(401);
});
