/** The checkers find what they are for: each test breaks one thing in a world that is whole. */
import { describe, expect, test } from 'vitest';
import {
  type BookedLine,
  type BookedPool,
  checkBank,
  checkConvergence,
  checkLives,
  checkSetFull,
  type WriterCopy,
} from './checkers.ts';
import { ClientLedger, type Sale } from './ledger.ts';

const LAMPS = { sku: 'LAMP', location: 'berlin' };

/** Ten lamps on the shelf; one sale of two was acked, one of three refused, one of four never answered. */
function trade() {
  const ledger = new ClientLedger();
  const receipt = ledger.shelve({ id: 'd1', location: 'berlin', lines: [{ sku: 'LAMP', quantity: 10 }] });
  receipt.outcome = 'acked';
  const sale = (id: string, quantity: number): Sale =>
    ledger.ask(id, 'till', [{ lineId: '1', ...LAMPS, quantity }]);
  const acked = sale('acked', 2);
  ledger.acked(acked);
  sale('refused', 3).outcome = 'refused';
  sale('unknown', 4);
  return { ledger, acked };
}

const booked = (saleId: string, quantity: number, more: Partial<BookedLine> = {}): BookedLine => {
  return { saleId, lineId: '1', ...LAMPS, quantity, cancelled: 0, returned: 0, ...more };
};

const pool = (more: Partial<BookedPool> = {}): BookedPool => {
  const none = { reinstated: 0, opened: 0, closed: 0, owed: 0, repaid: 0, sent: 9, took: 9 };
  return { pool: 'LAMP@berlin', received: 10, used: 2, ...none, ...more };
};

const nothing = { count: 0, stories: [] };
const one = (story: RegExp) => ({ count: 1, stories: [expect.stringMatching(story)] });

describe('set-full', () => {
  const check = (rows: BookedLine[], duplicates: string[] = [], { ledger } = trade()) =>
    checkSetFull(ledger.sales, rows, duplicates);

  test('is content with every acked sale once, whatever became of one without an answer', () => {
    expect(check([booked('acked', 2)])).toEqual({ lost: nothing, doubled: nothing });
    expect(check([booked('acked', 2), booked('unknown', 4)])).toEqual({ lost: nothing, doubled: nothing });
  });

  test('finds a lost sale', () => {
    expect(check([]).lost).toEqual(one(/acked by till, is not in the books/));
  });

  test('finds a sale that the books have with other units', () => {
    expect(check([booked('acked', 1)]).lost).toEqual(one(/but 2 of LAMP@berlin were sold/));
    expect(check([booked('acked', 2, { location: 'paris' })]).lost).toEqual(one(/but 2 of LAMP@berlin/));
  });

  test('finds a doubled sale: the line twice, or two entries for one order', () => {
    expect(check([booked('acked', 2), booked('acked', 2)]).doubled).toEqual(one(/in the books again/));
    expect(check([booked('acked', 2)], ['order acked']).doubled).toEqual(one(/sold by two entries/));
  });

  test('finds a sale that was refused, and one that nobody asked for', () => {
    const kept = booked('acked', 2);
    expect(check([kept, booked('refused', 3)]).doubled).toEqual(one(/but till refused it/));
    expect(check([kept, booked('ghost', 1)]).doubled).toEqual(one(/never asked/));
    expect(check([kept, booked('acked', 1, { lineId: '2' })]).doubled).toEqual(one(/never asked/));
  });

  test('finds a cancellation or a return that the books forgot', () => {
    const cancelled = trade();
    cancelled.ledger.askCancel(cancelled.acked);
    cancelled.ledger.answerCancel(cancelled.acked, 'acked');
    expect(check([booked('acked', 2)], [], cancelled).lost).toEqual(one(/2 were cancelled, the books say 0/));
    expect(check([booked('acked', 2, { cancelled: 2 })], [], cancelled).lost).toEqual(nothing);
    const back = trade();
    back.ledger.askReturn(back.acked);
    back.acked.comeBack = 'acked';
    expect(check([booked('acked', 2)], [], back).lost).toEqual(one(/2 were brought back, the books say 0/));
  });

  test('counts all findings and tells the first', () => {
    const ghosts = Array.from({ length: 30 }, (_, i) => booked(`ghost-${i}`, 1));
    const { doubled } = check([booked('acked', 2), ...ghosts]);
    expect(doubled.count).toBe(30);
    expect(doubled.stories).toHaveLength(10);
  });
});

describe('bank', () => {
  const check = (row: BookedPool, { ledger } = trade()) => checkBank(ledger.pools(), [row]);

  test('is content where every column agrees, also with the sale that was never answered', () => {
    expect(check(pool())).toEqual({ bank: nothing, oversold: 0 });
    expect(check(pool({ used: 6 }))).toEqual({ bank: nothing, oversold: 0 });
  });

  test.each([
    ['goods that nobody delivered', { received: 11 }, /received is 11/],
    ['a lost sale', { used: 1 }, /used is 1 in the books, and 2 to 6/],
    ['a doubled sale', { used: 8 }, /used is 8/],
    ['rights that nobody gave back', { reinstated: 1 }, /reinstated is 1/],
    ['an open hold', { opened: 3, closed: 2 }, /1 units are still on hold/],
    ['a debt', { owed: 2, repaid: 1 }, /1 units are owed/],
    ['rights from nowhere', { took: 10 }, /10 units were taken of 9/],
  ])('finds %s', (_, more, story) => {
    expect(check(pool(more)).bank).toEqual(one(story));
  });

  test('finds an oversold pool in the books', () => {
    const { bank, oversold } = check(pool({ used: 12 }));
    expect(oversold).toBe(2);
    expect(bank.stories.join()).toMatch(/2 units more were used than ever came/);
  });

  test('finds more handed over than was ever shelved, though the books say nothing of it', () => {
    const world = trade();
    world.ledger.acked(world.ledger.ask('more', 'till', [{ lineId: '1', ...LAMPS, quantity: 9 }]));
    const { bank, oversold } = check(pool({ received: 11, used: 11 }), world);
    expect(oversold).toBe(1);
    expect(bank.stories.join()).toMatch(/1 units more were handed over than were ever put on the shelf/);
    expect(world.ledger.oversoldUnits).toBe(1);
  });

  test('finds a pool that the books do not have', () => {
    expect(checkBank(trade().ledger.pools(), []).bank).toEqual(one(/LAMP@berlin is not in the books/));
  });
});

test('the ledger remembers an oversell that later goods would hide', () => {
  const ledger = new ClientLedger();
  ledger.acked(ledger.ask('s1', 'till', [{ lineId: '1', ...LAMPS, quantity: 3 }]));
  ledger.shelve({ id: 'd1', location: 'berlin', lines: [{ sku: 'LAMP', quantity: 9 }] });
  expect(ledger.oversoldUnits).toBe(3);
});

describe('convergence', () => {
  const copy = (more: Partial<WriterCopy> = {}): WriterCopy => {
    const rows = [{ pool: 'LAMP@berlin', columns: 'used 2' }];
    return { writer: 'till.1.aa', seq: 5, hash: 'h5', rows, ...more };
  };
  const check = (own: WriterCopy, isLive = true) =>
    checkConvergence([{ ...own, isLive }], new Map([['till.1.aa', copy()]]));

  test('is content where journal and books are the same', () => {
    expect(check(copy())).toEqual(nothing);
  });

  test.each([
    ['entries that never came', { seq: 6 }, /ends at 6, the books at 5/],
    ['entries that the journal lost', { seq: 4 }, /ends at 4, the books at 5/],
    ['another history of the same length', { hash: 'other' }, /two histories/],
    ['another row', { rows: [{ pool: 'LAMP@berlin', columns: 'used 3' }] }, /is used 3, in the books used 2/],
    ['a row that only the books have', { rows: [] }, /only the books have LAMP@berlin/],
    ['a writer that the books do not know', { writer: 'till.2.bb' }, /the books at nothing/],
  ])('finds %s', (_, more, story) => {
    expect(check(copy(more))).toEqual(one(story));
  });

  test('a former life may end earlier in a journal that was put back, and never later', () => {
    expect(check(copy({ seq: 4, hash: 'h4' }), false)).toEqual(nothing);
    expect(check(copy({ seq: 6 }), false).count).toBe(1);
  });
});

describe('lives', () => {
  const life = (writer: string, fence: string | null = null) => ({ writer, fence });
  const restored = new Map([['till', 1]]);
  const whole = [life('till.1.aa', 'rollback'), life('till.2.bb'), life('shop.1.cc')];

  test('is content where a restored till went on as a new writer, and nobody else did', () => {
    expect(checkLives(whole, restored)).toEqual(nothing);
  });

  test('finds a life that ended for nothing, and a restore that began none', () => {
    expect(checkLives([...whole, life('shop.2.dd')], restored)).toEqual(
      one(/shop has 2 lives.*should have 1/),
    );
    expect(checkLives(whole.slice(1), restored)).toEqual(one(/till has 1 lives.*should have 2/));
  });

  test('finds a live writer that was shut out', () => {
    const fenced = [...whole.slice(0, 2), life('shop.1.cc', 'invariant')];
    expect(checkLives(fenced, restored)).toEqual(one(/shop.1.cc was shut out: invariant/));
  });
});
