/** What the journal makes of entries for whoever reads orders: their rows, what became of their lines, and facts. */
import type { LineId, OrderId } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import { booksWithShop, LAMP, saleOf, TestShop } from './journal.test-kit.ts';

async function shippingShop() {
  const books = await booksWithShop();
  books.shop.receive('r1', 10);
  books.shop.execute({ ...saleOf('o1', 4), departsFrom: [] });
  return books;
}
const line = { lineId: '1' as LineId, pool: LAMP };

test('[D1] orders, lines and facts are projected in the commit of their entries', async () => {
  const { pool, authority, shop } = await booksWithShop();
  shop.receive('r1', 10);
  shop.sell('o1', 2);
  await authority.take(shop, shop.frame());
  const orders = await pool.query('select order_id, writer, channel from tallystick.orders');
  expect(orders.rows).toEqual([{ order_id: 'o1', writer: shop.writer, channel: 'till' }]);
  const lines = await pool.query(
    'select sku, location, quantity, departed, owed from tallystick.order_lines',
  );
  expect(lines.rows).toEqual([{ sku: 'lamp', location: 'shop', quantity: 2, departed: true, owed: 0 }]);
  const facts = await pool.query('select type, payload from tallystick.outbox order by id');
  expect(facts.rows.map(({ type }) => type)).toEqual(['stock.received', 'order.settled']);
  expect(facts.rows[1]?.payload).toMatchObject({ orderId: 'o1', writer: shop.writer });
});

test('[T8] the second order of one id is kept as a duplicate, and the books show the first', async () => {
  const { pool, authority, shop } = await booksWithShop();
  shop.receive('r1', 10);
  shop.sell('o1', 2);
  // The shop's own journal here forgets documents, as a restored one might.
  shop.sell('o1', 3);
  await authority.take(shop, shop.frame());
  const orders = await pool.query('select order_id, seq from tallystick.orders');
  expect(orders.rows).toEqual([{ order_id: 'o1', seq: 3 }]);
  const twice = await pool.query('select kind, id, seq from tallystick.duplicates');
  expect(twice.rows).toEqual([{ kind: 'order', id: 'o1', seq: 4 }]);
});

test('[F5] an order that names a line twice counts whole, is listed with the first, and stops nothing', async () => {
  const { pool, authority, shop } = await booksWithShop();
  shop.receive('r1', 10);
  shop.sellOneLineTwice('o1');
  shop.sell('o2', 1);
  expect(await authority.take(shop, shop.frame())).toBe('committed');
  expect(authority.replica.ledger.streams.get(shop.writer)?.row(LAMP).used).toBe(4);
  const { rows } = await pool.query(
    'select order_id, quantity from tallystick.order_lines order by order_id',
  );
  expect(rows).toEqual([
    { order_id: 'o1', quantity: 1 },
    { order_id: 'o2', quantity: 1 },
  ]);
});

test('[T8] what happens to a line is added up, and the core is told', async () => {
  const { pool, authority, shop } = await shippingShop();
  await authority.take(shop, shop.frame());
  const ship = { type: 'ship', actor: 'clerk:1', orderId: 'o1' as OrderId } as const;
  shop.execute({ ...ship, id: 's1', lines: [{ ...line, n: 1, ordered: 4 }] });
  await authority.take(shop, shop.frame());
  shop.execute({ ...ship, id: 's2', lines: [{ ...line, n: 2, ordered: 4 }] });
  await authority.take(shop, shop.frame());
  const { rows } = await pool.query(
    'select quantity, cancelled, shipped, conflict from tallystick.order_lines',
  );
  expect(rows).toEqual([{ quantity: 4, cancelled: 0, shipped: 3, conflict: false }]);
  await authority.journal.prefetch({ progress: ['o1' as OrderId] });
  expect(authority.journal.view.lineProgress('o1' as OrderId, '1' as LineId)?.shipped).toBe(3);
  const facts = await pool.query(
    `select payload from tallystick.outbox where type = 'order.shipped' order by id`,
  );
  expect(facts.rows[1]?.payload).toMatchObject({ documentId: 's2', orderId: 'o1', lines: [{ n: 2 }] });
});

test('progress that arrives before its order is kept, and joined to it later', async () => {
  const { pool, authority, shop } = await shippingShop();
  const keeper = new TestShop(authority.replica.ledger.self.writer, 'keeper');
  keeper.receive('r2', 10);
  const lines = [{ ...line, n: 4, ordered: 4 }];
  keeper.execute({ type: 'ship', id: 's1', actor: 'clerk:1', orderId: 'o1' as OrderId, lines });
  await authority.take(keeper, keeper.frame());
  expect((await pool.query('select from tallystick.order_lines')).rowCount).toBe(0);
  await authority.take(shop, shop.frame());
  const { rows } = await pool.query('select quantity, shipped from tallystick.order_lines');
  expect(rows).toEqual([{ quantity: 4, shipped: 4 }]);
});
