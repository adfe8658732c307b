/** A log that was lengthened is a log like others: what is written into it is there after a crash. */
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ledgerOn, openShop, pool, sell, tempFolder, turn } from './journal.test-kit.ts';
import { SqliteJournal } from './journal.ts';

const MIB = 1024 * 1024;

/** What the disk holds now, as a process that is killed leaves it. */
function imageOf(folder: string, name: string): string {
  const image = join(folder, name);
  mkdirSync(image);
  for (const file of ['journal.db', 'journal.db-wal']) copyFileSync(join(folder, file), join(image, file));
  return image;
}

test.each([
  ['by one step', 1],
  ['to its full length', 64],
])('[D1] [D5] lengthened %s, and sold into', async (_, steps) => {
  const folder = tempFolder();
  const journal = SqliteJournal.open({ folder });
  const ledger = await openShop(journal, { lamp: 1_000 });
  const log = () => statSync(join(folder, 'journal.db-wal')).size;
  const before = log();
  for (let i = 0; i < steps; i += 1) journal.lengthenLog();
  expect(log()).toBe(Math.min(16 * MIB, before + (steps * MIB) / 4));
  expect(journal.lengthenLog()).toBe(steps === 64);
  const longer = log();
  for (const life of ['one', 'two']) {
    for (let i = 0; i < 20; i += 1) {
      sell(ledger, `${life}-${i}`, { lamp: 1 });
      await turn(ledger, journal);
    }
    const left = SqliteJournal.open({ folder: imageOf(folder, life) });
    expect(left.load().alarms).toEqual([]);
    expect((await left.verify()).problems).toEqual([]);
    expect(left.view.findDocument('order', `${life}-19`)).toBeDefined();
    expect((await ledgerOn(left)).self.row(pool('lamp'))).toEqual(ledger.self.row(pool('lamp')));
    left.close();
  }
  // Written in place; behind a short one it grows as ever.
  if (steps === 64) expect(log()).toBe(longer);
  else expect(log()).toBeGreaterThan(longer);
  journal.close();
  const again = SqliteJournal.open({ folder });
  expect((await again.verify()).problems).toEqual([]);
  expect(again.view.findDocument('order', 'two-19')).toBeDefined();
  again.close();
});

test('a journal that is closed has no log to lengthen', () => {
  const journal = SqliteJournal.open({ folder: tempFolder() });
  journal.close();
  expect(journal.lengthenLog()).toBe(false);
});
