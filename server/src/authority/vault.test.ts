/** Sealing: what is hidden is read with the right keys alone, and belongs to one person. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Vault } from './vault.ts';

const ADA = { name: 'Ada Byron', email: 'ada@example.org' };

test('what is sealed for a person is read back, and says nothing by itself', () => {
  const vault = new Vault([randomBytes(32)]);
  const { key, stored } = vault.makeKey('c-1');
  const sealed = vault.sealJson('c-1', key, ADA);
  expect(sealed.toString('latin1')).not.toContain('Ada');
  expect(vault.unsealJson('c-1', vault.unwrap('c-1', stored), sealed)).toEqual(ADA);
  expect(vault.sealJson('c-1', key, ADA).equals(sealed), 'the same twice looks different').toBe(false);
});

test('nobody swaps two people, changes a byte, or reads with another key', () => {
  const vault = new Vault([randomBytes(32)]);
  const { key, stored } = vault.makeKey('c-1');
  const sealed = vault.sealJson('c-1', key, ADA);
  expect(() => vault.unwrap('c-2', stored)).toThrow();
  expect(() => vault.unsealJson('c-2', key, sealed)).toThrow();
  expect(() => vault.unsealJson('c-1', randomBytes(32), sealed)).toThrow();
  for (const at of [0, 12, 28, sealed.length - 1]) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] as number) ^ 1;
    expect(() => vault.unsealJson('c-1', key, changed), `byte ${at}`).toThrow();
  }
});

test('a new master key is put in front: it wraps, and the old one still unwraps until it is taken out', () => {
  const [old, fresh] = [randomBytes(32), randomBytes(32)];
  const before = new Vault([old]);
  const { key, stored } = before.makeKey('c-1');
  const both = new Vault([fresh, old]);
  expect(both.unwrap('c-1', stored).equals(key)).toBe(true);
  const again = both.wrap('c-1', key);
  expect(again.master).not.toBe(stored.master);
  const after = new Vault([fresh]);
  expect(after.unwrap('c-1', again).equals(key)).toBe(true);
  expect(() => after.unwrap('c-1', stored)).toThrow(/TALLYSTICK_MASTER_KEYS/);
});

test('the key lies in a file of its own, for its owner alone, or comes from the environment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-vault-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const warned: string[] = [];
  const warn = (line: string) => void warned.push(line);
  const first = Vault.open(folder, undefined, warn);
  expect(warned, 'said once, when it is made, and never the key').toEqual([
    expect.stringMatching(/master-key\. Keep a copy apart/),
  ]);
  expect(Vault.open(folder, undefined, warn).current).toBe(first.current);
  expect(statSync(join(folder, 'master-key')).mode & 0o077).toBe(0);
  const key = randomBytes(32).toString('base64url');
  expect(Vault.open(folder, key, warn).current).not.toBe(first.current);
  expect(warned).toHaveLength(1);
  expect(() => Vault.open(folder, 'short', warn)).toThrow(/32 bytes/);
});
