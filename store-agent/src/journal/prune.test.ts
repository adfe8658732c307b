import type { Ledger } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import { DAY_MS } from './commit.ts';
import {
  ledgerOn,
  NOON,
  openShop,
  pool,
  SELF,
  sell,
  sold,
  TILL,
  tempFolder,
  tillWithLamps,
  turn,
} from './journal.test-kit.ts';
import { SqliteJournal } from './journal.ts';
import { DOCUMENT_RETENTION_MS_MIN, type Pruned } from './prune.ts';

/** Ten turns on ten days; the till's entries come in with the shop's. Own entries: 2 + 2 a day. */
async function tenDays(): Promise<{
  folder: string;
  journal: SqliteJournal;
  ledger: Ledger;
  clock: { wallMs: number };
}> {
  const folder = tempFolder();
  const clock = { wallMs: NOON.wallMs };
  const journal = SqliteJournal.open({ folder, wallMs: () => clock.wallMs });
  const ledger = await openShop(journal, { lamp: 100, bulb: 100 });
  const till = tillWithLamps();
  for (let day = 1; day <= 10; day += 1) {
    clock.wallMs = NOON.wallMs + day * DAY_MS;
    const now = { ...NOON, wallMs: clock.wallMs };
    till.append(sold(`till-${day}`, { lamp: 1 }), `till-${day}`, now);
    till.relayTo(ledger);
    sell(ledger, `own-${day}a`, { lamp: 1 }, now);
    sell(ledger, `own-${day}b`, { bulb: 1 }, now);
    await turn(ledger, journal);
  }
  return { folder, journal, ledger, clock };
}

async function settle(ledger: Ledger, journal: SqliteJournal, name: typeof SELF, seq: number): Promise<void> {
  const stream = ledger.streams.get(name);
  const hash = journal.view.hashAt(name, seq);
  if (stream === undefined || hash === undefined) throw new Error('no such entry');
  ledger.touchHead(stream).settled = { seq, hash };
  await turn(ledger, journal);
}

const inTheEnd = { nowMs: NOON.wallMs + 365 * DAY_MS, retentionMs: 30 * DAY_MS };

/** What is settled now is noted, and when that is old enough, it goes. */
function pruneInTheEnd(journal: SqliteJournal, times = 1): Pruned {
  const nowMs = inTheEnd.nowMs * times;
  journal.prune({ ...inTheEnd, nowMs: nowMs - inTheEnd.retentionMs });
  return journal.prune({ ...inTheEnd, nowMs });
}

test('[D7] nothing goes that the authority has not settled', async () => {
  const { journal } = await tenDays();
  expect(pruneInTheEnd(journal).entries).toBe(0);
  journal.close();
});

test('[D7] [F3a] whole runs of its own below the settled entry go; those of writers below it stay', async () => {
  const { journal, ledger } = await tenDays();
  await settle(ledger, journal, SELF, 7);
  await settle(ledger, journal, TILL, 4);
  // Own: the life's run (1–2) and two days (3–6); entry 7 shares a run with 8.
  expect(pruneInTheEnd(journal).entries).toBe(6);
  expect(journal.view.entryAt(SELF, 6)).toBeUndefined();
  expect(journal.view.entryAt(SELF, 7)?.seq).toBe(7);
  expect(journal.view.hashAt(SELF, 5)).toBeUndefined();
  expect(journal.view.hashAt(SELF, 6)).toBeDefined();
  expect(journal.view.entryAt(TILL, 1)?.seq).toBe(1);
  expect(pruneInTheEnd(journal).entries).toBe(0);
  journal.close();
});

test('[D7] nothing goes that is younger than the retention', async () => {
  const { journal, ledger } = await tenDays();
  await settle(ledger, journal, SELF, 22);
  const nowMs = NOON.wallMs + 10 * DAY_MS;
  journal.prune({ nowMs: nowMs - 5 * DAY_MS, retentionMs: 5 * DAY_MS });
  expect(journal.prune({ nowMs, retentionMs: 5 * DAY_MS }).entries).toBe(2 + 2 * 5);
  journal.close();
});

test('[D7] [F6] what was settled only lately stays, however old it is: books that are put back would lack it', async () => {
  const { journal, ledger } = await tenDays();
  const today = { ...inTheEnd };
  const prune = (days: number) => journal.prune({ ...today, nowMs: inTheEnd.nowMs + days * DAY_MS }).entries;
  await settle(ledger, journal, SELF, 12);
  expect([prune(0), prune(29)]).toEqual([0, 0]);
  // The books went back: what they do not call settled any more begins its time anew, and the rest goes on.
  await settle(ledger, journal, SELF, 6);
  await settle(ledger, journal, SELF, 12);
  expect([prune(30), prune(31), prune(59), prune(60)]).toEqual([6, 0, 0, 6]);
  journal.close();
});

test('[D5] [D6] verify, the start and the next turn begin from the checkpoint', async () => {
  const { folder, journal, ledger } = await tenDays();
  await settle(ledger, journal, SELF, 12);
  await settle(ledger, journal, TILL, 11);
  pruneInTheEnd(journal);
  await settle(ledger, journal, SELF, 22);
  expect(pruneInTheEnd(journal, 2).entries).toBeGreaterThan(0);
  expect((await journal.verify()).problems).toEqual([]);
  journal.close();

  const again = SqliteJournal.open({ folder });
  expect(again.load().alarms).toEqual([]);
  const after = await ledgerOn(again);
  expect(after.self.row(pool('lamp'))).toEqual(ledger.self.row(pool('lamp')));
  sell(after, 'own-after', { lamp: 1 });
  await turn(after, again);
  expect((await again.verify()).problems).toEqual([]);
  expect(again.view.positionBefore(SELF, 23)).toBe(again.load().position - 1);
  // Pruned: just before the oldest entry that was kept, which is the till's first one.
  expect(again.view.positionBefore(SELF, 1)).toBe(again.view.positionBefore(TILL, 1));
  expect(again.view.readStream(0, 1_000_000).to).toBe(again.load().position);
  again.close();
});

test('[L4] nothing goes where the authority settled another hash', async () => {
  const { journal, ledger } = await tenDays();
  ledger.touchHead(ledger.self).settled = { seq: 12, hash: new Uint8Array(32).fill(7) };
  await turn(ledger, journal);
  expect(pruneInTheEnd(journal).entries).toBe(0);
  journal.close();
});

test('[T8] documents outlive their entries by their own retention, at least 90 days', async () => {
  const { journal, ledger } = await tenDays();
  await settle(ledger, journal, SELF, 22);
  await settle(ledger, journal, TILL, 5);
  const at = (nowMs: number): Pruned =>
    journal.prune({ nowMs, retentionMs: DAY_MS, documentRetentionMs: DAY_MS });
  at(NOON.wallMs + 79 * DAY_MS);
  expect(at(NOON.wallMs + 80 * DAY_MS)).toMatchObject({ entries: 22, documents: 0 });
  expect(journal.view.findDocument('order', 'own-1a')).toEqual({ writer: SELF, seq: 3 });
  expect(ledger.documentEntry('order', 'own-1a')).toBeUndefined();
  // Five of the ten days, with two own orders each, are by then older than 90 days. The till's
  // orders stay: an entry that is here has its documents here.
  expect(at(NOON.wallMs + DOCUMENT_RETENTION_MS_MIN + 6 * DAY_MS).documents).toBe(10);
  expect(journal.view.findDocument('order', 'till-3')).toEqual({ writer: TILL, seq: 5 });
  expect((await journal.verify()).problems).toEqual([]);
  expect(journal.view.findDocument('order', 'own-5a')).toBeUndefined();
  expect(journal.view.findDocument('order', 'own-6a')).toBeDefined();
  journal.close();
});

test('a long journal is pruned in steps that are bounded', async () => {
  const journal = SqliteJournal.open({ folder: tempFolder() });
  const ledger = await openShop(journal, { lamp: 1_000 });
  for (let i = 0; i < 150; i += 1) {
    sell(ledger, `order-${i}`, { lamp: 1 });
    await turn(ledger, journal);
  }
  await settle(ledger, journal, SELF, 152);
  expect(pruneInTheEnd(journal)).toMatchObject({ more: true });
  expect(journal.prune(inTheEnd)).toMatchObject({ more: false });
  expect((await journal.verify()).problems).toEqual([]);
  journal.close();
});

test('a step of pruning is bounded in entries too, where runs are full', async () => {
  const journal = SqliteJournal.open({ folder: tempFolder() });
  const ledger = await openShop(journal, { lamp: 10_000 });
  for (let i = 0; i < 6_000; i += 1) sell(ledger, `order-${i}`, { lamp: 1 });
  await turn(ledger, journal);
  await settle(ledger, journal, SELF, 6_002);
  const first = pruneInTheEnd(journal);
  expect(first).toMatchObject({ more: true });
  expect(first.entries).toBeLessThan(5_000);
  expect(first.entries + pruneInTheEnd(journal).entries).toBe(6_002);
  expect((await journal.verify()).problems).toEqual([]);
  journal.close();
});
