/** People of `tallystick up`: the provider that it brings, by the code that regions sign people in with. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '@tallystick/store-agent';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser } from '../../../facade/people/browser.test-kit.ts';
import { Provider } from '../../../facade/people/provider.ts';
import { clientIdOf, type FleetPeople, fleetPeople, PEOPLE } from './people.ts';
import { signInProvider } from './provider.ts';

const REGION = 'http://127.0.0.1:9';
let folder: string;
let people: FleetPeople;
let server: Server;
let region: Provider;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tallystick-people-'));
  people = await fleetPeople(folder);
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const inside = signInProvider(issuer, [{ id: 'eu', url: REGION }], people);
  server.on('request', (request, response) => inside.emit('request', request, response));
  const times = { sessionMinutes: 480, idleMinutes: 60, recheckMinutes: 15 };
  const roles = Object.fromEntries(PEOPLE.map((name) => [name, name]));
  const settings = {
    issuer,
    clientId: clientIdOf('eu'),
    scope: 'openid',
    roleClaim: 'roles',
    roles,
    ...times,
  };
  region = new Provider(folder, settings, () => `${REGION}/auth/callback`);
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

/** @returns who comes back from the provider, or what it said instead */
async function signIn(name: string, password: string) {
  const { url, state } = await region.begin('/docs', Date.now());
  const to = await new Browser(REGION).signIn(name, url, /\/auth\/callback/, password);
  if (!to.startsWith(REGION)) return to;
  return (await region.finish(new URL(to).search.slice(1), state, Date.now())).person;
}

const passwordOf = (name: string) => people.people.find((one) => one.name === name)?.password as string;

test('people and passwords are made once, and only their owner can read them', async () => {
  expect(await fleetPeople(folder)).toEqual(people);
  expect(statSync(join(folder, 'people.json')).mode & 0o077).toBe(0);
  expect(new Set(people.people.map(({ password }) => password)).size).toBe(PEOPLE.length);
});

test('each signs in as what they are; a wrong password, or a name that nobody has, opens nothing', async () => {
  for (const name of PEOPLE)
    expect(await signIn(name, passwordOf(name))).toMatchObject({ subject: name, principal: { role: name } });
  expect(await signIn('auditor', passwordOf('operator'))).toBe('401 /interaction');
  expect(await signIn('somebody', '')).toBe('401 /interaction');
});

test('who is not among them any more is not confirmed again', async () => {
  const person = await signIn('manager', passwordOf('manager'));
  if (typeof person === 'string') throw new Error(person);
  const again = await region.recheck(person, person.refreshToken as string);
  expect(again).toMatchObject({ subject: 'manager', principal: { role: 'manager' } });
  const was = people.people.splice(1, 1);
  expect(await region.recheck(person, again?.refreshToken as string)).toBeUndefined();
  people.people.push(...was);
  expect(await region.recheck(person, 'made-up')).toBeUndefined();
});

test('wrong passwords are counted, whoever they are said of', async () => {
  const answers: unknown[] = [];
  for (let i = 0; i < 25; i += 1) answers.push(await signIn('operator', `wrong ${i}`));
  expect(answers).toContain('429 /interaction');
});

test('a provider that is gone is no refusal', async () => {
  server.close();
  server.closeAllConnections();
  const person = { subject: 'manager', principal: undefined as never, refreshToken: 'any' };
  await expect(region.recheck(person, 'any')).rejects.toThrow(Problem);
});
