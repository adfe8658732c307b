/** What an id that is known already is answered: T8; and what waits for a replica's past: T8, F9. */
import { describe, expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import type { Command } from './command.ts';
import { sell } from './commands.test-kit.ts';
import { execute, firstAnswer, kindOf, mayWait } from './execute.ts';
import { pool } from './world.test-kit.ts';

const [lamp, bulb] = [pool('lamp'), pool('bulb')];
const CASH = { method: 'cash', amountMinor: 200, currency: 'EUR' };
const bought = sell('x', { lamp: 2 }, { clientId: 'acme', customerId: 'ada', payments: [CASH] });
const line = (n: number, at = lamp) => ({ pool: at, n });
const goods = (n: number, lineId = '1') => ({ lineId, pool: lamp, n });
const soldAs = (type: 'sold' | 'confirmed') => ({
  ...{ type, orderId: 'x', holdId: 'h1', closes: [], channel: 'till', priority: 0, placedAt: 0 },
  ...{ clientId: 'acme', customerId: 'ada', payments: [CASH] },
  lines: bought.lines.map((each) => ({
    ...each,
    locationId: 'berlin',
    pool: lamp,
    departed: true,
    owed: 0,
  })),
});
const paid = (change: object) => ({ payments: [{ ...CASH, ...change }] });
const deals: readonly object[] = [
  { clientId: 'other' },
  { customerId: undefined },
  paid({ method: 'card' }),
  paid({ amountMinor: 1 }),
  paid({ currency: 'USD' }),
  paid({ reference: 'r' }),
  { payments: [] },
  { lines: sell('x', { lamp: 3 }).lines },
  { lines: sell('x', { bulb: 2 }).lines },
];

/** What was written, what was asked then, and what else may be asked with the same id. */
const requests: readonly (readonly [object, object, readonly object[]])[] = [
  [soldAs('sold'), bought, deals],
  [soldAs('confirmed'), { ...bought, type: 'confirm', holdId: 'h1' }, [...deals, { holdId: 'h2' }]],
  [
    { type: 'held', holdId: 'x', ttlMs: 9, lines: [line(2), line(1, bulb)] },
    { type: 'hold', ttlMs: 9, lines: [line(1, bulb), line(1), line(1)] },
    [{ lines: [line(2)] }, { lines: [line(2), line(2, bulb)] }, { lines: [line(2), line(1, pool('wick'))] }],
  ],
  [
    { type: 'extended', holdId: 'h1', ttlMs: 9 },
    { type: 'extend', holdId: 'h1', ttlMs: 7 },
    [{ holdId: 'h2' }],
  ],
  [{ type: 'capturing', holdId: 'h1' }, { type: 'capture', holdId: 'h1' }, [{ holdId: 'h2' }]],
  [
    { type: 'released', holdId: 'h1', cause: 'released', closes: [] },
    { type: 'release', holdId: 'h1' },
    [{ holdId: 'h2' }],
  ],
  [
    { type: 'cancelled', orderId: 'o1', reason: 'x', lines: [] },
    { type: 'cancel', orderId: 'o1', reason: 'other words' },
    [{ orderId: 'o2' }],
  ],
  [
    { type: 'received', cause: 'delivery', lines: [line(2)] },
    { type: 'receive', cause: 'delivery', lines: [line(2)] },
    [{ lines: [line(3)] }, { lines: [line(2), line(1, bulb)] }],
  ],
  [
    { type: 'returned', orderId: 'o1', lines: [goods(2)] },
    { type: 'return', orderId: 'o1', lines: [goods(2)] },
    [{ orderId: 'o2' }, { lines: [goods(1)] }],
  ],
  [
    { type: 'shipped', orderId: 'o1', lines: [goods(2)] },
    { type: 'ship', orderId: 'o1', lines: [goods(2)] },
    [{ orderId: 'o2' }, { lines: [goods(1)] }],
  ],
  [
    { type: 'counted', reason: 'x', lines: [lamp, bulb].map((at, i) => counted(at, i + 3)) },
    { type: 'count', reason: 'x', lines: [found(bulb, 4), found(lamp, 3)] },
    [
      { lines: [found(lamp, 3)] },
      { lines: [found(lamp, 3), found(bulb, 5)] },
      { lines: [found(lamp, 3), found(pool('wick'), 4)] },
    ],
  ],
  [
    { type: 'lost', cause: 'damage', reason: 'x', lines: [{ pool: lamp, less: 2, owed: 1 }] },
    { type: 'lose', cause: 'damage', reason: 'x', lines: [line(2)] },
    [{ lines: [line(1)] }, { lines: [line(2, bulb)] }],
  ],
  [
    { type: 'reclaimed', writer: name('till'), items: [line(2)] },
    { type: 'reclaim', writer: name('till'), items: [line(2)] },
    [{ writer: name('stall') }, { items: [line(1)] }],
  ],
  [
    { type: 'marked', orderId: 'x', mark: 'processing' },
    { type: 'mark', orderId: 'x', mark: 'processing' },
    [{ orderId: 'o2' }],
  ],
];

function counted(at: typeof lamp, units: number) {
  return { pool: at, found: units, more: 0, less: 0, owed: 0 };
}
function found(at: typeof lamp, units: number) {
  return { pool: at, found: units };
}

const asked = (what: object) => ({ id: 'x', actor: 'cashier:7', ...what }) as Command;

describe('[T8] an id that is known', () => {
  test.each(requests.map((request) => [(request[0] as EntryBody).type, ...request] as const))(
    '[T8] and was %s: what was asked then gets that answer, and nothing else does',
    (_, body, what, others) => {
      const books = new Books();
      books.sayAs('x', books.shop, body as EntryBody);
      const answer = (command: Command) => firstAnswer(books.ledger, command);
      const entry = { docId: 'x', seq: books.shop.head.seq, body };
      expect(answer(asked(what))).toMatchObject({ ok: true, replayed: true, entry });
      for (const other of others)
        expect(answer(asked({ ...what, ...other }))).toMatchObject({
          ok: false,
          code: 'document_differs',
          message: 'x was used for another request.',
        });
      expect(answer(asked({ ...what, id: 'y' }))).toBeUndefined();
    },
  );

  test('[T8] for a sale is not known for a confirmation, nor the other way round', () => {
    for (const [type, other] of [
      ['sold', { ...bought, type: 'confirm', holdId: 'h1' }],
      ['confirmed', bought],
    ] as const) {
      const books = new Books();
      books.sayAs('x', books.shop, soldAs(type) as never);
      expect(firstAnswer(books.ledger, asked(other))).toMatchObject({ code: 'document_differs' });
    }
  });

  test('[D7] and whose entry was let go is refused', () => {
    const books = new Books();
    books.sayAs('x', books.shop, { type: 'received', cause: 'delivery', lines: [line(2)] });
    books.commit();
    books.journal.entryAt = () => undefined;
    const receive = asked({ type: 'receive', cause: 'delivery', lines: [line(2)] });
    expect(firstAnswer(books.ledger, receive)).toEqual({
      ok: false,
      code: 'already_done',
      message: 'x was done long ago.',
    });
  });
});

describe('[T8] a replica that was restored, and waits for what its former lives did', () => {
  const waits = 'former_lives_unknown: This replica was restored and waits for its parent.';
  const restored = (what: object) => {
    const { ledger } = new Books();
    const directory = { keeperOf: () => undefined, isShared: () => false, parentOf: () => undefined };
    const context = { ledger, directory, now: atFirst, holdsMax: 0, knowsFormerLives: false };
    const command = asked(what);
    return [execute(context, command), execute({ ...context, knowsFormerLives: true }, command)].map(
      (answer) => (answer.ok ? 'ok' : `${answer.code}: ${answer.message}`),
    );
  };

  test('[T8] does nothing that creates rights or ends goods, nor sells what it may have sold', () => {
    for (const [, what] of requests) {
      const { type } = what as Command;
      const [waiting, knowing] = restored(what);
      const mayGoOn = ['confirm', 'extend', 'capture', 'release'].includes(type);
      expect([type, waiting === waits]).toEqual([type, !mayGoOn]);
      expect(knowing).not.toBe(waits);
    }
  });

  test('[F8] sells what is in the customer’s hands all the same', () => {
    const override = { override: { reason: 'in the customer’s hands', owedMax: 9 } };
    expect(restored({ ...bought, ...override })[0]).not.toBe(waits);
  });

  test('[L5] opens no more holds than there is room for', () => {
    expect(restored({ type: 'hold', ttlMs: 60_000, lines: [line(1)] })[1]).toBe(
      'overloaded: Too many holds are open.',
    );
  });
});

test('[T8] each mark of an order is a document of its own', () => {
  const mark = (mark: string) => asked({ type: 'mark', orderId: 'x', mark });
  expect([kindOf(mark('processing')), kindOf(mark('delivered'))]).toEqual(['processing', 'delivered']);
});

test('[R4] only what lacks stock may wait, and only who said how long', () => {
  const short = { ok: false, code: 'insufficient_stock', message: '' } as const;
  const wait = (waitMs: number) => asked({ ...bought, waitMs });
  expect([mayWait(wait(1), short), mayWait(wait(0), short), mayWait(asked(bought), short)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(mayWait(wait(1), { ...short, code: 'not_found' })).toBe(false);
});
