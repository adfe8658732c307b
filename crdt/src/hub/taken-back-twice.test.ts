/** What the books take of two who each took back what one lost life had: F3. */
import { expect, test } from 'vitest';
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
