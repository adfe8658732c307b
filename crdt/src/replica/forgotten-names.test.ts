/** Which names of unknown lives the authority notes, and when it looks whether one of them is forgotten for good (F6). */
import { describe, expect, test } from 'vitest';
import type { ReplicaId, WriterId } from '../ids.ts';
import type { Effect } from '../tally/fold.ts';
import { emptyRow } from '../tally/row.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { ForgottenLives } from './forgotten-lives.ts';
import { Ledger } from './ledger.ts';
import { MemoryJournal } from './memory-journal.test-kit.ts';
import { newHead } from './stream.ts';
import { pool, sha256 } from './world.test-kit.ts';

const lamp = pool('lamp');
const NAMED_MAX = 10_000;
const took = (writer: WriterId): Effect => ({ pool: lamp, column: 'took', n: 2, writer, seq: 1 });
/** A life of Berlin, which lives as its third. */
const forgotten = name('berlin', 2);

/** Books in which nothing of a row is heard of as it changes, and Berlin lives as its third life. */
function quietBooks() {
  const books = new Books();
  const { ledger, shop } = books;
  ledger.fence(shop, 'superseded', atFirst);
  const living = ledger.addStream(
    name('berlin', 3),
    newHead('store', ledger.self.writer, 'berlin' as ReplicaId),
  );
  const till = books.add(name('till'), 'berlin', living.writer);
  /** Somebody says that it took from this life. */
  const says = (writer: WriterId) =>
    books.say(till, { type: 'took', from: writer, items: [{ pool: lamp, seq: 1, n: 2 }] });
  return { ...books, ledger, living, says, lives: new ForgottenLives(ledger) };
}

/** The same, and all rows were read once. */
function readBooks() {
  const books = quietBooks();
  expect(books.lives.giveAccounts()).toBe(false);
  return books;
}

describe('[F6] names that are noted', () => {
  test('[F6] are those of the rows at first, and what is heard of since', () => {
    const { ledger, says, lives } = quietBooks();
    says(forgotten);
    expect(lives.giveAccounts()).toBe(true);
    expect(ledger.streams.get(forgotten)?.head).toMatchObject({
      kind: 'store',
      parent: ledger.self.writer,
      via: 'berlin',
      fence: { seq: 0, reason: 'rollback' },
    });
    expect([...lives.named()]).toEqual([]);
    lives.onEffect(took(name('west', 4)));
    expect([...lives.named()]).toEqual([name('west', 4)]);
    lives.onEffect({ pool: lamp, column: 'received', n: 1 });
    expect([...lives.named()]).toEqual([name('west', 4)]);
  });

  test('[F6] are not looked for in the rows again, but after a turn that was put back', () => {
    const { ledger, says, lives } = readBooks();
    says(forgotten);
    expect(lives.giveAccounts()).toBe(false);
    lives.putBack();
    expect(lives.giveAccounts()).toBe(true);
    expect(ledger.streams.has(forgotten)).toBe(true);
    // Read once more, what was only heard of is gone: its turn was put back.
    lives.onEffect(took(name('west', 4)));
    lives.putBack();
    expect(lives.giveAccounts()).toBe(false);
    expect([...lives.named()]).toEqual([]);
  });

  test('[F6] stay noted while nothing is put back', () => {
    const { lives } = readBooks();
    lives.onEffect(took(name('west', 4)));
    expect([lives.giveAccounts(), lives.giveAccounts()]).toEqual([false, false]);
    expect([...lives.named()]).toEqual([name('west', 4)]);
  });

  test('[F6] are neither the authority’s own nor those of lives that are known', () => {
    const { living, lives } = readBooks();
    for (const known of [name('hq', 7), living.writer, name('berlin')]) lives.onEffect(took(known));
    expect([...lives.named()]).toEqual([]);
  });

  test('[F6] are so many at most; beyond that all rows are looked through', () => {
    const { ledger, says, lives } = readBooks();
    for (let nr = 1; nr < NAMED_MAX; nr += 1) lives.onEffect(took(name(`liar${nr}`)));
    says(forgotten);
    expect([...lives.named()]).not.toContain(forgotten);
    lives.onEffect(took(name('liar0')));
    expect([...lives.named()]).toContain(forgotten);
    // There is no room for another one.
    lives.onEffect(took(forgotten));
    expect(lives.giveAccounts()).toBe(false);
    expect(ledger.streams.has(forgotten)).toBe(false);
  });
});

describe('[F6] a look for lives that are forgotten for good', () => {
  test('[F6] comes when somebody is heard of, and not before', () => {
    const { ledger, living, lives } = readBooks();
    const present = name('till', 3);
    lives.onEffect(took(name('till', 2)));
    expect(lives.giveAccounts()).toBe(false);
    ledger.fence(
      [...ledger.streams.values()].find(({ writer }) => writer === name('till')) as never,
      'superseded',
      atFirst,
    );
    ledger.addStream(present, newHead('terminal', living.writer, 'berlin' as ReplicaId));
    expect(lives.giveAccounts()).toBe(false);
    lives.onHead();
    expect(lives.giveAccounts()).toBe(true);
    expect(ledger.streams.has(name('till', 2))).toBe(true);
    // Nothing is left to look for.
    lives.onHead();
    expect(lives.giveAccounts()).toBe(false);
  });

  test('[F6] leaves alone who was heard of meanwhile, and whose replica is unknown or is an older life', () => {
    const { ledger, lives } = readBooks();
    for (const named of [forgotten, name('west', 4), name('berlin', 9)]) lives.onEffect(took(named));
    const told = ledger.addStream(forgotten, newHead('store', ledger.self.writer, 'berlin' as ReplicaId));
    ledger.fence(told, 'superseded', atFirst);
    expect(lives.giveAccounts()).toBe(false);
    expect(ledger.streams.get(forgotten)).toBe(told);
    expect([...lives.named()]).toEqual([name('west', 4), name('berlin', 9)]);
  });

  test('[F6] is the authority’s alone', () => {
    const ledger = new Ledger(new MemoryJournal().load(), new MemoryJournal(), sha256);
    ledger.beginLife(name('west', 2), 'region', name('hq'), atFirst);
    const till = ledger.addStream(
      name('till', 3),
      newHead('terminal', ledger.self.writer, 'till' as ReplicaId),
    );
    till.load(lamp, { ...emptyRow(), took: [{ writer: name('till', 2), seq: 1, n: 2 }] });
    expect(new ForgottenLives(ledger).giveAccounts()).toBe(false);
    expect(ledger.streams.has(name('till', 2))).toBe(false);
  });
});
