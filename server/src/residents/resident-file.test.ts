/** A resident file: sealed under a key per person, wrapped anew when a master key is replaced. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Vault } from '../authority/vault.ts';
import { ResidentFile } from './resident-file.ts';

const BY = { actor: 'operator:o' };

function path(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-residents-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'residents.db');
}

function within<T>(at: string, keys: readonly Buffer[], act: (file: ResidentFile) => T): T {
  const file = new ResidentFile(at, new Vault(keys));
  try {
    return act(file);
  } finally {
    file.close();
  }
}

test('a new master key wraps all keys anew at the next start, and the old one can go', () => {
  const at = path();
  const [before, after] = [randomBytes(32), randomBytes(32)];
  within(at, [before], (file) => {
    for (const id of ['a', 'b']) file.add(id, { name: `Person ${id}` }, null, 0);
    file.erase('b', BY, 1);
  });
  within(at, [after, before], () => {});
  within(at, [after], (file) => {
    expect(file.find('a')).toMatchObject({ personal: { name: 'Person a' }, version: 1 });
    expect(file.find('b')).toMatchObject({ erasedAt: '1970-01-01T00:00:00.001Z' });
  });
  expect(() => within(at, [before], () => {}), 'before it opens a door').toThrow(/Master key/);
});

test('a change is noted in the same commit, until the books have heard of it; an erasure once', () => {
  const at = path();
  within(at, [randomBytes(32)], (file) => {
    file.add('a', { name: 'One' }, 'acme', 0);
    const [known] = [file.find('a')];
    if (known === undefined || !('personal' in known)) throw new Error('nobody');
    expect(file.change(known, { name: 'Two' }, ['name'], BY)).toBe(true);
    expect(file.change(known, { name: 'Three' }, ['name'], BY), 'of a version that is over').toBe(false);
    file.erase('a', BY, 5);
    file.erase('a', BY, 6);
    expect(statSync(`${at}-wal`).size, 'nothing is left in the log').toBe(0);
    const notes = file.notes(10);
    expect(notes.map(({ note }) => note)).toEqual([
      { id: 'a', action: 'changed', version: 2, fields: ['name'], by: BY },
      { id: 'a', action: 'erased', version: 3, fields: [], by: BY },
    ]);
    for (const { nr } of notes) file.heard(nr);
    expect(file.notes(10)).toEqual([]);
  });
});
