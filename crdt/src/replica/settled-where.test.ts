/** Who answers for a writer that was shut out, seen from here and from elsewhere: F5, F6, F3a. */
import { describe, expect, test } from 'vitest';
import type { ReplicaId, WriterId } from '../ids.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { settlerFrom, settles, settlesHere } from './settler.ts';
import { ABOVE, type Stream } from './stream.ts';

const HQ = 'hq' as ReplicaId;
const PARIS = 'paris' as ReplicaId;

/** An authority, a shop in Paris, and a till in it that was shut out. */
function tree() {
  const books = new Books();
  const { ledger } = books;
  const lose = (stream: Stream) => ledger.fence(stream, 'retired', atFirst);
  const paris = books.add(name('paris'), 'paris');
  const till = books.add(name('till'), 'paris', paris.writer);
  lose(till);
  const where = (stream: Stream) => settlerFrom(ledger, stream);
  return { books, ledger, lose, paris, till, where };
}

describe('[F5] a life that ended is settled', () => {
  test('[F5] by its parent while that lives, and by the next that stands above once it does not', () => {
    const { ledger, lose, paris, till, where } = tree();
    expect([where(till), settlesHere(ledger, till)]).toEqual(['below', false]);
    expect([settles(ledger, PARIS, till), settles(ledger, HQ, till)]).toEqual([true, false]);
    lose(paris);
    expect([where(till), settlesHere(ledger, till)]).toEqual(['here', true]);
    expect(settles(ledger, HQ, till)).toBe(true);
    expect(where(paris)).toBe('here');
  });

  test('[F5] by the next life of its parent’s replica', () => {
    const { books, lose, paris, till, where } = tree();
    lose(paris);
    books.add(name('paris', 2), 'paris');
    expect(where(till)).toBe('below');
  });

  test('[F3a] above both, where its replica hangs on somebody else by now', () => {
    const { books, ledger, till, where } = tree();
    books.add(name('rome'), 'rome');
    ledger.changeHead(till, { via: 'rome' as ReplicaId });
    expect(where(till)).toBe('here');
    // Below that child itself stand only those who hang on it by now, and it is no parent of itself.
    ledger.changeHead(till, { via: 'till' as ReplicaId });
    expect(where(till)).toBe('here');
    const stand = books.add(name('paris', 3), 'till');
    expect([stand.head.fence, where(till)]).toEqual([null, 'here']);
  });

  test('[F3a] above both, where the next life of its parent hangs on its replica by now (seed 12006865)', () => {
    const { books, ledger, lose, paris, till, where } = tree();
    // Seen from a shop below the root, where paris stood before.
    paris.head.parent = name('root');
    lose(paris);
    const next = books.add(name('till', 2), 'paris');
    for (const stream of [till, next, paris]) ledger.changeHead(stream, { via: 'till' as ReplicaId });
    expect(where(till)).toBe('elsewhere');
    books.add(name('paris', 2), 'till', next.writer);
    expect(where(till)).toBe('here');
  });

  test('[F3a] above both, where the next life of its parent stands elsewhere than the one that it knew', () => {
    const { books, ledger, lose, paris, till, where } = tree();
    const rome = books.add(name('rome'), 'rome');
    paris.head.parent = rome.writer;
    lose(paris);
    ledger.changeHead(till, { via: 'rome' as ReplicaId });
    expect(where(till)).toBe('below');
    books.add(name('paris', 2), 'paris');
    expect(where(till)).toBe('here');
  });

  test('[F5] elsewhere, where it or who stood above it is reached through the parent, or nobody knows them', () => {
    const { books, ledger, lose, paris, till, where } = tree();
    ledger.changeHead(till, { via: ABOVE });
    expect(where(till)).toBe('elsewhere');
    ledger.changeHead(till, { via: PARIS });
    ledger.changeHead(paris, { via: ABOVE });
    lose(paris);
    expect(where(till)).toBe('elsewhere');
    const orphan = books.add(name('stall'), 'paris', name('nobody'));
    expect(where(orphan)).toBe('elsewhere');
  });

  test('[F3a] not by a later life of its own replica', () => {
    const { ledger, till } = tree();
    expect(settles(ledger, 'till' as ReplicaId, till)).toBe(false);
  });

  test('[L7] by nobody, where those who were shut out named a circle of parents', () => {
    const { ledger, lose, paris, till, where } = tree();
    ledger.changeHead(paris, { parent: till.writer });
    lose(paris);
    expect([where(till), where(paris)]).toEqual(['elsewhere', 'elsewhere']);
  });
});

describe('[F6] an own life that ended is settled', () => {
  const next = (parent: WriterId | null) => {
    const { books, ledger, till, where } = tree();
    const lived = ledger.self;
    ledger.beginLife(name('hq', 2), parent === null ? 'authority' : 'region', parent, atFirst);
    ledger.fence(lived, 'rollback', atFirst);
    return { books, lived, till, where };
  };

  test('[F6] here at the authority, for nobody stands above', () => {
    const { lived, where } = next(null);
    expect(where(lived)).toBe('here');
  });

  test('[F5] above, wherever somebody does', () => {
    const { lived, where } = next(name('root'));
    expect(where(lived)).toBe('elsewhere');
  });
});
