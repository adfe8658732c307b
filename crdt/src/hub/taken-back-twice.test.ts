/** What the books take of two who each took back what one lost life had: F3. */
import { describe, expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import type { ReplicaId } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import { pool } from '../replica/world.test-kit.ts';
import { isTakenBackTwice } from './taken-back-twice.ts';

const lamp = pool('lamp');
const PARIS = 'paris' as ReplicaId;

/** A shop that was shut out with nine lamps; so many were taken back by another one, and so many it had sold since. */
function books(takenBack: number, soldLate: number) {
  const made = new Books();
  made.say(made.shop, { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 9 }] });
  made.ledger.fence(made.shop, 'retired', atFirst);
  if (soldLate > 0) {
    const lines = [{ pool: lamp, less: soldLate, owed: 0 }];
    made.say(made.shop, { type: 'lost', cause: 'damage', reason: 'broken', lines });
  }
  const rome = made.add(name('rome'), 'rome');
  if (takenBack > 0)
    made.say(rome, { type: 'reclaimed', writer: made.shop.writer, items: [{ pool: lamp, n: takenBack }] });
  const isTwice = (n: number, by: ReplicaId = PARIS) =>
    isTakenBackTwice(made.ledger, by, { writer: made.shop.writer, items: [{ pool: lamp, n }] });
  return { made, isTwice };
}

test('[F3] beyond what another one left, units are taken back twice', () => {
  const { isTwice } = books(6, 0);
  expect([isTwice(3), isTwice(4)]).toEqual([false, true]);
});

test('[F3] [F5] not those that it used behind its fence, of which nobody who takes back need have heard', () => {
  const { isTwice } = books(6, 2);
  expect([isTwice(3), isTwice(4)]).toEqual([false, true]);
});

test('[F5] where nobody else took anything back, too much of it is a debt', () => {
  const { isTwice } = books(0, 0);
  expect(isTwice(99)).toBe(false);
  // Whoever was restored has learnt what its former lives took back.
  expect(books(6, 0).isTwice(99, 'rome' as ReplicaId)).toBe(false);
});

test('[F3] of who is alive here, its settler knows better whether it was shut out by then', () => {
  const { made } = books(6, 0);
  const alive = made.add(name('vienna'), 'vienna');
  expect(isTakenBackTwice(made.ledger, PARIS, { writer: alive.writer, items: [{ pool: lamp, n: 9 }] })).toBe(
    false,
  );
  expect(
    isTakenBackTwice(made.ledger, PARIS, { writer: name('nobody'), items: [{ pool: lamp, n: 9 }] }),
  ).toBe(false);
});

test('[T5] the same pool twice is taken back as one', () => {
  const { made } = books(6, 0);
  const items = [3, 3].map((n) => ({ pool: lamp, n }));
  expect(isTakenBackTwice(made.ledger, PARIS, { writer: made.shop.writer, items })).toBe(true);
});

describe('[F3] [F5] whatever lowers the account late', () => {
  /** Nine lamps; what the shop says behind its fence; and so many that another one took back. */
  function late(takenBack: number, ...bodies: EntryBody[]) {
    const made = new Books();
    made.say(made.shop, { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 9 }] });
    const lines = [{ pool: lamp, less: 2, owed: 2 }];
    made.say(made.shop, { type: 'lost', cause: 'damage', reason: 'broken', lines });
    made.ledger.fence(made.shop, 'retired', atFirst);
    const vienna = made.add(name('vienna'), 'vienna');
    made.say(made.shop, ...bodies);
    const items = [{ pool: lamp, n: takenBack }];
    made.say(made.add(name('rome'), 'rome'), { type: 'reclaimed', writer: made.shop.writer, items });
    const isTwice = (n: number) =>
      isTakenBackTwice(made.ledger, PARIS, { writer: made.shop.writer, items: [{ pool: lamp, n }] });
    return { made, vienna, isTwice };
  }

  test('[F5] a debt, and nothing where one is repaid', () => {
    const owed = late(4, {
      type: 'lost',
      cause: 'damage',
      reason: 'broken',
      lines: [{ pool: lamp, less: 2, owed: 2 }],
    });
    expect([owed.isTwice(3), owed.isTwice(4)]).toEqual([false, true]);
    const repaid = late(4, { type: 'repaid', lines: [{ pool: lamp, n: 2 }] });
    expect([repaid.isTwice(3), repaid.isTwice(4)]).toEqual([false, true]);
  });

  test('[F5] units that somebody took of it, by its own word or by theirs alone', () => {
    const sent = { type: 'sent', to: name('vienna'), items: [{ pool: lamp, n: 2 }] } as const;
    for (const bodies of [[], [sent]]) {
      const { made, vienna, isTwice } = late(4, ...bodies);
      made.say(vienna, { type: 'took', from: made.shop.writer, items: [{ pool: lamp, n: 2, seq: 4 }] });
      expect(isTwice(3)).toBe(false);
    }
  });

  test('[F2] what another history used, of which the root alone has heard', () => {
    const { made, isTwice } = late(4);
    const branch = made.branch(3);
    made.say(branch, {
      type: 'lost',
      cause: 'damage',
      reason: 'broken',
      lines: [{ pool: lamp, less: 2, owed: 0 }],
    });
    expect([isTwice(3), isTwice(4)]).toEqual([false, true]);
  });
});
