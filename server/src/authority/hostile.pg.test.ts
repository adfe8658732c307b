/** What a hostile shop says of itself is kept and not believed; the books take it, and go on for everybody (T6, T7, F5). */
import type { EntryBody, LineId, LocationId, OrderId, WriterId } from '@tallystick/crdt';
import type { Log } from '@tallystick/store-agent';
import { expect, test } from 'vitest';
import { booksWithShop, LAMP, NOW, saleOf, TestShop } from './journal.test-kit.ts';
import { Movements } from './movements.ts';

/** Says what no honest replica would. */
function say(shop: TestShop, body: EntryBody, id = ''): void {
  shop.replica.ledger.append(body, id, 'clerk:1', NOW);
  const writes = shop.replica.endTurn(NOW);
  for (const run of writes?.runs ?? []) shop.entries.push(...run.entries);
  shop.replica.keep(NOW);
}

const fenceOf = ({ authority }: Awaited<ReturnType<typeof booksWithShop>>, shop: TestShop) =>
  authority.replica.ledger.streams.get(shop.writer)?.head.fence?.reason;

test('[T6] a line that an order names twice counts once, the first time, in the books and for whoever ships it', async () => {
  const books = await booksWithShop();
  const { authority, shop } = books;
  shop.receive('r1', 10);
  const { lines, ...head } = saleOf('o1', 1);
  const line = (n: number) => ({
    ...(lines[0] as (typeof lines)[number]),
    lineId: 'x' as LineId,
    locationId: 'shop' as LocationId,
    pool: LAMP,
    quantityBase: n,
    quantityUnits: n,
    departed: false,
    owed: 0,
  });
  const { channel, priority, placedAt, payments } = head;
  const orderId = 'o1' as OrderId;
  say(
    shop,
    { type: 'sold', orderId, channel, priority, placedAt, payments, lines: [line(1), line(2)] },
    'o1',
  );
  expect(await authority.take(shop, shop.frame(), true)).toBe('committed');
  say(shop, { type: 'shipped', orderId, lines: [{ lineId: 'x' as LineId, pool: LAMP, n: 2 }] }, 's1');
  expect(await authority.take(shop, shop.frame(), true)).toBe('committed');
  expect(fenceOf(books, shop)).toBe('departed');
});

test('[T7] units beyond what a column counts are kept as far as it counts, and their writer is shut out', async () => {
  const books = await booksWithShop();
  const { authority, shop } = books;
  const nobody = `nobody.1.${'a'.repeat(32)}` as WriterId;
  for (const from of [authority.replica.ledger.self.writer, nobody])
    say(shop, { type: 'took', from, items: [{ pool: LAMP, seq: 1, n: Number.MAX_SAFE_INTEGER }] });
  expect(await authority.take(shop, shop.frame(), true)).toBe('committed');
  expect(fenceOf(books, shop)).toBeDefined();
});

test('[T7] a count that no number says exactly shuts out its writer, and the history of all others is written', async () => {
  const books = await booksWithShop();
  const { authority, shop, pool } = books;
  shop.receive('r1', 10);
  const most = Number.MAX_SAFE_INTEGER;
  const line = { pool: LAMP, found: most, more: 0, less: most, owed: most };
  say(shop, { type: 'counted', reason: '', lines: Array.from({ length: 2_000 }, () => line) }, 'c1');
  expect(await authority.take(shop, shop.frame(), true)).toBe('committed');
  expect(fenceOf(books, shop)).toBe('rights');
  const other = new TestShop(authority.replica.ledger.self.writer, 'other');
  other.receive('r2', 5);
  expect(await authority.take(other, other.frame(), true)).toBe('committed');
  const log = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Log;
  const listed = await new Movements(pool, log).list({ sku: 'lamp' }, 10);
  expect(listed.map(({ type, onHand, document }) => [type, onHand, document])).toEqual([
    ['received', 5, 'r2'],
    ['received', 10, 'r1'],
  ]);
});
