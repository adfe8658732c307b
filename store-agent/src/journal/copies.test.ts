/** One order id that a shop and its till both accepted, and both cancelled, on a real disk: T8. */
import { join } from 'node:path';
import type { EntryBody, Ledger, LineId, OrderId } from '@tallystick/crdt';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { DAY_MS } from './commit.ts';
import { JOURNAL_FILE } from './files.ts';
import {
  NOON,
  openShop,
  pool,
  sell,
  sold,
  TILL,
  tempFolder,
  tillWithLamps,
  turn,
} from './journal.test-kit.ts';
import { SqliteJournal } from './journal.ts';

const lamp = pool('lamp');
const progressOf = ({ view }: SqliteJournal) => view.lineProgress('o1' as OrderId, '1' as LineId);

const cancelled = (n: number): EntryBody => ({
  type: 'cancelled',
  orderId: 'o1' as OrderId,
  reason: 'twice',
  lines: [{ lineId: '1' as LineId, pool: lamp, n }],
});

/** Of a copy: nothing is told of the order by it, nor stored. */
const marked: EntryBody = { type: 'marked', orderId: 'o1' as OrderId, mark: 'processing' };

async function cancelledTwice(): Promise<{ folder: string; journal: SqliteJournal; ledger: Ledger }> {
  const folder = tempFolder();
  const journal = SqliteJournal.open({ folder });
  const ledger = await openShop(journal, { lamp: 100 });
  const till = tillWithLamps();
  till.append(sold('o1', { lamp: 2 }), 'o1');
  sell(ledger, 'o1', { lamp: 3 });
  till.relayTo(ledger);
  await turn(ledger, journal);
  till.append(marked, 'o1');
  till.append(cancelled(2), 'c-till');
  till.relayTo(ledger);
  await turn(ledger, journal);
  expect(progressOf(journal)).toBeUndefined();
  expect(journal.view.findDocument('processing', 'o1')).toBeUndefined();
  ledger.append(cancelled(3), 'c-shop', 'cashier:7', NOON);
  await turn(ledger, journal);
  return { folder, journal, ledger };
}

test('[T8] each copy has a progress of its own, and verify recomputes both', async () => {
  const { folder, journal, ledger } = await cancelledTwice();
  expect(ledger.streams.get(TILL)?.row(lamp).reinstated).toBe(2);
  expect(progressOf(journal)).toEqual({ cancelled: 3, shipped: 0, returned: 0 });
  expect((await journal.verify()).problems).toEqual([]);
  journal.close();
  const again = SqliteJournal.open({ folder });
  expect(again.load().alarms).toEqual([]);
  again.close();
});

test('[T8] [D7] verify goes on from what pruning left of a copy that was cancelled', async () => {
  const { folder, journal, ledger } = await cancelledTwice();
  for (const stream of ledger.streams.values())
    ledger.touchHead(stream).settled = { seq: stream.head.seq, hash: stream.head.hash };
  await turn(ledger, journal);
  // What is settled is noted first, and goes when that is old enough.
  const pruneAfter = (days: number) =>
    journal.prune({ nowMs: NOON.wallMs + days * DAY_MS, retentionMs: 30 * DAY_MS });
  pruneAfter(335);
  const pruned = pruneAfter(365);
  // Its own; what those below it said stays (D7).
  expect(pruned.entries).toBe(ledger.self.head.seq);
  expect((await journal.verify()).problems).toEqual([]);
  journal.close();
  const again = SqliteJournal.open({ folder });
  expect(again.load().alarms).toEqual([]);
  again.close();
});

test.each([
  ['order-copy', 13, 'o1 '],
  ['copy-cancellation', 14, 'o1 1 '],
])('[D6] a lost %s is found at start and by verify', async (name, kind, id) => {
  const { folder, journal } = await cancelledTwice();
  journal.close();
  const db = new Database(join(folder, JOURNAL_FILE));
  const gone = db.prepare('delete from documents where kind = ? and id = ?').run(kind, `${id}${TILL}`);
  expect(gone.changes).toBe(1);
  db.close();
  const again = SqliteJournal.open({ folder });
  expect(again.load().alarms.map((alarm) => alarm.kind)).toContain('document');
  const said = (await again.verify()).problems.map(({ message }) => message);
  expect(said.some((message) => message.startsWith(`${name} `))).toBe(true);
  again.close();
});
