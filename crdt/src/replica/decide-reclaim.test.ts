/** What may be taken back of a writer that was shut out: F3. */
import { describe, expect, test } from 'vitest';
import type { PoolId, ReplicaId, WriterId } from '../ids.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { decideReclaim, exposure, takenUnsaid } from './decide-reclaim.ts';
import { ABOVE } from './stream.ts';
import { pool } from './world.test-kit.ts';

const [lamp, bulb] = [pool('lamp'), pool('bulb')];

/** A shop that received lamps, and was shut out. */
function lost(units = 5) {
  const books = new Books();
  const { shop, ledger } = books;
  books.say(shop, { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: units }] });
  ledger.fence(shop, 'retired', atFirst);
  const reclaim = (...items: readonly (readonly [PoolId, number])[]) => of(shop.writer, ...items);
  const of = (writer: WriterId, ...items: readonly (readonly [PoolId, number])[]) =>
    decideReclaim(ledger, {
      type: 'reclaim',
      id: 'x',
      actor: 'operator:1',
      writer,
      items: items.map(([at, n]) => ({ pool: at, n })),
    });
  return { books, ledger, shop, reclaim, of };
}

const sent = (to: WriterId, n: number) => ({ type: 'sent', to, items: [{ pool: lamp, n }] }) as const;
const took = (from: WriterId, n: number) =>
  ({ type: 'took', from, items: [{ pool: lamp, seq: 1, n }] }) as const;

describe('[F3] an act that takes back', () => {
  test('[F3] is for what the writer may still have, to the last unit, the same pool counted together', () => {
    const { shop, reclaim } = lost();
    expect(reclaim([lamp, 5])).toEqual({
      ok: true,
      body: { type: 'reclaimed', writer: shop.writer, items: [{ pool: lamp, n: 5 }] },
    });
    expect(reclaim([lamp, 2], [lamp, 3])).toMatchObject({ ok: true });
    expect(reclaim([lamp, 6])).toMatchObject({
      code: 'more_than_ordered',
      message: `${shop.writer} has at most 5 of ${lamp}.`,
    });
    expect(reclaim([lamp, 2], [lamp, 4])).toMatchObject({ code: 'more_than_ordered' });
    expect(reclaim([lamp, 1], [bulb, 1])).toMatchObject({ code: 'more_than_ordered' });
    expect(reclaim([lamp, 0])).toMatchObject({ ok: false, code: 'quantity_out_of_range' });
  });

  test('[F3] is for a writer that is known, shut out, and settled here', () => {
    const { books, of } = lost();
    expect(of(name('nobody'), [lamp, 1])).toMatchObject({
      code: 'not_found',
      message: `${name('nobody')} is not known here.`,
    });
    const paris = books.add(name('paris'), 'paris');
    expect(of(paris.writer, [lamp, 1])).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('is alive'),
    });
    // A till of Paris that was shut out is a matter of Paris.
    const till = books.add(name('till'), 'paris', paris.writer);
    books.ledger.fence(till, 'retired', atFirst);
    expect(of(till.writer, [lamp, 1])).toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('to settle'),
    });
  });

  test('[F6] is not for a former life of the authority before every child has told what it took there', () => {
    const { books, ledger, shop, of } = lost();
    const lived = ledger.self;
    const paris = books.add(name('paris'), 'paris');
    books.say(lived, { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 4 }] });
    ledger.beginLife(name('hq', 2), 'authority', null, atFirst);
    ledger.fence(lived, 'rollback', atFirst);
    expect(of(lived.writer, [lamp, 4])).toEqual({
      ok: false,
      code: 'former_lives_unknown',
      message: `paris did not tell yet what ${lived.writer} sent.`,
    });
    // Whom an operator calls gone will tell nothing more: what is named was counted.
    const counted = { type: 'reclaim', id: 'y', actor: 'operator:1', writer: lived.writer } as const;
    const gone = (...ids: string[]) =>
      decideReclaim(ledger, { ...counted, items: [{ pool: lamp, n: 4 }], gone: ids as ReplicaId[] });
    expect([gone('rome').ok, gone('rome', 'paris').ok]).toEqual([false, true]);
    // Nobody else's account waits for that.
    expect(of(shop.writer, [lamp, 5])).toMatchObject({ ok: true });
    books.say(paris, { type: 'reparented', parent: ledger.self.writer });
    expect(of(lived.writer, [lamp, 4])).toMatchObject({ ok: true });
  });

  test('[F6] names everybody who has not told yet', () => {
    const { books, ledger, of } = lost();
    const lived = ledger.self;
    for (const child of ['paris', 'rome']) books.add(name(child), child);
    ledger.beginLife(name('hq', 2), 'authority', null, atFirst);
    ledger.fence(lived, 'rollback', atFirst);
    expect(of(lived.writer, [lamp, 1])).toMatchObject({
      message: `paris, rome did not tell yet what ${lived.writer} sent.`,
    });
  });

  test('[F3] leaves less for the next', () => {
    const { books, ledger, shop, reclaim } = lost();
    books.say(ledger.self, { type: 'reclaimed', writer: shop.writer, items: [{ pool: lamp, n: 3 }] });
    expect([exposure(ledger, shop, lamp), reclaim([lamp, 2]).ok, reclaim([lamp, 3]).ok]).toEqual([
      2,
      true,
      false,
    ]);
  });
});

describe('[F3] what it may still have', () => {
  test('[F3] holds what is on its way to it, until it took it', () => {
    const { books, ledger, shop } = lost();
    books.say(ledger.self, sent(shop.writer, 4));
    expect(exposure(ledger, shop, lamp)).toBe(9);
    books.say(shop, took(ledger.self.writer, 3));
    expect(exposure(ledger, shop, lamp)).toBe(9);
    books.say(shop, took(ledger.self.writer, 4));
    expect(exposure(ledger, shop, lamp)).toBe(9);
  });

  test('[F3] [L1] holds what its parent told of that, beyond what the sender said as far as it is known here (seed 2849)', () => {
    const { books, ledger, shop } = lost();
    const paris = books.add(name('paris'), 'paris');
    const tell = (n: number) =>
      ledger.toldCells.note({ pool: lamp, from: paris.writer, to: shop.writer, n, seq: n });
    tell(3);
    expect(exposure(ledger, shop, lamp)).toBe(8);
    books.say(paris, sent(shop.writer, 2));
    expect(exposure(ledger, shop, lamp)).toBe(8);
    books.say(shop, took(paris.writer, 1));
    expect(exposure(ledger, shop, lamp)).toBe(8);
    books.say(paris, sent(shop.writer, 3));
    expect(exposure(ledger, shop, lamp)).toBe(10);
  });

  test('[F3] holds what it surrendered behind its fence and nobody took, and not what it surrendered in time', () => {
    const { books, ledger, shop } = lost();
    books.say(shop, sent(ledger.self.writer, 2));
    expect(exposure(ledger, shop, lamp)).toBe(5);
    const early = new Books();
    early.say(early.shop, { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 5 }] });
    early.say(early.shop, sent(early.ledger.self.writer, 2));
    early.ledger.fence(early.shop, 'retired', atFirst);
    // An operator may act in the same turn, before they are written down as taken.
    expect(exposure(early.ledger, early.shop, lamp)).toBe(3);
    early.say(early.ledger.self, took(early.shop.writer, 2));
    expect(exposure(early.ledger, early.shop, lamp)).toBe(3);
  });

  test('[F3] holds what it surrendered behind its fence to another parent, and where that ended, its account does', () => {
    const { books, ledger, shop } = lost();
    const paris = books.add(name('paris'), 'paris');
    books.say(shop, sent(paris.writer, 2));
    expect(exposure(ledger, shop, lamp)).toBe(5);
    ledger.fence(paris, 'retired', atFirst);
    expect([exposure(ledger, shop, lamp), exposure(ledger, paris, lamp)]).toEqual([3, 2]);
  });

  test('[F3] [F2] holds what a writer that lived twice sent it in either history, once', () => {
    const books = new Books();
    const { ledger, shop } = books;
    const till = books.add(name('till'), 'berlin', shop.writer);
    books.say(shop, { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 9 }] });
    books.say(books.branch(shop.head.seq), sent(till.writer, 4));
    ledger.fence(till, 'retired', atFirst);
    expect([exposure(ledger, till, lamp), exposure(ledger, shop, lamp)]).toEqual([4, 5]);
  });

  test('[F3] [F3a] holds that whoever settles it, where the life that it was sent to ended too, or was left (seeds 231, 1155)', () => {
    const books = new Books();
    const { ledger, shop } = books;
    const till = books.add(name('till'), 'berlin', shop.writer);
    books.say(till, { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 5 }] });
    ledger.fence(till, 'retired', atFirst);
    books.say(till, sent(shop.writer, 3));
    expect(exposure(ledger, till, lamp)).toBe(5);
    // Its next life is a child of the authority, and the shop, which lives on, was never told.
    const next = books.add(name('till', 2), 'till');
    ledger.changeHead(till, { via: next.head.via });
    expect(exposure(ledger, till, lamp)).toBe(5);
    ledger.fence(shop, 'retired', atFirst);
    expect([exposure(ledger, till, lamp), exposure(ledger, shop, lamp)]).toEqual([5, 0]);
  });

  test('[F3] leaves alone what it surrendered late to somebody who stands elsewhere: that may have been taken (seed 6300099)', () => {
    const { books, ledger, shop } = lost();
    const paris = books.add(name('paris'), 'paris');
    books.say(shop, sent(paris.writer, 2));
    ledger.changeHead(paris, { via: ABOVE });
    expect(exposure(ledger, shop, lamp)).toBe(3);
  });

  test('[F3] [F3a] of a region holds what it surrendered behind its fence alone, and no more than nobody took', () => {
    const { books, ledger, shop } = lost();
    const till = books.add(name('till'), 'berlin', shop.writer);
    books.say(till, { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 5 }] });
    // In time, and heard of by its parent before that ended: that life's.
    books.say(till, sent(shop.writer, 2));
    ledger.fence(till, 'retired', atFirst);
    books.say(till, sent(shop.writer, 1));
    expect([exposure(ledger, till, lamp), exposure(ledger, shop, lamp)]).toEqual([3, 7]);
    books.say(shop, took(till.writer, 2));
    expect([exposure(ledger, till, lamp), exposure(ledger, shop, lamp)]).toEqual([3, 7]);
  });

  test('[F6] of the authority itself holds what it was sent, whenever that was said', () => {
    const { books, ledger, shop } = lost();
    const lived = ledger.self;
    ledger.beginLife(name('hq', 2), 'authority', null, atFirst);
    ledger.fence(lived, 'rollback', atFirst);
    books.say(shop, sent(lived.writer, 2));
    expect([exposure(ledger, lived, lamp), exposure(ledger, shop, lamp)]).toEqual([2, 3]);
  });

  test('[F3a] [F1a] holds what it surrendered in time to a parent that its replica left, for nobody tells that any more', () => {
    const books = new Books();
    const { ledger, shop } = books;
    const paris = books.add(name('paris'), 'paris');
    const till = books.add(name('till'), 'berlin', shop.writer);
    books.say(till, { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 5 }] });
    books.say(till, sent(shop.writer, 2), sent(paris.writer, 1));
    ledger.fence(till, 'retired', atFirst);
    expect(exposure(ledger, till, lamp)).toBe(2);
    ledger.changeHead(till, { via: 'paris' as ReplicaId });
    expect(exposure(ledger, till, lamp)).toBe(4);
    books.say(shop, took(till.writer, 1));
    expect(exposure(ledger, till, lamp)).toBe(3);
    // Where that parent ended as well, they stand in its account.
    ledger.fence(shop, 'retired', atFirst);
    expect([exposure(ledger, till, lamp), exposure(ledger, shop, lamp)]).toEqual([2, 2]);
  });

  test('[F1a] lacks what others took of it, although its own word of that was lost', () => {
    const { books, ledger, shop } = lost();
    const till = books.add(name('till'), 'berlin', shop.writer);
    books.say(till, took(shop.writer, 3));
    expect([takenUnsaid(ledger, shop, lamp), exposure(ledger, shop, lamp)]).toEqual([3, 2]);
    books.say(shop, sent(till.writer, 2));
    expect([takenUnsaid(ledger, shop, lamp), exposure(ledger, shop, lamp)]).toEqual([1, 2]);
    books.say(shop, sent(till.writer, 4));
    expect(takenUnsaid(ledger, shop, lamp)).toBe(0);
  });

  test('[F5] lacks what those above say that they took, be they heard of here or not, beyond its own word', () => {
    const { books, ledger, shop } = lost();
    const paris = books.add(name('paris'), 'paris');
    const tell = (to: WriterId, n: number, at = lamp) =>
      ledger.toldTaken.note({ pool: at, from: shop.writer, to, n, seq: 0 });
    tell(name('root'), 2);
    tell(paris.writer, 3);
    tell(name('root'), 9, bulb);
    expect([takenUnsaid(ledger, shop, lamp), exposure(ledger, shop, lamp)]).toEqual([5, 0]);
    books.say(paris, took(shop.writer, 4));
    expect(takenUnsaid(ledger, shop, lamp)).toBe(6);
    books.say(shop, sent(name('root'), 1), sent(paris.writer, 4));
    expect(takenUnsaid(ledger, shop, lamp)).toBe(1);
    books.say(shop, sent(name('root'), 2));
    expect(takenUnsaid(ledger, shop, lamp)).toBe(0);
  });
});
