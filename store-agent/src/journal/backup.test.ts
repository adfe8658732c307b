import { copyFileSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplicaId } from '@tallystick/crdt';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { backupBeside } from './backup.ts';
import { INCOMING_FILE, JOURNAL_FILE } from './files.ts';
import {
  ledgerOn,
  NOON,
  openShop,
  PARENT_WRITER,
  pool,
  SHOP,
  sell,
  tempFolder,
  turn,
  writer,
} from './journal.test-kit.ts';
import { SqliteJournal } from './journal.ts';
import { restoreJournal } from './restore.ts';

/** A shop with a backup taken after `order-1`, that sold `order-2` since. */
async function shopWithBackup(): Promise<{ folder: string; backup: string }> {
  const folder = tempFolder();
  const backup = join(folder, 'monday.backup');
  const journal = SqliteJournal.open({ folder });
  const ledger = await openShop(journal, { lamp: 10 });
  sell(ledger, 'order-1', { lamp: 1 });
  await turn(ledger, journal);
  await journal.backup(backup);
  sell(ledger, 'order-2', { lamp: 1 });
  await turn(ledger, journal);
  journal.close();
  return { folder, backup };
}

test('a backup is a whole journal as of one moment, made while sales go on', async () => {
  const folder = tempFolder();
  const journal = SqliteJournal.open({ folder });
  const ledger = await openShop(journal, { lamp: 100_000 });
  for (let i = 0; i < 10_000; i += 1) sell(ledger, `before-${i}`, { lamp: 1 });
  await turn(ledger, journal);
  const target = tempFolder();
  const backup = journal.backup(join(target, JOURNAL_FILE));
  let during = 0;
  const ended = backup.then(() => true);
  while (!(await Promise.race([ended, new Promise((resolve) => setImmediate(resolve, false))]))) {
    sell(ledger, `during-${during}`, { lamp: 1 });
    await turn(ledger, journal);
    during += 1;
  }
  journal.close();
  const copy = SqliteJournal.open({ folder: target });
  expect((await copy.verify()).problems).toEqual([]);
  expect((await ledgerOn(copy)).self.row(pool('lamp')).used).toBeGreaterThanOrEqual(10_000);
  expect(during).toBeGreaterThan(0);
  copy.close();
});

test('a backup never overwrites a file', async () => {
  const journal = SqliteJournal.open({ folder: tempFolder() });
  const file = join(tempFolder(), 'taken');
  writeFileSync(file, 'something');
  await expect(journal.backup(file)).rejects.toMatchObject({ code: 'exists' });
  journal.close();
});

test('[F1] a restored journal says that its life is over until a new one began', async () => {
  const { folder, backup } = await shopWithBackup();
  const { report, kept } = restoreJournal({ backup, folder, nowMs: NOON.wallMs });
  expect(report.ok).toBe(true);
  expect(kept.map((path) => path.slice(folder.length + 1))).toEqual([
    `${JOURNAL_FILE}.before-2025-06-15T15-06-40-000Z`,
  ]);

  const restored = SqliteJournal.open({ folder });
  expect(restored.load().wasRestored).toBe(true);
  const ledger = await ledgerOn(restored);
  expect(ledger.findDocument('order', 'order-1')).toBeDefined();
  expect(ledger.findDocument('order', 'order-2')).toBeUndefined();
  restored.close();

  // Opened and closed again without a new life: nothing was forgotten.
  const again = SqliteJournal.open({ folder });
  expect(again.load().wasRestored).toBe(true);
  const next = await ledgerOn(again);
  next.fence(next.self, 'rollback', NOON);
  next.beginLife(writer(SHOP, 2, 'c'), 'store', PARENT_WRITER, NOON);
  await turn(next, again);
  expect(again.load()).toMatchObject({ wasRestored: false, self: writer(SHOP, 2, 'c') });
  expect((await again.verify()).problems).toEqual([]);
  again.close();
});

test('[F1] what was there before a restore is kept and still opens', async () => {
  const { folder, backup } = await shopWithBackup();
  const [kept] = restoreJournal({ backup, folder, nowMs: NOON.wallMs }).kept;
  const elsewhere = tempFolder();
  copyFileSync(kept as string, join(elsewhere, JOURNAL_FILE));
  const journal = SqliteJournal.open({ folder: elsewhere });
  expect(journal.view.findDocument('order', 'order-2')).toBeDefined();
  expect(journal.load().wasRestored).toBe(false);
  journal.close();
});

test('[F1] another replica’s past is no past of its own', async () => {
  const { folder, backup } = await shopWithBackup();
  const before = readdirSync(folder);
  const restore = (replica: string) =>
    restoreJournal({ backup, folder, nowMs: NOON.wallMs, replica: replica as ReplicaId });
  expect(() => restore('till-9')).toThrow(
    `${backup} is a backup of berlin, and ${folder} is till-9's. Nothing was changed: name a backup of till-9.`,
  );
  expect(readdirSync(folder)).toEqual(before);
  expect(restore('berlin').kept).toHaveLength(1);
});

test('a damaged journal may be replaced, and a folder that has none may be filled', async () => {
  const { folder, backup } = await shopWithBackup();
  writeFileSync(join(folder, JOURNAL_FILE), 'scratched disk');
  expect(restoreJournal({ backup, folder, nowMs: NOON.wallMs }).kept).toHaveLength(1);
  const fresh = join(tempFolder(), 'new-shop');
  expect(restoreJournal({ backup, folder: fresh, nowMs: NOON.wallMs }).kept).toEqual([]);
  const journal = SqliteJournal.open({ folder: fresh });
  expect(journal.load()).toMatchObject({ wasRestored: true, self: writer(SHOP) });
  journal.close();
});

test('[D2] nothing is restored under a running agent', async () => {
  const { folder, backup } = await shopWithBackup();
  const running = SqliteJournal.open({ folder });
  expect(() => restoreJournal({ backup, folder, nowMs: 0 })).toThrow(
    expect.objectContaining({ code: 'locked' }),
  );
  running.close();
});

test('[D5] a backup that does not verify changes nothing', async () => {
  const { folder, backup } = await shopWithBackup();
  const db = new Database(backup);
  db.exec('delete from runs where seq_first = 3');
  db.close();
  const before = readdirSync(folder).sort();
  expect(() => restoreJournal({ backup, folder, nowMs: 0 })).toThrow(
    expect.objectContaining({ code: 'corrupt', message: expect.stringContaining('entry 3') }),
  );
  expect(readdirSync(folder).sort()).toEqual(before);
  expect(existsSync(join(folder, INCOMING_FILE))).toBe(false);
});

test('[D3] a restore on a full disk names what it could not write, and leaves what was there', async () => {
  const { folder, backup } = await shopWithBackup();
  const before = readdirSync(folder).sort();
  const full = (_: string, to: string) => {
    writeFileSync(to, 'the first of many bytes');
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  expect(() => restoreJournal({ backup, folder, nowMs: NOON.wallMs }, full)).toThrow(
    `The disk that holds ${join(folder, 'journal.incoming.db')} is full. Nothing was written; make room, then go on.`,
  );
  expect(readdirSync(folder).sort()).toEqual(before);
  const nowhere = join(folder, 'no-such.db');
  expect(() => restoreJournal({ backup: nowhere, folder, nowMs: 0 })).toThrow(/no-such/);
});

test('a restore that stopped half-way is not mistaken for a new shop', () => {
  const folder = tempFolder();
  writeFileSync(join(folder, INCOMING_FILE), '');
  expect(() => SqliteJournal.open({ folder })).toThrow(expect.objectContaining({ code: 'unsafe' }));
});

test('what a region keeps beside its journal is in the backup, as it is, with what stands in its log', async () => {
  const [folder, to] = [tempFolder(), join(tempFolder(), 'monday')];
  expect(await backupBeside(folder, to), 'a shop has nothing of it').toEqual([]);
  const carts = new Database(join(folder, 'carts.db'));
  carts.pragma('journal_mode = WAL');
  carts.exec("create table cart (id text); insert into cart values ('c-1')");
  expect(await backupBeside(folder, to)).toEqual([`${to}.carts.db`]);
  expect(
    statSync(`${to}.carts.db`).mode & 0o777,
    'its owner’s alone: the secret of carts’ tokens is in it',
  ).toBe(0o600);
  carts.close();
  const copy = new Database(`${to}.carts.db`, { readonly: true });
  expect(copy.prepare('select id from cart').pluck().all()).toEqual(['c-1']);
  copy.close();
  await expect(backupBeside(folder, to)).rejects.toMatchObject({ code: 'exists' });
});
