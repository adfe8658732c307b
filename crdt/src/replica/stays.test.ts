/** What stands beside the books of who came to stand below the authority: F6. */
import { describe, expect, test } from 'vitest';
import type { OrderId } from '../ids.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { Stays } from './stays.ts';
import { newHead } from './stream.ts';

const marked = { type: 'marked', orderId: 'o1' as OrderId, mark: 'processing' } as const;

/** A till below Berlin, as books remember it that were put back to before it came to the authority. */
function booksOfBefore() {
  const books = new Books();
  const till = books.add(name('till'), 'berlin', books.shop.writer);
  return { books, ledger: books.ledger, till };
}

/** The same till later: it was given to the authority, which noted that. */
function noted() {
  const { books, ledger, till } = booksOfBefore();
  books.say(till, { type: 'reparented', parent: ledger.self.writer });
  const stays = new Stays();
  const begun = stays.note([till], ledger.self.writer);
  expect(begun).toEqual([{ writer: till.writer, seq: 2 }]);
  return { stays, begun, books, ledger, till };
}

describe('[F6] stays below the authority', () => {
  test('[F6] are noted when they begin, and again when somebody comes back', () => {
    const { stays, books, ledger, till } = noted();
    books.say(till, marked);
    expect(stays.note([till, books.shop], ledger.self.writer)).toEqual([
      { writer: books.shop.writer, seq: 1 },
    ]);
    books.say(till, { type: 'reparented', parent: books.shop.writer });
    expect(stays.note([till], ledger.self.writer)).toEqual([]);
    books.say(till, { type: 'reparented', parent: ledger.self.writer });
    expect(stays.note([till], ledger.self.writer)).toEqual([{ writer: till.writer, seq: 5 }]);
  });

  test('[F6] are missing in books of before, until the journal comes that tells of them', () => {
    const { begun } = noted();
    const { books, ledger, till } = booksOfBefore();
    const stays = new Stays(begun);
    expect(stays.lacking(ledger)).toEqual({ missing: ['till'], untold: [] });
    books.say(till, { type: 'reparented', parent: name('hq') });
    expect(stays.lacking(ledger)).toEqual({ missing: [], untold: [] });
  });

  test('[F6] are missing where the books know nothing of that replica', () => {
    const { begun } = noted();
    const { ledger } = new Books();
    expect(new Stays(begun).lacking(ledger)).toEqual({ missing: ['till'], untold: [] });
  });

  test('[F6] are untold for good where it was given up', () => {
    const { begun } = noted();
    const { ledger, till } = booksOfBefore();
    ledger.fence(till, 'retired', atFirst);
    expect(new Stays(begun).lacking(ledger)).toEqual({ missing: [], untold: ['till'] });
  });

  test('[F6] of a life that ended are waited for until the next one stands here, and untold for good then', () => {
    const { begun } = noted();
    const { books, ledger, till } = booksOfBefore();
    ledger.fence(till, 'superseded', atFirst);
    const stays = new Stays(begun);
    expect(stays.lacking(ledger)).toEqual({ missing: ['till'], untold: [] });
    ledger.addStream(name('till', 2), newHead('terminal', books.shop.writer, till.head.via));
    // Its machine may have been put back: what is lacking now nobody has.
    expect(stays.lacking(ledger)).toEqual({ missing: [], untold: ['till'] });
  });

  test('[F6] are never forgotten for an older image of the books', () => {
    const { begun } = noted();
    const { books, ledger, till } = booksOfBefore();
    const stays = new Stays(begun.map(({ writer }) => ({ writer, seq: 7 })));
    books.say(till, { type: 'reparented', parent: ledger.self.writer });
    expect(stays.note([till], ledger.self.writer)).toEqual([{ writer: till.writer, seq: 7 }]);
    expect(stays.lacking(ledger)).toEqual({ missing: ['till'], untold: [] });
  });
});
