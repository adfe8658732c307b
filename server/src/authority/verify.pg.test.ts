/** Tampered chains: whoever owns the database changes something, and it is named by writer and entry (D5, D6). */
import { decodeEntry, type Entry } from '@tallystick/crdt';
import { joinEntries, splitEntries } from '@tallystick/crdt/wire';
import { expect, test } from 'vitest';
import { booksWithShop } from './journal.test-kit.ts';
import { verifyChains } from './verify.ts';

type Books = Awaited<ReturnType<typeof booksWithShop>>;
interface Run {
  readonly seq_first: number;
  readonly seq_last: number;
  readonly bytes: Uint8Array;
}

/** Thirty entries of a shop, in three frames, each a run of its own. */
async function books(): Promise<Books & { readonly runs: readonly Run[] }> {
  const all = await booksWithShop();
  const { pool, authority, shop } = all;
  for (let frame = 0; frame < 3; frame += 1) {
    for (let i = 0; i < 10; i += 1) shop.receive(`r${frame}-${i}`, 5);
    await authority.take(shop, shop.frame());
  }
  const { rows } = await pool.query<Run>(
    'select seq_first, seq_last, bytes from tallystick.runs where writer = $1 order by seq_first',
    [shop.writer],
  );
  expect(rows.length).toBeGreaterThanOrEqual(3);
  // The owner of a database is not kept from anything.
  for (const table of ['runs', 'rows'])
    await pool.query(`alter table tallystick.${table} disable trigger user`);
  expect((await verifyChains(pool)).problems).toEqual([]);
  return { ...all, runs: rows };
}

/** The problems without the shop's name in front. */
async function found({ pool, shop }: Books): Promise<string[]> {
  const { problems } = await verifyChains(pool);
  return problems.map((problem) => problem.replaceAll(shop.writer, 'shop'));
}

const put = ({ pool, shop }: Books, { seq_first }: Run, bytes: Uint8Array) =>
  pool.query('update tallystick.runs set bytes = $3 where writer = $1 and seq_first = $2', [
    shop.writer,
    seq_first,
    Buffer.from(bytes),
  ]);

/** A byte of the wall clock, or of whatever stands there: the entry stays readable. */
function changed(bytes: Uint8Array): Uint8Array {
  const { docId } = decodeEntry(bytes) as Entry;
  const at = Buffer.from(bytes).indexOf(docId);
  const other = Uint8Array.from(bytes);
  other[at] = (other[at] as number) ^ 1;
  return other;
}

test('[D5] an entry that was changed is named', async () => {
  const all = await books();
  const run = all.runs[1] as Run;
  const entries = splitEntries(run.bytes).map((bytes, i) => ({ bytes: i === 2 ? changed(bytes) : bytes }));
  await put(all, run, joinEntries(entries));
  const seq = run.seq_first + 2;
  expect(await found(all)).toEqual([
    `shop: entry ${seq} was changed, or entry ${seq + 1} does not belong behind it`,
  ]);
});

test('[D5] a last entry that was made anew is named: it is not the head that was written down', async () => {
  const all = await books();
  const run = all.runs.at(-1) as Run;
  const entries = splitEntries(run.bytes).map((bytes, i, { length }) => {
    return { bytes: i === length - 1 ? changed(bytes) : bytes };
  });
  await put(all, run, joinEntries(entries));
  expect(await found(all)).toEqual([`shop: the hash of entry ${run.seq_last} is not the head's`]);
});

test('[D5] an entry that is missing, and one that was swapped, are named', async () => {
  const all = await books();
  const run = all.runs[1] as Run;
  const entries = splitEntries(run.bytes).map((bytes) => ({ bytes }));
  await put(all, run, joinEntries(entries.toSpliced(2, 1)));
  const seq = run.seq_first + 2;
  expect((await found(all))[0]).toBe(`shop: entry ${seq} is missing or swapped with shop ${seq + 1}`);
  const [a, b] = [entries[2], entries[3]] as [{ bytes: Uint8Array }, { bytes: Uint8Array }];
  await put(all, run, joinEntries(entries.toSpliced(2, 2, b, a)));
  expect((await found(all))[0]).toBe(`shop: entry ${seq} is missing or swapped with shop ${seq + 1}`);
  await put(all, run, joinEntries(entries));
  expect(await found(all)).toEqual([]);
});

test('[D5] a whole run that is gone, a chain that was cut off, and bytes that are none are named', async () => {
  const all = await books();
  const [, middle, last] = all.runs as [Run, Run, Run];
  await put(all, last, Uint8Array.of(255, 255));
  expect((await found(all))[0]).toMatch(
    new RegExp(`^shop: an entry after ${last.seq_first - 1} cannot be read`),
  );
  const drop = ({ seq_first }: Run) =>
    all.pool.query('delete from tallystick.runs where writer = $1 and seq_first = $2', [
      all.shop.writer,
      seq_first,
    ]);
  await drop(last);
  expect((await found(all))[0]).toBe(
    `shop: the chain ends at entry ${last.seq_first - 1}, its head says ${all.runs.at(-1)?.seq_last}`,
  );
  await drop(middle);
  expect((await found(all))[0]).toMatch(/^shop: the chain ends at entry \d+, its head says \d+$/);
});

test('[D6] rows that were changed, taken out or left without their chain are named, and nothing else goes wrong', async () => {
  const all = await books();
  const { pool, shop } = all;
  await pool.query('update tallystick.rows set received = received + 7 where writer = $1', [shop.writer]);
  const problems = await found(all);
  expect(problems[0]).toMatch(/^D6: the rows of shop have the digest/);
  expect(problems[1]).toBe('shop: the row of lamp@shop is not what its entries add up to');
  const ghost = `ghost.1.${'ab'.repeat(16)}`;
  await pool.query('update tallystick.rows set writer = $2 where writer = $1', [shop.writer, ghost]);
  const astray = await found(all);
  expect(astray[0]).toBe(`The books hold rows of ${ghost}, but not its chain.`);
  expect(astray.at(-1)).toBe('shop: the row of lamp@shop is missing');
});
