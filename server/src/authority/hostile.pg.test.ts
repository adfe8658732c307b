/** What a hostile shop says of itself is kept and not believed; the books take it, and go on for everybody (T6, T7, F5). */
import type { EntryBody, LineId, LocationId, OrderId, WriterId } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import { booksWithShop, LAMP, NOW, saleOf, type TestShop } from './journal.test-kit.ts';

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
