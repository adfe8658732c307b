/** PINs at a till in a browser: guessing waits, also over a reload, and whoever was taken out is out. */
import { scryptSync } from 'node:crypto';
import { Cashiers, tillDatabase } from '@tallystick/client-sdk/test-kit';
import { IDBFactory } from 'fake-indexeddb';
import { expect, test } from 'vitest';

const MINUTE_MS = 60_000;

/** As cheap as a hash can be: what it costs is none of these tests' business. */
function hashOf(pin: string): string {
  const salt = Buffer.alloc(16, 7);
  const hash = scryptSync(pin, salt, 32, { N: 2, r: 8, p: 1 });
  return ['scrypt', 1, 8, 1, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

async function desk() {
  const people = new Map([
    ['anna', { id: 'anna', role: 'cashier' as const, locations: ['berlin'], pinHash: hashOf('280193') }],
    ['eve', { id: 'eve', role: 'manager' as const, locations: ['hamburg'], pinHash: hashOf('471108') }],
  ]);
  const database = await tillDatabase(new IDBFactory() as never, 'kasse');
  const open = () =>
    new Cashiers({ cashier: (id: string) => people.get(id) } as never, 'berlin', () => database);
  return { people, open };
}

test('a PIN opens, a wrong one does not, nor one of another place; too many make even the right one wait', async () => {
  const { open } = await desk();
  const cashiers = open();
  await cashiers.signIn('anna', '280193', () => 0);
  expect(cashiers.current?.id).toBe('anna');
  await expect(cashiers.check('eve', '471108', () => 0)).rejects.toMatchObject({ code: 'unauthenticated' });
  const guesses = Array.from({ length: 8 }, () =>
    cashiers.check('anna', '000000', () => 0).catch(({ code }) => code),
  );
  const codes = await Promise.all(guesses);
  expect(codes).toEqual([...Array(5).fill('unauthenticated'), ...Array(3).fill('rate_limited')]);
  const reloaded = open();
  const locked = reloaded.check('anna', '280193', () => 1);
  await expect(locked).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: MINUTE_MS - 1 });
  await reloaded.signIn('anna', '280193', () => MINUTE_MS);
  expect(reloaded.current?.role).toBe('cashier');
  // It begins anew after the right one.
  await expect(reloaded.check('anna', '000000', () => MINUTE_MS)).rejects.toMatchObject({
    code: 'unauthenticated',
  });
  await reloaded.check('anna', '280193', () => MINUTE_MS);
});

test('a new PIN, and being taken out, end what the old one opened', async () => {
  const { people, open } = await desk();
  const cashiers = open();
  const anna = people.get('anna');
  if (anna === undefined) throw new Error('no anna');
  await cashiers.signIn('anna', '280193', () => 0);
  people.set('anna', { ...anna, pinHash: hashOf('930128') });
  expect(cashiers.current).toBeUndefined();
  await cashiers.signIn('anna', '930128', () => 0);
  people.delete('anna');
  expect(cashiers.current).toBeUndefined();
});
