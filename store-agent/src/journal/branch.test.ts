/** Both histories of a writer that lived twice, on a real disk: F2. */
import { type EntryBody, encodeEntry, keepBranch, type Ledger } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import { DAY_MS } from './commit.ts';
import {
  ledgerOn,
  NOON,
  openShop,
  pool,
  sold,
  TILL,
  tempFolder,
  tillWithLamps,
  turn,
} from './journal.test-kit.ts';
import { SqliteJournal } from './journal.ts';
import { sha256 } from './runs.ts';

const received = (n: number): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool: pool('lamp'), n }],
});

/** A shop that knows one history of a till, and is told another that leaves it after its first entry. */
async function forkedShop() {
  const folder = tempFolder();
  const journal = SqliteJournal.open({ folder });
  const ledger = await openShop(journal, { lamp: 100 });
  const till = tillWithLamps();
  till.append(received(5), 'd1');
  till.append(sold('o1', { lamp: 1 }), 'o1');
  till.relayTo(ledger);
  await turn(ledger, journal);
  const stream = ledger.streams.get(TILL);
  if (stream === undefined) throw new Error('no till');
  ledger.fence(stream, 'fork', NOON);
  let prevHash = journal.view.hashAt(TILL, 2);
  const bodies: [EntryBody, string][] = [
    [received(5), 'd1'],
    [received(7), 'd2'],
    [sold('o2', { lamp: 4 }), 'o2'],
  ];
  for (const [i, [body, docId]] of bodies.entries()) {
    if (prevHash === undefined) throw new Error('no hash');
    const first = journal.view.entryAt(TILL, 3);
    if (first === undefined) throw new Error('no entry');
    const entry = { ...first, seq: i + 3, prevHash, docId, actor: 'twin:1', body };
    const bytes = encodeEntry(entry);
    prevHash = sha256(bytes);
    keepBranch(ledger, stream, { entry, bytes, hash: prevHash });
  }
  await turn(ledger, journal);
  return { folder, journal, ledger };
}

function branchIn({ branches }: Ledger) {
  const [branch] = branches;
  if (branch === undefined) throw new Error('no branch');
  return branch;
}

test('[F2] a restart finds both histories, and what both carry counted once', async () => {
  const { folder, journal, ledger } = await forkedShop();
  const before = branchIn(ledger);
  expect(before.row(pool('lamp'))).toMatchObject({ received: 7, used: 4 });
  journal.close();
  const again = SqliteJournal.open({ folder });
  const after = await ledgerOn(again);
  expect(branchIn(after).head).toEqual(before.head);
  expect(branchIn(after).row(pool('lamp'))).toEqual(before.row(pool('lamp')));
  expect(after.documentEntry('order', 'o2')?.actor).toBe('twin:1');
  expect(again.view.readWriter(before.writer, 0, 1_000_000).to).toBe(5);
  expect(again.view.positionBefore(before.writer, 4)).toBeGreaterThan(0);
  again.close();
});

test('[F2] verify folds each history from where it begins', async () => {
  const { journal } = await forkedShop();
  expect((await journal.verify()).problems).toEqual([]);
  journal.close();
});

test('[F2][D7] what was said after a fence is not pruned', async () => {
  const { journal, ledger } = await forkedShop();
  for (const stream of ledger.streams.values()) {
    ledger.touchHead(stream).settled = { seq: stream.head.seq, hash: stream.head.hash };
  }
  await turn(ledger, journal);
  await journal.prune({ nowMs: NOON.wallMs + 400 * DAY_MS, retentionMs: 30 * DAY_MS });
  expect(journal.view.entryAt(branchIn(ledger).writer, 3)).toBeDefined();
  expect((await journal.verify()).problems).toEqual([]);
  journal.close();
});
