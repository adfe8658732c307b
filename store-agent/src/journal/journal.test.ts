import { closeSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, DOCUMENT_KINDS, lookAhead } from '@tallystick/crdt';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { JOURNAL_FILE } from './files.ts';
import { ledgerOn, NOON, openShop, pool, SHOP, sell, tempFolder, turn, writer } from './journal.test-kit.ts';
import { SqliteJournal } from './journal.ts';
import { describeJournal } from './journal-contract.test-kit.ts';

describeJournal('SQLite', () => {
  const folder = tempFolder();
  return {
    open: () => SqliteJournal.open({ folder }),
    reopen: (journal) => {
      void journal.close();
      return SqliteJournal.open({ folder });
    },
  };
});

function opened(folder = tempFolder(), options: Partial<Parameters<typeof SqliteJournal.open>[0]> = {}) {
  const journal = SqliteJournal.open({ folder, reserveBytes: 64 * 1024, ...options });
  onTestFinished(() => journal.close());
  return journal;
}

/** The file as somebody else sees it, once the journal is closed. */
function change(folder: string, sql: string): void {
  const db = new Database(join(folder, JOURNAL_FILE));
  db.exec(sql);
  db.close();
}

describe('[T8] many documents at once', () => {
  test('[T8] those that are not there are told from those that are, by kind; a few are not asked for', async () => {
    const journal = opened();
    const ledger = await openShop(journal, { lamp: 100 });
    for (let i = 0; i < 40; i += 3) sell(ledger, `order-${i}`, { lamp: 1 });
    await turn(ledger, journal);
    for (const count of [8, 15, 16, 17, 23, 24, 40]) {
      const ids = Array.from({ length: count }, (_, i) => `order-${i}`);
      const absent = journal.view.absentOf?.('order', ids) ?? [];
      const asked = count % 16 < 8 ? count - (count % 16) : count;
      expect(absent).toEqual(ids.slice(0, asked).filter((_, i) => i % 3 > 0));
      expect(journal.view.absentOf?.('return', ids)).toEqual(ids.slice(0, asked));
    }
    expect(journal.view.absentOf?.('order', ['order-1', 'order-2'])).toEqual([]);
    // Twice the same, and what SQL might take for something else.
    const odd = ['a', 'a', "'", '1', '?1', 'order-0', 'ORDER-0', '%'];
    expect(journal.view.absentOf?.('order', odd)).toEqual(odd.filter((id) => id !== 'order-0'));
  });

  test('[T8] commands of one turn: a repeat of an earlier one, and a double in it, are answered with the first', async () => {
    const journal = opened();
    const ledger = await openShop(journal, { lamp: 100 });
    const asked = (id: unknown) => ({ kind: 'command' as const, command: { type: 'sell', id } as Command });
    /** Sells what is not known yet. @returns which entry each was known by */
    const decide = (ids: readonly string[]) => {
      lookAhead(ledger, ids.map(asked));
      return ids.map((id) => {
        const known = ledger.findDocument('order', id)?.seq;
        if (known === undefined) sell(ledger, id, { lamp: 1 });
        return known;
      });
    };
    expect(decide(['o1'])).toEqual([undefined]);
    await turn(ledger, journal);
    // Whoever lets such ids through is told so when their turn comes, and nobody else.
    const good = Array.from({ length: 9 }, (_, i) => `good${i}`);
    expect(() => lookAhead(ledger, [{}, ['a', 'b'], true, null, ...good].map(asked))).not.toThrow();
    const many = Array.from({ length: 20 }, (_, i) => `o${i}`);
    const news = many.map((_, i) => (i === 1 ? 3 : undefined));
    expect(decide([...many, 'o7', 'o0'])).toEqual([...news, 10, 4]);
    await turn(ledger, journal);
    expect(decide(many)).toEqual(many.map((_, i) => (i === 0 ? 4 : i === 1 ? 3 : i + 3)));
  });
});

describe('opening', () => {
  test('[D2] a second owner is refused in words', () => {
    const folder = tempFolder();
    opened(folder);
    expect(() => SqliteJournal.open({ folder })).toThrow(
      expect.objectContaining({
        code: 'locked',
        message: expect.stringContaining('Another process owns this journal'),
      }),
    );
  });

  test('[D2] after a close the next owner gets it', () => {
    const folder = tempFolder();
    opened(folder).close();
    expect(opened(folder).load().self).toBeNull();
  });

  test('a file that is not a database, or not a journal, is refused and left alone', () => {
    const folder = tempFolder();
    writeFileSync(join(folder, JOURNAL_FILE), 'receipts of last year, one per line\n'.repeat(100));
    expect(() => SqliteJournal.open({ folder })).toThrow(expect.objectContaining({ code: 'corrupt' }));
    const other = tempFolder();
    change(other, 'create table notes (text text)');
    expect(() => SqliteJournal.open({ folder: other })).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });

  test('a journal of a newer release is refused by its version', () => {
    const folder = tempFolder();
    opened(folder).close();
    change(folder, 'pragma user_version = 99');
    expect(() => SqliteJournal.open({ folder })).toThrow(
      expect.objectContaining({ code: 'too_new', message: expect.stringContaining('version 99') }),
    );
  });

  test('a folder that cannot be made is named', () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'taken'), '');
    expect(() => SqliteJournal.open({ folder: join(folder, 'taken') })).toThrow(
      expect.objectContaining({ name: 'JournalError', code: 'read_only' }),
    );
  });
});

describe('start-up checks', () => {
  test('[D6] a row that was changed is an alarm with both values', async () => {
    const folder = tempFolder();
    const journal = opened(folder);
    await openShop(journal, { lamp: 10 });
    expect(journal.load().alarms).toEqual([]);
    journal.close();
    change(folder, 'update rows set used = used + 1');
    const [alarm] = opened(folder).load().alarms;
    expect(alarm).toMatchObject({ kind: 'rows', writer: writer(SHOP) });
    expect(alarm?.stored).toMatch(/^[0-9a-f]{16}$/);
    expect(alarm?.found).not.toBe(alarm?.stored);
  });

  test('[D6] a head without its entries is an alarm with both values', async () => {
    const folder = tempFolder();
    const journal = opened(folder);
    const ledger = await openShop(journal, { lamp: 10 });
    sell(ledger, 'order-1', { lamp: 1 });
    await turn(ledger, journal);
    journal.close();
    change(folder, 'delete from runs where seq_last = 3');
    const [alarm] = opened(folder).load().alarms;
    expect(alarm).toMatchObject({ kind: 'head', writer: writer(SHOP) });
    expect([alarm?.stored.split(':')[0], alarm?.found.split(':')[0]]).toEqual(['3', '2']);
  });

  test('[T6] the tables refuse a live row that spends more than its rights', async () => {
    const journal = opened();
    const ledger = await openShop(journal, { lamp: 1 });
    sell(ledger, 'order-1', { lamp: 2 });
    const writes = ledger.endTurn();
    expect(() => writes && journal.commit(writes)).toThrow(/CHECK constraint/);
  });
});

describe('a full disk', () => {
  test('[D3] is a read-only shop with its memory intact, and goes on once there is room', async () => {
    const folder = tempFolder();
    const small = opened(folder, { pagesMax: 60 });
    const ledger = await openShop(small, { lamp: 1_000_000 });
    let orders = 0;
    const error = await (async () => {
      for (;;) {
        for (let i = 0; i < 100; i += 1) sell(ledger, `order-${orders + i}`, { lamp: 1 });
        await turn(ledger, small);
        orders += 100;
      }
    })().catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'read_only', message: expect.stringContaining('full') });
    expect(small.hasRoom).toBe(false);
    ledger.putBack();
    expect(small.view.findDocument('order', `order-${orders - 1}`)).toBeDefined();
    expect(small.view.findDocument('order', `order-${orders}`)).toBeUndefined();
    expect(small.makeRoom()).toBe(false);
    small.setPagesMax(10_000);
    expect(small.makeRoom()).toBe(true);
    expect(small.hasRoom).toBe(true);
    small.close();

    const roomy = opened(folder);
    const again = await ledgerOn(roomy);
    expect(again.self.row(pool('lamp')).used).toBe(orders);
    sell(again, 'order-after', { lamp: 1 });
    await turn(again, roomy);
    expect((await roomy.verify()).problems).toEqual([]);
  });
});

test('[D3] a disk that fails in use stops every commit until the journal is opened anew', async () => {
  const folder = tempFolder();
  const first = opened(folder);
  await openShop(first, { lamp: 100_000 });
  first.close();
  // Next to no cache, so that the pages must come from the disk.
  const journal = opened(folder, { cacheBytes: 0 });
  const ledger = await ledgerOn(journal);
  const pages = Buffer.alloc(statSync(journal.path).size - 4096, 0xff);
  const file = openSync(journal.path, 'r+');
  writeSync(file, pages, 0, pages.length, 4096);
  closeSync(file);

  const look = () => journal.view.findDocument('order', 'order-1');
  expect(look).toThrow(expect.objectContaining({ name: 'JournalError', code: 'corrupt' }));
  ledger.append({ type: 'checkpoint', digest: '0'.repeat(16), pools: 1 }, '', 'system', NOON);
  const writes = ledger.endTurn();
  const commit = () => writes && journal.commit(writes);
  expect(commit).toThrow(expect.objectContaining({ name: 'JournalError', code: 'corrupt' }));
});

test('the kinds of documents are numbers on disk: the list only grows at its end', () => {
  const known =
    'order hold extension capture release hold-end cancellation receipt return shipment count loss reclaim ' +
    'order-copy copy-cancellation processing delivered';
  // A new kind goes behind them all, into this list too.
  expect(DOCUMENT_KINDS.join(' ')).toBe(known);
});

test('[T8] every document of a turn is filed, however many there are', async () => {
  const folder = tempFolder();
  const journal = opened(folder);
  const ledger = await openShop(journal, { lamp: 1_000 });
  const sold: { readonly id: string; readonly seq: number }[] = [];
  for (let orders = 1; orders <= 20; orders += 1) {
    for (let i = 1; i <= orders; i += 1) {
      const id = `order-${orders}-${i}`;
      sell(ledger, id, { lamp: 1 });
      sold.push({ id, seq: ledger.self.head.seq });
    }
    await turn(ledger, journal);
  }
  const found = sold.map(({ id }) => ({ id, seq: journal.view.findDocument('order', id)?.seq }));
  expect(found).toEqual(sold);
  expect((await journal.verify()).problems).toEqual([]);
  journal.close();
  expect(opened(folder).load().alarms).toEqual([]);
});
