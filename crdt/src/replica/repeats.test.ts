/** What a writer that was shut out says and somebody counted before folds as nothing: T8. */
import { describe, expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import type { Stream } from './stream.ts';
import { pool } from './world.test-kit.ts';

const lamp = pool('lamp');
const bulb = pool('bulb');
const received = (n: number): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool: lamp, n }],
});
const released = (holdId: string): EntryBody => ({
  type: 'released',
  holdId: holdId as never,
  cause: 'released',
  closes: [{ pool: lamp, n: 1 }],
});
const moved = (type: 'cancelled' | 'returned' | 'shipped', ...lines: readonly object[]): EntryBody =>
  ({ type, orderId: 'o1', reason: 'x', lines }) as never;
const line = (n: number, lineId = '1', at = lamp) => ({ lineId, pool: at, n });

function soldLine(lineId: string, at: typeof lamp, quantityBase: number) {
  const [sku, locationId] = at.split('@');
  const goods = { lineId, sku, locationId, pool: at, quantityBase, quantityUnits: quantityBase };
  const price = { unit: 'piece', unitPriceMinor: 1, currency: 'EUR', taxRateBp: 0, taxIncluded: true };
  return { ...goods, ...price, discounts: [], departed: false, owed: 0 };
}

const sold = {
  type: 'sold',
  orderId: 'o1',
  channel: 'till',
  priority: 0,
  placedAt: 0,
  payments: [],
  lines: [soldLine('1', lamp, 5), soldLine('2', bulb, 5)],
} as never as EntryBody;

/** Order o1 of five lamps and five bulbs, whose owner is then shut out, some time after. */
function shutOut(fenceAfter = 0): { books: Books; shop: Stream } {
  const books = new Books();
  const { shop } = books;
  books.sayAs('o1', shop, sold);
  books.sayAs('d1', shop, received(20));
  books.ledger.fence(shop, 'retired', atFirst);
  const fence = shop.head.fence;
  if (fence !== null) shop.head.fence = { ...fence, seq: fence.seq + fenceAfter };
  return { books, shop };
}

describe('[T8] a document that was carried before', () => {
  test('[T8] counts for a writer that lives, who answers for it', () => {
    const books = new Books();
    books.sayAs('d1', books.shop, received(1));
    books.sayAs('d1', books.shop, received(1));
    expect(books.shop.row(lamp).received).toBe(2);
  });

  test('[T8] counts up to the entry at which its writer was shut out, and not behind', () => {
    const { books, shop } = shutOut(1);
    books.sayAs('d1', shop, received(1));
    expect(shop.row(lamp).received).toBe(21);
    books.sayAs('d1', shop, received(1));
    expect(shop.row(lamp).received).toBe(21);
    books.sayAs('d2', shop, received(1));
    expect(shop.row(lamp).received).toBe(22);
  });

  test('[T8] counts for nothing in another writer’s mouth either, and its first answer stays', () => {
    const { books, shop } = shutOut();
    const rome = books.add(name('rome'), 'rome');
    books.ledger.fence(rome, 'retired', atFirst);
    books.sayAs('d1', rome, received(1));
    expect(rome.row(lamp).received).toBe(0);
    expect(books.ledger.findDocument('receipt', 'd1')?.writer).toBe(shop.writer);
  });

  test('[F5] but a hold that ended twice was used twice', () => {
    const { books, shop } = shutOut();
    books.sayAs('x1', shop, released('h1'));
    books.sayAs('x2', shop, released('h1'));
    expect(shop.row(lamp).closed).toBe(2);
    books.sayAs('x2', shop, released('h2'));
    expect(shop.row(lamp).closed).toBe(2);
  });
});

describe('[T8] an order, by who was shut out', () => {
  const columns = { cancelled: 'reinstated', returned: 'received', shipped: 'departed' } as const;

  test.each(Object.entries(columns))(
    '[T8] is %s up to what it sold, over all entries and lines',
    (type, column) => {
      const { books, shop } = shutOut();
      const before = shop.row(lamp)[column];
      const say = (...lines: readonly object[]) => {
        books.say(shop, moved(type as keyof typeof columns, ...lines));
        return shop.row(lamp)[column] - before;
      };
      expect(say(line(3), line(3))).toBe(0);
      expect(say(line(2))).toBe(2);
      expect(say(line(4))).toBe(2);
      expect(say(line(1), line(6, '2', bulb))).toBe(2);
      expect(say(line(1), line(1, '2'))).toBe(2);
      expect(say(line(1), line(1, '9'))).toBe(2);
      expect(say(line(2), line(1))).toBe(5);
      expect(say(line(1))).toBe(5);
    },
  );

  test('[T8] units that were cancelled do not come back as well, and those that left may', () => {
    const { books, shop } = shutOut();
    books.say(shop, moved('cancelled', line(2)), moved('shipped', line(3)), moved('returned', line(4)));
    expect(shop.row(lamp)).toMatchObject({ reinstated: 2, departed: 3, received: 20 });
    books.say(shop, moved('returned', line(3)), moved('cancelled', line(1)));
    expect(shop.row(lamp)).toMatchObject({ reinstated: 2, received: 23 });
    books.say(shop, moved('shipped', line(2)));
    expect(shop.row(lamp).departed).toBe(5);
  });

  test('[F5] that nobody here knows is believed: its owner may be heard of later', () => {
    const { books, shop } = shutOut();
    books.say(shop, { ...(moved('shipped', line(9)) as object), orderId: 'o9' } as never);
    expect(shop.row(lamp).departed).toBe(9);
  });
});
