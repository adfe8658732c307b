/** Both histories of a writer that lived twice, in the books (F2). */
import { sha256 } from '@tallystick/store-agent';
import { expect, test } from 'vitest';
import { feedAsDocumented } from './feed/feed.test-kit.ts';
import { booksWithShop, LAMP, TestAuthority } from './journal.test-kit.ts';
import { verifyChains } from './verify.ts';

test('[T3][F2] both histories of a fork stand in the books, and what both carry counts once', async () => {
  const { pool, authority, shop } = await booksWithShop();
  shop.receive('r1', 10);
  shop.sell('o1', 2);
  const other = shop.entries.slice(-2);
  await authority.take(shop, shop.frame());
  // A copy of the shop wrote the same receipt down, and sold another order.
  const [receipt, sale] = [
    forgedFrom(other[0], { 'clerk:1': 'clerk:2' }),
    forgedFrom(other[1], { o1: 'o2' }),
  ];
  Buffer.from(sha256(receipt)).copy(sale, Buffer.from(sale).indexOf(Buffer.from(other[0]?.hash ?? [])));
  const forged = [receipt, sale].map((bytes) => ({ bytes }) as never);
  await authority.take(shop, shop.frameOf(forged, 1), true);
  const again = await TestAuthority.open(pool);
  const { ledger } = again.replica;
  expect(ledger.streams.get(shop.writer)?.head.fence?.reason).toBe('fork');
  const [branch] = ledger.branches;
  expect(branch?.row(LAMP)).toMatchObject({ received: 0, used: 2 });
  const settled = await pool.query('select seq, settled_seq from tallystick.writers where writer = $1', [
    branch?.writer,
  ]);
  expect(settled.rows).toEqual([{ seq: 3, settled_seq: 3 }]);
  const orders = await pool.query('select order_id, writer from tallystick.orders order by order_id');
  expect(orders.rows).toEqual([
    { order_id: 'o1', writer: shop.writer },
    { order_id: 'o2', writer: branch?.writer },
  ]);
  const twice = await pool.query('select kind, id, writer from tallystick.duplicates');
  expect(twice.rows).toEqual([{ kind: 'receipt', id: 'r1', writer: branch?.writer }]);
  expect((await verifyChains(pool)).problems).toEqual([]);
  // Another process that held the books before the fork takes over what this one found.
  const facts = await pool.query(`select payload from tallystick.outbox where type = 'replica.fenced'`);
  expect(facts.rows[0]?.payload).toMatchObject({ fenced: shop.writer, reason: 'fork' });
  const told = (await feedAsDocumented(pool)).find(({ type }) => type === 'replica.fenced');
  expect(told?.data).toMatchObject({ replica: 'shop', writer: shop.writer, reason: 'fork' });
});

test('[F2] another process of the authority absorbs a fork', async () => {
  const { pool, authority, shop } = await booksWithShop();
  shop.receive('r1', 10);
  await authority.take(shop, shop.frame());
  const beside = await TestAuthority.open(pool);
  const forged = forgedFrom(shop.entries.at(-1), { r1: 'r9' });
  await authority.take(shop, shop.frameOf([{ bytes: forged } as never], 1), true);
  await beside.catchUp();
  const rows = [authority, beside].map(({ replica }) =>
    [...replica.ledger.branches].map((branch) => [branch.writer, branch.row(LAMP).received]),
  );
  expect(rows[0]).toEqual([[expect.any(String), 10]]);
  expect(rows[1]).toEqual(rows[0]);
});

/** The same entry with other words of the same length in it. */
function forgedFrom(
  written: { readonly bytes: Uint8Array } | undefined,
  words: Record<string, string>,
): Uint8Array {
  if (written === undefined) throw new Error('the shop wrote nothing');
  const bytes = written.bytes.slice();
  for (const [from, to] of Object.entries(words)) {
    const at = Buffer.from(bytes).indexOf(from);
    if (at < 0) throw new Error(`there is no ${from} in the entry`);
    bytes.set(Buffer.from(to), at);
  }
  return bytes;
}
