/** What logs must never say: secrets, tokens, PINs and what people are called, whatever was done with them and went wrong. */
import { readAgentConfig, writeAgentFile } from '@tallystick/store-agent';
import { expect, test } from 'vitest';
import { TestFleet, TOKEN, until } from '../authority/fleet.test-kit.ts';
import { captureLog } from './captured-log.test-kit.ts';

const PERSON = {
  id: 'c-77',
  name: 'Augusta Ada Lovelace',
  email: 'ada.lovelace@example.org',
  phone: '+442079460123',
};
const PIN = '918273';

test('logs at their loudest name no secret and nobody, after all that can go right and wrong', async () => {
  const said = captureLog();
  const fleet = await TestFleet.start();
  fleet.logLevel = 'debug';
  fleet.signIn = 'required';
  await fleet.whileStopped();
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('berlin', 'store', 'eu', 'berlin');
  await fleet.stopOne('berlin');
  const { dataDir, logLevel: _, location, ...file } = readAgentConfig(`${fleet.folder}/berlin`);
  const cashiers = { ...file.settings.cashiers, signIn: 'required' as const };
  writeAgentFile(dataDir, { ...file, location: location ?? null, settings: { ...file.settings, cashiers } });
  const shop = await fleet.run('berlin');
  const token = await fleet.token('eu', 'operator');
  const url = fleet.served.get('eu')?.url as string;
  const secrets: string[] = [token, TOKEN, PIN, ...Object.values(PERSON).slice(1)];

  const send = async (path: string, init: RequestInit = {}) => {
    const headers = { authorization: `Bearer ${token}`, 'if-match': '*', ...init.headers };
    const response = await fetch(`${url}${path}`, { ...init, headers });
    return { status: response.status, text: await response.text() };
  };
  const post = (path: string, body: unknown, method = 'POST') =>
    send(path, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

  const made = await post('/v1/credentials', { id: 'leaky', name: 'Leaky', role: 'auditor' });
  const { secret } = JSON.parse(made.text) as { secret: string };
  secrets.push(secret, await fleet.tokenFor('eu', 'leaky', secret));
  const rotated = JSON.parse((await post('/v1/credentials/leaky/rotate', {})).text) as { secret: string };
  secrets.push(rotated.secret);
  const wrong = `${secret.slice(0, -3)}xyz`;
  secrets.push(wrong);
  const login = (form: Record<string, string>) =>
    fetch(`${url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
  await login({ grant_type: 'client_credentials', client_id: 'leaky', client_secret: wrong });
  await login({ grant_type: 'password', client_id: 'leaky', client_secret: rotated.secret });
  await fetch(`${url}/oauth/token`, { method: 'POST', body: JSON.stringify({ client_secret: wrong }) });

  expect((await post('/v1/customers', PERSON)).status).toBe(201);
  await post('/v1/customers', { ...PERSON, unknown: PERSON.email });
  await post('/v1/customers', { ...PERSON, id: `${PERSON.email} ` });
  await post('/v1/customers/c-77', { email: PERSON.email.toUpperCase(), name: 7 }, 'PATCH');
  await send('/v1/customers/c-77/export');
  await send('/v1/customers', {
    method: 'POST',
    body: `{"email":"${PERSON.email}"`,
    headers: { 'content-type': 'application/json' },
  });
  await send(`/v1/products?token=${token}&email=${encodeURIComponent(PERSON.email)}`);
  await send(`/v1/${token}`);
  await send('/v1/products', { headers: { authorization: `Bearer ${token}x` } });
  // The books cannot be read in the middle of it: what they were asked is in the error that is logged.
  const [{ authority }] = fleet.authorities as unknown as [(typeof fleet.authorities)[number]];
  await authority.pool.query('alter table tallystick.customers rename to customers_away');
  expect((await post('/v1/customers', { ...PERSON, id: 'c-78' })).status).toBe(503);
  expect((await post('/v1/customers/c-77', { name: PERSON.name }, 'PATCH')).status).toBe(503);
  await authority.pool.query('alter table tallystick.customers_away rename to customers');
  expect((await post('/v1/customers/c-77/erase', {})).status).toBe(200);

  expect(
    (await post('/v1/cashiers', { id: 'c-1', role: 'cashier', locations: ['berlin'], pin: PIN })).status,
  ).toBe(201);
  await until(() => shop.catalogue.body('cashier', 'c-1') !== undefined, 'the shop heard of it');
  const hash = (JSON.parse(shop.catalogue.body('cashier', 'c-1') as string) as { pinHash: string }).pinHash;
  secrets.push(hash);
  const signedIn = await fleet.post('berlin', '/v1/cashier-sessions', { cashier: 'c-1', pin: PIN });
  secrets.push(signedIn.body.token as string);
  for (let i = 0; i < 6; i += 1)
    await fleet.post('berlin', '/v1/cashier-sessions', { cashier: 'c-1', pin: `${PIN}${i}` });
  await fleet.stop();

  const text = said();
  expect(text, 'the log is not empty').toMatch(/child connected/);
  expect(text, 'and errors are in it').toMatch(/a call could not be served/);
  expect(text).toMatch(/locked after wrong PINs/);
  const lines = text.toLowerCase().split('\n');
  for (const each of secrets) {
    expect(each.length).toBeGreaterThan(5);
    expect(
      lines.filter((line) => line.includes(each.toLowerCase())),
      'a secret',
    ).toEqual([]);
  }
});
