/** What a writer that was shut out says and somebody counted before folds as nothing: T8. */
import { describe, expect, test } from 'vitest';
import type { Entry, EntryBody } from '../entry/entry.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { isDoneTwice, isRepeat, wasRepeat } from './repeats.ts';
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

describe('[T8] [F2] what another life of the same replica did', () => {
  const goods = { lines: [{ pool: lamp, found: 1, more: 0, less: 0, owed: 0 }] };
  const acts: readonly (readonly [string, object])[] = [
    ['cancelled', moved('cancelled', line(1))],
    ['received', received(1)],
    ['returned', moved('returned', line(1))],
    ['shipped', moved('shipped', line(1))],
    ['counted', { type: 'counted', reason: 'x', ...goods }],
    ['lost', { type: 'lost', cause: 'damage', reason: 'x', lines: [{ pool: lamp, less: 1, owed: 0 }] }],
    ['reclaimed', { type: 'reclaimed', writer: name('till'), items: [{ pool: lamp, n: 1 }] }],
  ];
  const twice = (books: Books, stream: Stream, docId: string, body: object) =>
    isDoneTwice(books.ledger, stream, { docId, body } as Entry);

  test.each(acts)('[T8] is done twice if this one has %s by the same document', (_, body) => {
    const books = new Books();
    books.sayAs('o1', books.shop, sold);
    books.sayAs('d9', books.shop, body as EntryBody);
    const next = books.add(name('berlin', 2), 'berlin');
    const rome = books.add(name('rome'), 'rome');
    expect(twice(books, next, 'd9', body)).toBe(true);
    expect(twice(books, next, 'd8', body)).toBe(false);
    // That one itself, and another replica, are other matters.
    expect(twice(books, books.shop, 'd9', body)).toBe(false);
    expect(twice(books, rome, 'd9', body)).toBe(false);
  });

  test('[T8] is sold again by whoever is asked again: an order is no such document', () => {
    const books = new Books();
    books.sayAs('o1', books.shop, sold);
    expect(twice(books, books.add(name('berlin', 2), 'berlin'), 'o1', sold)).toBe(false);
  });
});

describe('[T8] what another process of this replica folded as nothing', () => {
  /** Said behind its fence; the document was filed there first, or by the entry itself. */
  function told(body: EntryBody, isFirst: boolean) {
    const { books, shop } = shutOut();
    const rome = books.add(name('rome'), 'rome');
    if (!isFirst) books.sayAs('d7', rome, body);
    books.sayAs('d7', shop, body);
    return { books, shop, entry: { writer: shop.writer, seq: shop.head.seq, docId: 'd7', body } as Entry };
  }

  test('[T8] is known by none of its documents being filed as its own', () => {
    const first = told(received(1), true);
    expect(wasRepeat(first.books.ledger, first.shop, first.entry)).toBe(false);
    const second = told(received(1), false);
    expect(wasRepeat(second.books.ledger, second.shop, second.entry)).toBe(true);
  });

  test('[T8] is nothing that was said before its writer was shut out, or that brings no document', () => {
    const { books, shop, entry } = told(received(1), false);
    const { fence } = shop.head;
    shop.head.fence = null;
    expect(wasRepeat(books.ledger, shop, entry)).toBe(false);
    shop.head.fence = fence && { ...fence, seq: entry.seq };
    expect(wasRepeat(books.ledger, shop, entry)).toBe(false);
    shop.head.fence = fence && { ...fence, seq: entry.seq - 1 };
    expect(wasRepeat(books.ledger, shop, entry)).toBe(true);
    const body = { type: 'sent', to: name('rome'), items: [{ pool: lamp, n: 1 }] } as const;
    expect(wasRepeat(books.ledger, shop, { ...entry, body })).toBe(false);
  });

  test('[F5] is no second end of a hold, and no copy of an order that another one has', () => {
    const { books, shop, entry } = told(released('h1'), true);
    books.sayAs('d8', shop, released('h1'));
    expect(wasRepeat(books.ledger, shop, { ...entry, docId: 'd8', seq: shop.head.seq })).toBe(false);
    const rome = copied(books);
    const copy = { ...entry, writer: rome.writer, docId: 'o1', seq: rome.head.seq, body: sold };
    expect(wasRepeat(books.ledger, rome, copy)).toBe(false);
  });
});

/** A shop in Rome that accepted order o1 as well, while it lived, and was shut out for it. */
function copied(books: Books): Stream {
  const rome = books.add(name('rome'), 'rome');
  books.sayAs('o1', rome, sold);
  books.ledger.fence(rome, 'departed', atFirst);
  const { fence } = rome.head;
  rome.head.fence = fence && { ...fence, seq: rome.head.seq - 1 };
  return rome;
}

describe('[T8] an order that several accepted, by one of them who was shut out', () => {
  test('[T8] counts as a copy where it was filed as one, and not where another one had it first', () => {
    const { books, shop } = shutOut();
    const rome = copied(books);
    const entry = { writer: rome.writer, seq: rome.head.seq, docId: 'o1', body: sold } as Entry;
    expect(isRepeat(books.ledger, rome, entry)).toBe(false);
    expect(isRepeat(books.ledger, shop, { ...entry, writer: shop.writer, seq: 9 })).toBe(true);
    // Only an order has copies.
    books.sayAs('d1', rome, received(1));
    expect(rome.row(lamp).received).toBe(0);
  });

  test('[T8] is not taken back by who sold nothing of it, but one that nobody here knows may be', () => {
    const { books } = shutOut();
    const rome = books.add(name('rome'), 'rome');
    books.ledger.fence(rome, 'retired', atFirst);
    books.say(rome, moved('cancelled', line(1)));
    expect(rome.row(lamp).reinstated).toBe(0);
    books.say(rome, { ...(moved('cancelled', line(1)) as object), orderId: 'o9' } as never);
    expect(rome.row(lamp).reinstated).toBe(1);
  });

  test('[T8] is taken back line by line up to what its own copy sold', () => {
    const { books } = shutOut();
    const rome = copied(books);
    const say = (...lines: readonly object[]) => {
      books.say(rome, moved('cancelled', ...lines));
      return rome.row(lamp).reinstated;
    };
    expect(say(line(6))).toBe(0);
    expect(say(line(5))).toBe(5);
    expect(say(line(1))).toBe(5);
    expect(books.ledger.lineProgress('o1' as never, '1' as never).cancelled).toBe(0);
  });

  test('[T8] is taken back in the pools of its lines, each line once, or not at all', () => {
    const { books } = shutOut();
    const rome = copied(books);
    const say = (...lines: readonly object[]) => {
      books.say(rome, moved('cancelled', ...lines));
      return [rome.row(lamp).reinstated, rome.row(bulb).reinstated];
    };
    expect(say(line(1), line(6, '2', bulb))).toEqual([0, 0]);
    expect(say(line(1, '2'))).toEqual([0, 0]);
    expect(say(line(1, '9'))).toEqual([0, 0]);
    expect(say(line(2, '2', bulb))).toEqual([0, 2]);
    expect(say(line(5), line(1, '2', bulb))).toEqual([0, 2]);
    expect(say(line(5))).toEqual([5, 2]);
  });

  test('[T8] [D7] is believed to be taken back within what its copy sold, where that entry was pruned', () => {
    const { books } = shutOut();
    const rome = copied(books);
    books.commit();
    books.journal.entryAt = () => undefined;
    books.say(rome, moved('cancelled', line(2)));
    expect(rome.row(lamp).reinstated).toBe(2);
    books.say(rome, moved('cancelled', line(2)));
    expect(rome.row(lamp).reinstated).toBe(2);
  });
});

describe('[T8] [F2] an order, by a writer that lived twice', () => {
  const cancelledOf = (books: Books) => books.ledger.lineProgress('o1' as never, '1' as never).cancelled;

  test('[F2] is taken back in the other history too, where both share its sale', () => {
    const { books, shop } = shutOut();
    const branch = books.branch(shop.head.seq);
    books.say(branch, moved('cancelled', line(2)));
    expect([branch.row(lamp).reinstated, cancelledOf(books)]).toEqual([2, 2]);
  });

  test('[F2] is the one of the history that was heard first, and a copy of the other', () => {
    const books = new Books();
    const { shop } = books;
    const branch = books.branch(shop.head.seq);
    books.sayAs('o1', branch, sold);
    // Of the chain so much was believed, as where the other history was told from above.
    const { fence } = shop.head;
    shop.head.fence = fence && { ...fence, seq: fence.seq + 1 };
    books.sayAs('o1', shop, sold);
    expect([branch, shop].map((each) => each.row(lamp).used)).toEqual([5, 5]);
    books.say(shop, moved('cancelled', line(2)));
    expect([shop.row(lamp).reinstated, cancelledOf(books)]).toEqual([2, 0]);
    books.say(branch, moved('cancelled', line(3)));
    expect([branch.row(lamp).reinstated, cancelledOf(books)]).toEqual([3, 3]);
  });
});
