import { join } from 'node:path';
import { appendCheckpoint, type Ledger } from '@tallystick/crdt';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { JOURNAL_FILE } from './files.ts';
import {
  NOON,
  openShop,
  PARENT_WRITER,
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
import { placesIn } from './runs.ts';

/** Own entries 1 to 12 in three turns, and a till's 1 to 6 among them. */
async function tradedShop(): Promise<{ folder: string; ledger: Ledger }> {
  const folder = tempFolder();
  const journal = SqliteJournal.open({ folder });
  const ledger = await openShop(journal, { lamp: 100, bulb: 100 });
  const till = tillWithLamps();
  for (let round = 1; round <= 2; round += 1) {
    till.append(sold(`till-${round}`, { lamp: 1 }), `till-${round}`);
    till.append(sold(`till-${round}b`, { lamp: 1 }), `till-${round}b`);
    till.relayTo(ledger);
    for (let i = 1; i <= 4; i += 1) sell(ledger, `own-${round}-${i}`, { lamp: 1, bulb: 1 });
    appendCheckpoint(ledger, NOON);
    await turn(ledger, journal);
  }
  expect((await journal.verify()).problems).toEqual([]);
  journal.close();
  return { folder, ledger };
}

/** What `verify` says after somebody else had the file: kind, writer and seq of each problem. */
async function foundAfter(folder: string, change: (db: Database.Database) => void): Promise<string[]> {
  const db = new Database(join(folder, JOURNAL_FILE));
  change(db);
  db.close();
  const journal = SqliteJournal.open({ folder });
  const report = await journal.verify();
  journal.close();
  expect(report.ok).toBe(report.problems.length === 0);
  return report.problems.map(({ kind, writer: name, seq }) => `${kind} ${name} ${seq}`);
}

/** Rewrites the run that holds an entry of `name`. */
function changeRun(
  db: Database.Database,
  name: string,
  seq: number,
  change: (bytes: Uint8Array, index: number) => Uint8Array,
): void {
  const run = db
    .prepare(
      `select pos_first, seq_first, bytes from runs join names on id = runs.writer
       where names.writer = ? and ? between seq_first and seq_last`,
    )
    .get(name, seq) as { pos_first: number; seq_first: number; bytes: Buffer };
  const changed = change(Uint8Array.from(run.bytes), seq - run.seq_first);
  db.prepare('update runs set bytes = ? where pos_first = ?').run(changed, run.pos_first);
}

test('[D5] an untouched journal verifies: own and relayed entries, every one', async () => {
  const { folder, ledger } = await tradedShop();
  const journal = SqliteJournal.open({ folder });
  expect(await journal.verify()).toEqual({
    ok: true,
    writers: 2,
    entries: ledger.durablePosition,
    problems: [],
    problemsLeftOut: 0,
  });
  journal.close();
});

test.each([
  [SELF, 4],
  [SELF, 7],
  [SELF, 12],
  [TILL, 2],
  [TILL, 6],
])('[D5] one changed byte in an entry is found: %s %i', async (name, seq) => {
  const { folder } = await tradedShop();
  const found = await foundAfter(folder, (db) =>
    changeRun(db, name, seq, (bytes, index) => {
      const place = [...placesIn(bytes)][index];
      if (place === undefined) throw new Error('no such entry');
      // The digit of an order id or of a digest: the entry still reads well.
      const at = place.to - (name === SELF && seq % 5 === 2 ? 5 : 3);
      bytes[at] = (bytes[at] as number) ^ 1;
      return bytes;
    }),
  );
  expect(found.some((problem) => problem.endsWith(`${name} ${seq}`))).toBe(true);
  expect(found.filter((problem) => problem.startsWith('changed'))).toHaveLength(
    found.some((problem) => problem.startsWith('unreadable')) ? 0 : 1,
  );
});

test('[D5] two entries in each other’s place are both named', async () => {
  const { folder } = await tradedShop();
  const found = await foundAfter(folder, (db) =>
    changeRun(db, SELF, 3, (bytes, index) => {
      const places = [...placesIn(bytes)];
      const parts = places.map(({ from, to }) => bytes.subarray(from, to));
      [parts[index], parts[index + 1]] = [parts[index + 1] as Uint8Array, parts[index] as Uint8Array];
      return Uint8Array.from(Buffer.concat(parts));
    }),
  );
  expect(found).toEqual(expect.arrayContaining([`swapped ${SELF} 3`, `swapped ${SELF} 4`]));
  expect(found.filter((problem) => !/^(swapped|rows-differ|digest-differs)/.test(problem))).toEqual([]);
});

test('[D5] a missing run is a hole with its first entry named', async () => {
  const { folder } = await tradedShop();
  const found = await foundAfter(folder, (db) => db.exec('delete from runs where seq_first = 3'));
  expect(found).toContain(`missing ${SELF} 3`);
});

test('[D5] a chain that was cut off is named at its first lost entry', async () => {
  const { folder } = await tradedShop();
  const found = await foundAfter(folder, (db) => db.exec('delete from runs where seq_first = 8'));
  expect(found).toContain(`cut-off ${SELF} 8`);
});

test('[D5] a run whose end was cut off names the entry it was cut in', async () => {
  const { folder } = await tradedShop();
  const found = await foundAfter(folder, (db) =>
    changeRun(db, SELF, 10, (bytes, index) => bytes.slice(0, ([...placesIn(bytes)][index]?.to ?? 0) - 1)),
  );
  expect(found).toContain(`cut-off ${SELF} 10`);
});

test('[D6] a stored row, a digest or a missing row that is not the fold is found', async () => {
  const { folder } = await tradedShop();
  const changes = [
    "update rows set used = used - 1, free = free + 1 where pool = 'bulb@berlin'",
    'update streams set digest_lo = digest_lo + 1 where seq = 12',
    "delete from rows where pool = 'bulb@berlin'",
  ];
  const kinds: string[] = [];
  for (const sql of changes) kinds.push(...(await foundAfter(folder, (db) => db.exec(sql))));
  expect(kinds).toEqual([
    `rows-differ ${SELF} 12`,
    `rows-differ ${SELF} 12`,
    `digest-differs ${SELF} 12`,
    'table-changed null 0',
    `rows-differ ${SELF} 12`,
    `digest-differs ${SELF} 12`,
    'table-changed null 0',
  ]);
});

test('[D6] a writer’s own checkpoint that its entries do not bear out is found', async () => {
  const folder = tempFolder();
  const journal = SqliteJournal.open({ folder });
  const ledger = await openShop(journal, { lamp: 5 });
  ledger.append({ type: 'checkpoint', digest: '0'.repeat(16), pools: 1 }, '', 'system', NOON);
  await turn(ledger, journal);
  expect((await journal.verify()).problems).toMatchObject([{ kind: 'digest-differs', writer: SELF, seq: 3 }]);
  journal.close();
});

test('sales may go on while a long journal is verified', async () => {
  const journal = SqliteJournal.open({ folder: tempFolder() });
  const ledger = await openShop(journal, { lamp: 1_000 });
  for (let i = 0; i < 100; i += 1) {
    sell(ledger, `before-${i}`, { lamp: 1 });
    await turn(ledger, journal);
  }
  const report = journal.verify();
  for (let i = 0; i < 10; i += 1) {
    sell(ledger, `during-${i}`, { lamp: 1 });
    await turn(ledger, journal);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await report).problems).toEqual([]);
  expect((await report).entries).toBeGreaterThan(102);
  expect(ledger.self.row(pool('lamp')).took[0]?.writer).toBe(PARENT_WRITER);
  journal.close();
});
