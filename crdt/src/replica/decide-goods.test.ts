/** How far back a count may reach: T9, D7. */
import { expect, test } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import { Books, name } from './books.test-kit.ts';
import { count } from './commands.test-kit.ts';
import { decideCount } from './decide-goods.ts';
import { pool } from './world.test-kit.ts';

const keeper = () => 'hq' as ReplicaId;
const directory = { keeperOf: keeper, isShared: () => false, parentOf: () => undefined };
const lamps = (n: number) =>
  ({ type: 'received', cause: 'delivery', lines: [{ pool: pool('lamp'), n }] }) as const;

/** Seven lamps came to the shelf, two of them after the point that a count of it includes. */
function shelf() {
  const books = new Books();
  books.say(books.ledger.self, lamps(5));
  const { seq } = books.ledger.self.head;
  books.say(books.ledger.self, lamps(2));
  books.commit();
  const counted = (found: number, writer = books.ledger.self.writer, at = seq) => {
    const command = count('c1', { lamp: found }, { includes: [{ writer, seq: at }] });
    const decided = decideCount(books.ledger, directory, command);
    return decided.ok ? decided.body : decided;
  };
  return { books, counted, seq };
}

const OUTDATED = {
  ok: false,
  code: 'count_outdated',
  message: 'The count names a point that is not known here, or was overtaken by another.',
};

test('[T9] adds what came after its point, as far as that is known', () => {
  const { counted, seq } = shelf();
  expect(counted(4)).toMatchObject({ lines: [{ found: 4, less: 1, more: 0 }] });
  expect(counted(6)).toMatchObject({ lines: [{ found: 6, less: 0, more: 1 }] });
  expect(counted(7, undefined, seq + 1)).toMatchObject({ lines: [{ less: 0, more: 0 }] });
  expect(counted(7, undefined, seq + 2)).toEqual(OUTDATED);
  expect(counted(7, name('nobody'), 0)).toEqual(OUTDATED);
});

test('[T9] of several SKUs is refused where one of them was counted since', () => {
  const { books, seq } = shelf();
  const { writer } = books.ledger.self;
  const both = count('c2', { lamp: 7, bulb: 0 }, { includes: [{ writer, seq }] });
  expect(decideCount(books.ledger, directory, both)).toMatchObject({ ok: true });
  books.say(books.ledger.self, {
    type: 'counted',
    reason: 'again',
    lines: [{ pool: pool('lamp'), found: 6, more: 0, less: 1, owed: 0 }],
  });
  expect(decideCount(books.ledger, directory, both)).toEqual(OUTDATED);
});

test('[T9] [D7] is refused where what came after its point was let go', () => {
  const { books, counted } = shelf();
  books.journal.entryAt = () => undefined;
  expect(counted(5)).toEqual(OUTDATED);
});

test('[T9] [L5] reaches back a day’s work, and not a year’s', () => {
  const { books, counted } = shelf();
  const { shop, journal } = books;
  const life = books.ledger.entryAt(shop.writer, 1);
  journal.entryAt = () => life;
  shop.head.seq = 100_001;
  expect(counted(7, shop.writer, 1)).toMatchObject({ lines: [{ less: 0, more: 0 }] });
  expect(counted(7, shop.writer, 0)).toEqual(OUTDATED);
});
