/** Whom a new life of the authority waits for before it takes back what the former one held: F6. */
import { describe, expect, test } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { unheard } from './recovery.ts';
import { newHead } from './stream.ts';
import { pool } from './world.test-kit.ts';

const items = [{ pool: pool('lamp'), seq: 1, n: 2 }];

/** Books that were put back; the one child that they know has told what it knows. */
function putBack() {
  const books = new Books();
  const { ledger, shop } = books;
  const lived = ledger.self;
  ledger.beginLife(name('hq', 2), 'authority', null, atFirst);
  ledger.fence(lived, 'rollback', atFirst);
  expect(unheard(ledger)).toEqual(['berlin']);
  books.say(shop, { type: 'reparented', parent: ledger.self.writer });
  expect(unheard(ledger)).toEqual([]);
  return books;
}

describe('[F6] who has not told yet', () => {
  test('[F6] is a replica that others name, and of which these books know nothing, until it was given up', () => {
    const books = putBack();
    const { ledger, shop } = books;
    books.say(shop, { type: 'took', from: name('west'), items });
    // Whoever is in no registry is somebody's invention, or was never given anything.
    expect(unheard(ledger)).toEqual([]);
    ledger.parentOf = (replica) => (replica === 'west' ? ('hq' as ReplicaId) : undefined);
    expect(unheard(ledger)).toEqual(['west']);
    const west = ledger.addStream(name('west'), newHead('region', name('hq'), 'west' as ReplicaId));
    books.say(shop, { type: 'took', from: name('west', 2), items });
    expect(unheard(ledger)).toEqual(['west']);
    ledger.fence(west, 'superseded', atFirst);
    expect(unheard(ledger)).toEqual(['west']);
  });

  test('[F6] is not one that has joined, for nobody has more to tell of the lives that others name', () => {
    const books = putBack();
    books.say(books.shop, { type: 'took', from: name('berlin', 2), items });
    expect(unheard(books.ledger)).toEqual([]);
  });

  test('[F6] is not one that was given up, whatever others say of it later', () => {
    const books = putBack();
    const { ledger, shop } = books;
    const west = books.add(name('west'), 'west');
    ledger.fence(west, 'retired', atFirst);
    books.say(shop, { type: 'took', from: name('west', 2), items });
    expect(unheard(ledger)).toEqual([]);
  });

  test('[F6] is not a former life of the authority itself', () => {
    const books = putBack();
    books.say(books.shop, { type: 'took', from: name('hq', 1, 'f'), items });
    expect(unheard(books.ledger)).toEqual([]);
  });

  test('[F6] is a replica further down that has not spoken where the registry puts it now', () => {
    const books = putBack();
    const { ledger, shop } = books;
    const till = books.add(name('till'), 'berlin', shop.writer);
    expect(unheard(ledger)).toEqual([]);
    ledger.parentOf = (replica) => (replica === 'till' ? ('paris' as ReplicaId) : undefined);
    expect(unheard(ledger)).toEqual(['till']);
    books.say(till, { type: 'reparented', parent: name('paris') });
    expect(unheard(ledger)).toEqual([]);
  });

  test('[F6] counts names that are given, in place of looking through all rows', () => {
    const { ledger, shop } = putBack();
    ledger.parentOf = () => 'hq' as ReplicaId;
    expect(unheard(ledger, [name('west'), shop.writer])).toEqual(['west']);
  });
});
