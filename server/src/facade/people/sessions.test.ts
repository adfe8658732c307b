/** Sessions of people: a role is believed for so long, and then the provider is asked again. */
import { Problem } from '@tallystick/store-agent';
import { beforeEach, expect, test } from 'vitest';
import { ANYONE, type Principal } from '../../access/principal.ts';
import { PeopleSessions, type Person } from './sessions.ts';

const MINUTE = 60_000;
let nowMs = 0;
let asked: string[] = [];
let answer: (person: Person) => Promise<Person | undefined>;

const as = (role: Principal['role']): Principal => ({ ...ANYONE, role, actor: `${role}:person-1` });
const anna = (refreshToken: string | undefined = 'first'): Person => ({
  subject: 'anna',
  principal: as('operator'),
  refreshToken,
});

function sessions() {
  const times = { sessionMinutes: 480, idleMinutes: 60, recheckMinutes: 15 };
  const recheck = (person: Person, token: string) => {
    asked.push(token);
    return answer(person);
  };
  return new PeopleSessions(times, recheck, () => nowMs);
}

beforeEach(() => {
  nowMs = 0;
  asked = [];
  answer = async (person) => ({ ...person, refreshToken: `${person.refreshToken} again` });
});

test('nobody is asked before the time; then all that come wait for one answer, and the next token is used next', async () => {
  const all = sessions();
  const cookie = all.begin(anna());
  nowMs = 15 * MINUTE - 1;
  expect(all.find(cookie)).toMatchObject({ role: 'operator' });
  nowMs += 1;
  const both = [all.find(cookie), all.find(cookie)];
  expect(await Promise.all(both)).toMatchObject([{ role: 'operator' }, { role: 'operator' }]);
  expect(asked).toEqual(['first']);
  expect(all.find(cookie), 'believed again').toMatchObject({ role: 'operator' });
  nowMs += 15 * MINUTE;
  await all.find(cookie);
  expect(asked).toEqual(['first', 'first again']);
});

test('a role that was changed is the one from then on; one that was taken away ends the session', async () => {
  const all = sessions();
  const cookie = all.begin(anna());
  answer = async (person) => ({ ...person, principal: as('auditor') });
  nowMs = 15 * MINUTE;
  expect(await all.find(cookie)).toMatchObject({ role: 'auditor' });
  answer = async () => undefined;
  nowMs = 30 * MINUTE;
  expect(await all.find(cookie)).toBeUndefined();
  expect(all.find(cookie), 'for good').toBeUndefined();
});

test('a provider that does not answer lets nobody in, and the session goes on once it does', async () => {
  const all = sessions();
  const cookie = all.begin(anna());
  const silent = new Problem('overloaded', 'The sign-in provider does not answer.');
  answer = () => Promise.reject(silent);
  nowMs = 15 * MINUTE;
  expect(await all.find(cookie)).toBe(silent);
  answer = async (person) => person;
  expect(await all.find(cookie)).toMatchObject({ role: 'operator' });
});

test('without a refresh token the session ends there, and asking does not make it longer than it was to be', async () => {
  const all = sessions();
  const short = all.begin({ ...anna(), refreshToken: undefined });
  const long = all.begin(anna());
  nowMs = 15 * MINUTE;
  expect(all.find(short)).toBeUndefined();
  for (; nowMs < 480 * MINUTE; nowMs += 15 * MINUTE)
    expect(await all.find(long), `after ${nowMs / MINUTE} min`).toMatchObject({ role: 'operator' });
  expect(await all.find(long)).toBeUndefined();
});

test('what stays open asks too, without being a use; it goes on for a minute while the provider is asked', async () => {
  const all = sessions();
  const cookie = all.begin(anna());
  answer = async (person) => ({ ...person, principal: as('auditor') });
  nowMs = 15 * MINUTE;
  expect(all.look(cookie), 'while it is asked').toMatchObject({ role: 'operator' });
  await all.find(cookie);
  expect(all.look(cookie)).toMatchObject({ role: 'auditor' });
  expect(asked).toHaveLength(1);
  answer = () => new Promise(() => undefined);
  nowMs += 16 * MINUTE;
  expect(all.look(cookie), 'no answer came').toBeUndefined();
  nowMs = 15 * MINUTE + 60 * MINUTE;
  expect(all.find(cookie), 'it was looked at, and not used').toBeUndefined();
});
