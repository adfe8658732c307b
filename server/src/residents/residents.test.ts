/** Residents: each business client sees its own people alone, and learns of nobody else’s. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@tallystick/store-agent';
import { expect, onTestFinished, test } from 'vitest';
import { Vault } from '../authority/vault.ts';
import { ResidentFile } from './resident-file.ts';
import { Residents } from './residents.ts';

test('somebody of another client is nobody: read, changed, erased or registered again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-residents-'));
  const file = new ResidentFile(join(folder, 'residents.db'), new Vault([randomBytes(32)]));
  onTestFinished(() => {
    file.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const residents = new Residents({
    file,
    log: createLog('residents', 'silent'),
    takesNew: true,
    nowMs: () => 0,
    ask: async () => ({ items: [], ids: [] }),
  });
  const by = { actor: 'client:acme/web' };
  const asked = { id: 'a', personal: { name: 'Grace' }, key: 'k', by };
  await residents.add({ ...asked, client: 'acme' });
  const patch = { patch: { name: 'X' }, version: null, by };
  for (const act of [
    () => residents.find('a', 'other'),
    () => residents.patch('a', { ...patch, client: 'other' }),
    () => residents.erase('a', 'other', by),
  ])
    expect(act).toThrow('No customer has the id a.');
  await expect(residents.add({ ...asked, key: undefined, client: 'other' })).rejects.toThrow('another one');
  for (const client of ['acme', undefined])
    expect(residents.find('a', client)?.personal).toEqual({ name: 'Grace' });
  expect(file.request('k')?.id).toBe('a');
  residents.erase('a', 'acme', by);
  expect(file.request('k'), 'a hash of what was known would tell who guesses it').toBeUndefined();
  expect(() => residents.erase('a', 'other', by)).toThrow('No customer has the id a.');
  expect(() => residents.find('a', 'acme')).toThrow('was erased');
  await expect(residents.add({ ...asked, client: 'acme' }), 'never given again').rejects.toThrow(
    'another one',
  );
});
