import { join } from 'node:path';
import type { LineId, OrderId } from '@tallystick/crdt';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { JOURNAL_FILE } from './files.ts';
import {
  held,
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

/** A shop with a till's sale, a hold, a cancelled order and a branch in quarantine; then `change` has its file. */
async function damaged(change: (db: Database.Database) => void): Promise<string> {
  const folder = tempFolder();
  const journal = SqliteJournal.open({ folder });
  const ledger = await openShop(journal, { lamp: 100 });
  const till = tillWithLamps();
  till.append(sold('till-order', { lamp: 1 }), 'till-order');
  till.relayTo(ledger);
  sell(ledger, 'order-1', { lamp: 3 });
  ledger.append(held('hold-1', { lamp: 2 }), 'hold-1', 'cashier:7', NOON);
  await turn(ledger, journal);
  const line = { lineId: '1' as LineId, pool: pool('lamp'), n: 2 };
  const cancelled = {
    type: 'cancelled',
    orderId: 'order-1' as OrderId,
    reason: 'too big',
    lines: [line],
  } as const;
  ledger.append(cancelled, 'cancel-1', 'cashier:7', NOON);
  const entry = journal.view.entryAt(TILL, 2);
  if (entry === undefined) throw new Error('no entry');
  const bytes = new Uint8Array([1, 2, 3]);
  ledger.quarantine({ entry, bytes, hash: ledger.hash(bytes) }, 'fork');
  await turn(ledger, journal);
  expect(journal.load().alarms).toEqual([]);
  expect((await journal.verify()).problems).toEqual([]);
  journal.close();
  withFile(folder, change);
  return folder;
}

function withFile(folder: string, change: (db: Database.Database) => void): void {
  const db = new Database(join(folder, JOURNAL_FILE));
  db.pragma('foreign_keys = OFF');
  db.pragma('ignore_check_constraints = ON');
  change(db);
  db.close();
}

/** What a start says: the alarms it raises, or the words it refuses with. */
function atStart(folder: string): string {
  let journal: SqliteJournal | undefined;
  try {
    journal = SqliteJournal.open({ folder });
    return journal
      .load()
      .alarms.map(({ kind }) => kind)
      .join(', ');
  } catch (error) {
    expect(error).toMatchObject({ name: 'JournalError', code: 'corrupt' });
    expect((error as Error).message).toContain('Keep the file and restore a backup.');
    return (error as Error).message;
  } finally {
    journal?.close();
  }
}

async function byVerify(folder: string): Promise<string[]> {
  const journal = SqliteJournal.open({ folder });
  const { problems, ok } = await journal.verify();
  journal.close();
  expect(ok).toBe(problems.length === 0);
  return problems.map(({ kind }) => kind);
}

describe('[D6] what was changed beside the entries is found', () => {
  const sealed: readonly [what: string, sql: string, start: string, kinds: readonly string[]][] = [
    [
      'which writer it is',
      `update meta set self = (select id from names where writer = '${TILL}')`,
      'meta',
      [],
    ],
    ['that it waits for its past', 'update meta set awaits = 1', 'meta', []],
    ['its position', 'update meta set position = position + 1', 'meta', ['position-differs']],
    ['that it was restored', "update meta set past = 'restored'", 'meta', []],
    ['its own seal', "update meta set seal = x'00'", 'meta', []],
    [
      'the name of a writer',
      "update names set writer = 'hq.2.' || substr(writer, 6) where writer like 'hq%'",
      'names',
      ['rows-differ', 'head-differs'],
    ],
    [
      'the kind of a writer',
      "update streams set kind = 'region' where via is null",
      'streams',
      ['head-differs'],
    ],
    [
      'the parent of a writer',
      'update streams set parent = writer where via is null',
      'streams',
      ['head-differs'],
    ],
    ['the way to a writer', "update streams set via = 'till-2' where via is not null", 'streams', []],
    ['what is settled', 'update streams set settled_seq = 3', 'streams', []],
    ['the time of a hold', 'update holds set ttl_ms = 2 * ttl_ms', 'holds', ['hold-differs']],
    ['that a hold is being paid', 'update holds set capturing = 1', 'holds', ['hold-differs']],
    ['a hold that is gone', 'delete from holds', 'holds', ['hold-differs']],
    [
      'a hold that nobody opened',
      "insert into holds select 'hold-2', writer, lines, ttl_ms, wall_ms, monotonic_ms, boot_id, capturing from holds",
      'holds',
      ['hold-differs'],
    ],
  ];
  test.each(sealed)('at start: %s', async (_, sql, part, kinds) => {
    const folder = await damaged((db) => db.exec(sql));
    expect(atStart(folder)).toMatch(
      new RegExp(`is damaged: the digest of its ${part} is \\w+ where \\w* was written`),
    );
    expect(await byVerify(folder)).toEqual(expect.arrayContaining([...kinds, 'table-changed']));
  });

  const filed: readonly [what: string, sql: string, start: string, kinds: readonly string[]][] = [
    [
      'a document that is gone',
      "delete from documents where id = 'order-1'",
      'document',
      ['document-differs', 'table-changed'],
    ],
    [
      'a document of another name',
      "update documents set id = 'order-2' where id = 'order-1'",
      'document',
      ['document-differs', 'table-changed'],
    ],
    [
      'a document of another entry',
      "update documents set seq = 2 where id = 'cancel-1'",
      'document',
      ['document-differs', 'table-changed'],
    ],
    ['progress that is gone', 'delete from progress', 'progress', ['progress-differs']],
    ['progress that is more', 'update progress set cancelled = 3', 'progress', ['progress-differs']],
    ['progress of another line', "update progress set line_id = '2'", 'progress', ['progress-differs']],
    [
      'a position of runs that is later',
      'update runs set pos_first = pos_first + 9 where pos_first = (select max(pos_first) from runs)',
      'position',
      ['position-differs'],
    ],
  ];
  test.each(filed)('at start, among the last entries: %s', async (_, sql, alarm, kinds) => {
    const folder = await damaged((db) => db.exec(sql));
    expect(atStart(folder)).toBe(alarm);
    expect(await byVerify(folder)).toEqual(kinds);
  });

  test.each([
    ['the day of a document', 'update documents set day = 0'],
    ['why an entry is in quarantine', "update quarantine set reason = 'rights'"],
  ])('by verify alone: %s', async (_, sql) => {
    const folder = await damaged((db) => db.exec(sql));
    expect(atStart(folder)).toBe('');
    expect(await byVerify(folder)).toEqual(['table-changed']);
  });
});

test('[D6] documents far back are verify’s to find; asked for, they are held against their entry (T8)', async () => {
  const folder = tempFolder();
  const journal = SqliteJournal.open({ folder });
  const ledger = await openShop(journal, { lamp: 10_000 });
  for (let i = 1; i <= 3_000; i += 1) {
    sell(ledger, `order-${i}`, { lamp: 1 });
    if (i % 500 === 0) await turn(ledger, journal);
  }
  journal.close();
  withFile(folder, (db) => db.exec("update documents set seq = seq + 1 where id = 'order-7'"));
  expect(atStart(folder)).toBe('');
  expect(await byVerify(folder)).toEqual(['document-differs', 'table-changed']);
  const again = SqliteJournal.open({ folder });
  expect(again.view.findDocument('order', 'order-8')).toEqual({ writer: SELF, seq: 10 });
  expect(() => again.view.findDocument('order', 'order-7')).toThrow(
    expect.objectContaining({ code: 'corrupt', message: expect.stringContaining('order order-7') }),
  );
  again.close();
});

describe('every damage has a name and a way out', () => {
  /** Strict tables take no wrong type; a damaged page gives one all the same. */
  function inAnyType(sql: string): (db: Database.Database) => void {
    return (db) => {
      const file = db.name;
      db.unsafeMode();
      db.pragma('writable_schema = ON');
      const tables = db.prepare("select name, sql from sqlite_schema where type = 'table'").all() as {
        name: string;
        sql: string;
      }[];
      const describe = (other: Database.Database, change: (sql: string) => string) => {
        const update = other.prepare('update sqlite_schema set sql = ? where name = ?');
        for (const table of tables) update.run(change(table.sql), table.name);
      };
      describe(db, (text) =>
        text
          .replace(/\) strict/, ')')
          .replace(', without rowid', ' without rowid')
          .replaceAll(' not null', ''),
      );
      const loose = new Database(file);
      loose.unsafeMode();
      loose.pragma('foreign_keys = OFF');
      loose.pragma('ignore_check_constraints = ON');
      loose.exec(sql);
      loose.pragma('writable_schema = ON');
      describe(loose, (text) => text);
      loose.close();
    };
  }

  test.each([
    ['a counter that is a text', "update rows set used = 'three'"],
    ['a cell of nobody', 'update rows set took_from = 99'],
    ['a cell without an amount', 'update rows set took_n = null'],
    ['cells that are a number', 'update rows set cells = 7'],
    ['cells of no known column', "update rows set cells = x'09010101'"],
    ['an entry that is a number', 'update runs set bytes = 5'],
    ['an entry that is nothing', 'update runs set bytes = null'],
    ['a hash that is a text', "update runs set hash_last = 'none'"],
    ['a head without a hash', 'update streams set hash = null'],
    ['a head of nobody', 'update streams set writer = 77 where via is not null'],
    ['a hold whose lines are no list', "update holds set lines = '[{'"],
    ['a document at no place', "update documents set seq = 'first'"],
    ['progress that is a text', "update progress set cancelled = 'all'"],
    ['no word about itself', 'delete from meta'],
    ['a name that is a number', 'update names set writer = 5 where id = 1'],
  ])('%s', async (_, sql) => {
    const folder = await damaged(inAnyType(sql));
    expect(atStart(folder)).not.toBe('');
    await byVerify(folder).then(
      (kinds) => expect(kinds).not.toEqual([]),
      (error) => expect(error).toMatchObject({ name: 'JournalError', code: 'corrupt' }),
    );
  });

  test.each(['meta', 'holds', 'runs_by_writer'])('a changed description of %s', async (name) => {
    const folder = await damaged((db) => {
      db.unsafeMode();
      db.pragma('writable_schema = ON');
      db.prepare("update sqlite_schema set sql = replace(sql, 'e', 'q') where name = ?").run(name);
    });
    expect(() => SqliteJournal.open({ folder })).toThrow(
      expect.objectContaining({ name: 'JournalError', code: 'corrupt' }),
    );
  });
});
