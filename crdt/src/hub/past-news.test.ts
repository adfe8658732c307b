/** What is heard of somebody by another way than the one that leads to it: F5, F3a. */
import { describe, expect, test } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import { ABOVE } from '../replica/stream.ts';
import { PastNews } from './past-news.ts';

const [BERLIN, PARIS, ROME] = ['berlin', 'paris', 'rome'] as [ReplicaId, ReplicaId, ReplicaId];

/** An authority; where the registry has put the till is for the test to say. */
function heard(place?: ReplicaId) {
  const books = new Books();
  const till = books.add(name('till'), 'berlin', books.shop.writer);
  const registry = { place };
  const past = new PastNews(() => registry.place);
  const lose = () => books.ledger.fence(till, 'retired', atFirst);
  const expected = () => [...past.expected()].map(({ child, stream, seq }) => [child, stream.writer, seq]);
  return { books, till, registry, past, lose, expected };
}

describe('[F5] the end of a life that came another way', () => {
  test('[F5] is news until it was told, and of who is alive it is none', () => {
    const { past, till, lose } = heard();
    past.heard(till);
    expect([past.isDue, [...past.news]]).toEqual([false, []]);
    lose();
    past.heard(till);
    expect([past.isDue, [...past.news]]).toEqual([true, [till]]);
    past.keep();
    expect([past.isDue, [...past.news]]).toEqual([false, []]);
  });

  test('[F5] that came while it was alive is asked for once more, of all who knew it, when it has ended', () => {
    const { past, till, lose, books } = heard();
    past.putOff(till, PARIS);
    past.putOff(till, ROME);
    past.putOff(till, PARIS);
    past.putOff(books.shop, BERLIN);
    past.keep();
    expect([past.isDue, [...past.toSayAgain()]]).toEqual([false, []]);
    lose();
    expect([past.isDue, [...past.toSayAgain()]]).toEqual([true, [PARIS, ROME]]);
    past.keep();
    expect([past.isDue, [...past.toSayAgain()]]).toEqual([false, []]);
    books.ledger.fence(books.shop, 'retired', atFirst);
    expect([...past.toSayAgain()]).toEqual([BERLIN]);
  });
});

describe('[T3] what a child said behind a gap', () => {
  test('[T3] it is asked for once more when the gap is filled, and not before', () => {
    const { past, till } = heard();
    const { seq } = till.head;
    for (const first of [seq + 4, seq + 3, seq + 5]) past.behindGap(till, PARIS, first);
    past.behindGap(till, ROME, seq + 9);
    past.keep();
    expect([past.isDue, [...past.toSayAgain()]]).toEqual([false, []]);
    till.head.seq = seq + 1;
    expect([past.isDue, [...past.toSayAgain()]]).toEqual([false, []]);
    till.head.seq = seq + 2;
    expect([past.isDue, [...past.toSayAgain()]]).toEqual([true, [PARIS]]);
    past.keep();
    expect([past.isDue, [...past.toSayAgain()]]).toEqual([false, []]);
    till.head.seq = seq + 8;
    expect([...past.toSayAgain()]).toEqual([ROME]);
  });
});

describe('[F3a] what is said of somebody who was given to a child and has not come yet', () => {
  test('[F3a] is news to that child, until it was told', () => {
    const { past, till, expected } = heard(PARIS);
    past.spokenOf(till);
    expect([past.isDue, expected()]).toEqual([true, [[PARIS, till.writer, 1]]]);
    past.keep();
    expect([past.isDue, expected()]).toEqual([false, []]);
  });

  test.each([
    ['where it is already', BERLIN],
    ['to another part of the tree', ABOVE],
    ['nowhere that is known', undefined],
  ])('[F3a] is none where it was given %s', (_, place) => {
    const { past, till, expected } = heard(place);
    past.spokenOf(till);
    expect([past.isDue, expected()]).toEqual([false, []]);
  });

  test('[F3a] is news there too where it was heard of first by another way, and is reached there from the start (seed 16004687)', () => {
    const { past, till, expected } = heard(BERLIN);
    past.firstSpokenOf(till);
    expect([past.isDue, expected()]).toEqual([true, [[BERLIN, till.writer, 1]]]);
    past.keep();
    expect([past.isDue, expected()]).toEqual([false, []]);
    const elsewhere = heard(ABOVE);
    elsewhere.past.firstSpokenOf(elsewhere.till);
    expect(elsewhere.past.isDue).toBe(false);
  });

  test('[F3a] nor once it has come there, nor of this replica itself', () => {
    const { past, till, expected, registry, books } = heard(PARIS);
    past.spokenOf(books.ledger.self);
    expect(past.isDue).toBe(false);
    past.spokenOf(till);
    registry.place = BERLIN;
    expect(expected()).toEqual([]);
  });
});
