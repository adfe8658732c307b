/** One order id that two shops accepted, and what a shop says after its fence, in the books: T8. */
import { expect, test } from 'vitest';
import { feedAsDocumented } from './feed/feed.test-kit.ts';
import { LAMP, NOW, saleOf, TestAuthority, TestShop } from './journal.test-kit.ts';
import { freshDatabase } from './postgres/database.test-kit.ts';
import { verifyChains } from './verify.ts';

const far = { departsFrom: [] };

async function twoShops() {
  const database = await freshDatabase();
  const authority = await (await TestAuthority.open(database.pool)).begin();
  const { writer } = authority.replica.ledger.self;
  const [shop, other] = [new TestShop(writer), new TestShop(writer, 'other')];
  for (const [each, n] of [
    [shop, 3],
    [other, 2],
  ] as const) {
    each.receive(`r-${n}`, 10);
    each.execute({ ...saleOf('o1', n), ...far });
    await authority.take(each, each.frame());
  }
  return { ...database, authority, shop, other };
}

const fenceOf = (authority: TestAuthority, { writer }: TestShop) =>
  authority.replica.ledger.streams.get(writer)?.head.fence?.reason;

test('[T8] an order of two owners that both cancel: the books know whose copy is whose', async () => {
  const { pool, authority, shop, other } = await twoShops();
  other.cancel('c-other', 'o1', 2);
  await authority.take(other, other.frame());
  const line = 'select quantity, cancelled from tallystick.order_lines';
  expect((await pool.query(line)).rows).toEqual([{ quantity: 3, cancelled: 0 }]);
  shop.cancel('c-shop', 'o1', 3);
  await authority.take(shop, shop.frame());
  expect((await pool.query(line)).rows).toEqual([{ quantity: 3, cancelled: 3 }]);
  expect([fenceOf(authority, shop), fenceOf(authority, other)]).toEqual([undefined, undefined]);
  const { rows } = await pool.query(
    `select kind, id, seq from tallystick.documents where kind in ('order-copy', 'copy-cancellation') order by seq`,
  );
  expect(rows).toEqual([
    { kind: 'order-copy', id: `o1 ${other.writer}`, seq: 3 },
    { kind: 'copy-cancellation', id: `o1 1 ${other.writer}`, seq: 4 },
  ]);
  const facts = await pool.query(`select type from tallystick.outbox where type like 'order%' order by id`);
  expect(facts.rows.map(({ type }) => type)).toEqual([
    'order.settled',
    'order.duplicate',
    'order.duplicate-cancelled',
    'order.cancelled',
  ]);
  const told = (await feedAsDocumented(pool)).filter(({ type }) => type.startsWith('order.dup'));
  expect(told.map(({ type, data }) => [type, data.orderId ?? data.documentId])).toEqual([
    ['order.duplicate', 'o1'],
    ['order.duplicate_cancelled', 'o1'],
  ]);
  expect((await verifyChains(pool)).problems).toEqual([]);
});

test('[T8] an order of two owners that both mark: the business hears the word of whose order it is', async () => {
  const { pool, authority, shop, other } = await twoShops();
  const beside = await TestAuthority.open(pool);
  const heard = async () => {
    const { rows } = await pool.query(
      `select type, payload->>'writer' as writer from tallystick.outbox where payload->>'orderId' = 'o1' order by id offset 2`,
    );
    const status = await pool.query(`select tallystick.order_json('o1')->>'status' as status`);
    return [...rows.map(({ type, writer }) => [type, writer]), status.rows[0].status];
  };
  // What a copy of it has come to is no word of the order, whoever speaks first.
  other.mark('o1', 'delivered');
  await authority.take(other, other.frame());
  expect(await heard()).toEqual(['confirmed']);
  for (const mark of ['processing', 'delivered'] as const) shop.mark('o1', mark);
  await authority.take(shop, shop.frame());
  expect(await heard()).toEqual([
    ['order.processing', shop.writer],
    ['order.delivered', shop.writer],
    ['order.completed', shop.writer],
    'delivered',
  ]);
  await beside.catchUp();
  for (const { replica } of [authority, beside])
    expect([shop, other].map(({ writer }) => replica.ledger.streams.get(writer)?.head.seq)).toEqual([5, 4]);
  expect([fenceOf(authority, shop), fenceOf(authority, other)]).toEqual([undefined, undefined]);
  expect((await verifyChains(pool)).problems).toEqual([]);
});

test('[T8] a copy that is cancelled twice is no better for another process of the authority', async () => {
  const { authority, pool, other } = await twoShops();
  other.cancel('c1', 'o1', 2);
  await authority.take(other, other.frame());
  const beside = await TestAuthority.open(pool);
  other.cancel('c2', 'o1', 1);
  await beside.take(other, other.frame());
  expect(fenceOf(beside, other)).toBe('departed');
  await authority.catchUp();
  for (const { replica } of [authority, beside])
    expect(replica.ledger.streams.get(other.writer)?.row(LAMP).reinstated).toBe(2);
  expect((await verifyChains(pool)).problems).toEqual([]);
});

test('[T8] another process of the authority absorbs what was said of an order after a fence', async () => {
  const { authority, pool, shop } = await twoShops();
  await authority.turn(() => authority.replica.retire('shop' as never, NOW));
  const beside = await TestAuthority.open(pool);
  shop.cancel('c1', 'o1', 3);
  shop.cancel('c2', 'o1', 3);
  await authority.take(shop, shop.frame());
  await beside.catchUp();
  const reinstated = [authority, beside].map(
    ({ replica }) => replica.ledger.streams.get(shop.writer)?.row(LAMP).reinstated,
  );
  expect(reinstated).toEqual([3, 3]);
  expect((await verifyChains(pool)).problems).toEqual([]);
});
