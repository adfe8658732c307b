import type { Row, WriterId } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import { BookOfWriter, isSameRow, textOfBook, textOfRow } from './books.ts';
import { Prng } from './prng.ts';

const WRITERS = ['a.1.00', 'b.1.00', 'c.1.00'] as WriterId[];

/** Mostly noughts, so that two rows drawn one after the other are often the same. */
function drawRow(prng: Prng): Row {
  const n = () => (prng.chance(0.05) ? 1 : 0);
  const cells = () =>
    Array.from({ length: prng.below(3) }, () => ({ writer: prng.pick(WRITERS), n: prng.below(2), seq: 1 }));
  return {
    received: n(),
    reinstated: n(),
    used: n(),
    departed: n(),
    opened: n(),
    closed: n(),
    owed: n(),
    repaid: n(),
    sent: cells(),
    took: cells(),
    reclaimed: [],
  };
}

function bookOf(row: Row) {
  const { sent, took, reclaimed, ...counters } = row;
  const map = (cells: Row['sent']) => new Map(cells.map(({ writer, n }) => [writer, n]));
  return { ...counters, sent: map(sent), took: map(took), reclaimed: map(reclaimed) };
}

test('rows are the same where their texts are', () => {
  const prng = new Prng(1, 'rows');
  const seen = { same: 0, different: 0 };
  for (let i = 0; i < 20_000; i += 1) {
    const book = bookOf(drawRow(prng));
    const row = prng.chance(0.1) ? undefined : drawRow(prng);
    const isSame = textOfBook(book) === textOfRow(row);
    expect(isSameRow(book, row)).toBe(isSame);
    seen[isSame ? 'same' : 'different'] += 1;
  }
  expect(seen.same).toBeGreaterThan(100);
  expect(seen.different).toBeGreaterThan(100);
  expect(isSameRow(new BookOfWriter().row('x@y' as never), undefined)).toBe(true);
});
