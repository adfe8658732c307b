/** A writer that lived twice has one account: what its histories share counts once (F2). */
import { describe, expect, test } from 'vitest';
import { encodeEntry } from '../entry/codec.ts';
import type { EntryBody } from '../entry/entry.ts';
import type { WriterId } from '../ids.ts';
import { sentLate } from './account.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { firstSeqOf, historiesOf, keepBranch, rootOf } from './branches.ts';
import { exposure } from './decide-reclaim.ts';
import type { Stream } from './stream.ts';
import { pool, sha256 } from './world.test-kit.ts';

const lamp = pool('lamp');
const bulb = pool('bulb');
const till = name('till');
const rome = name('rome');
const desk = name('desk');

const received = (n: number, at = lamp): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool: at, n }],
});
const sent = (to: WriterId, n: number, at = lamp): EntryBody => ({
  type: 'sent',
  to,
  items: [{ pool: at, n }],
});
const took = (from: WriterId, n: number): EntryBody => ({
  type: 'took',
  from,
  items: [{ pool: lamp, seq: 1, n }],
});
const reclaimed = (writer: WriterId, n: number): EntryBody => ({
  type: 'reclaimed',
  writer,
  items: [{ pool: lamp, n }],
});

describe('[F2] what histories say adds up', () => {
  test('[F2] counters add, and what both share counts once', () => {
    const books = new Books();
    books.say(books.shop, received(10));
    const fork = books.shop.head.seq;
    books.say(books.shop, received(3));
    books.say(books.branch(fork), received(4), received(9, bulb));
    expect(books.account().received).toBe(17);
    expect(books.account(bulb).received).toBe(9);
    expect(exposure(books.ledger, books.shop, lamp)).toBe(17);
  });

  test('[F2] a pool that no branch touched is the chain’s row, and a branch has no account of its own', () => {
    const books = new Books();
    books.say(books.shop, received(10));
    const branch = books.branch(books.shop.head.seq);
    books.say(branch, received(9, bulb));
    expect(books.account()).toBe(books.shop.row(lamp));
    expect(exposure(books.ledger, branch, bulb)).toBe(0);
    expect(exposure(books.ledger, books.shop, bulb)).toBe(9);
  });

  test('[F2] what each took from somebody is a running total: the greater one counts', () => {
    const books = new Books();
    books.say(books.shop, took(till, 3));
    const fork = books.shop.head.seq;
    books.say(books.shop, took(rome, 8));
    books.say(books.branch(fork), took(till, 5), took(rome, 2), took(desk, 1));
    const cells = books.account().took.map(({ writer, n }) => [writer, n]);
    expect(Object.fromEntries(cells)).toEqual({ [till]: 5, [rome]: 8, [desk]: 1 });
    expect(cells).toHaveLength(3);
  });

  test('[F2] what each took back from a writer that was lost adds', () => {
    const books = new Books();
    books.say(books.shop, reclaimed(till, 3));
    const fork = books.shop.head.seq;
    books.say(books.shop, reclaimed(till, 2));
    books.say(books.branch(fork), reclaimed(till, 4), reclaimed(rome, 1));
    const cells = books.account().reclaimed.map(({ writer, n }) => [writer, n]);
    expect(Object.fromEntries(cells)).toEqual({ [till]: 9, [rome]: 1 });
  });
});

describe('[F2] of what each sent to somebody the greater amount counts, with what they sent together', () => {
  const cases: readonly [string, number, number, number, number][] = [
    // sent before the fork, by the chain after it, by the branch, and in all
    ['the chain sent more', 5, 4, 1, 9],
    ['the branch sent more', 5, 1, 4, 9],
    ['only the branch sent', 0, 0, 3, 3],
    ['only before the fork', 5, 0, 1, 6],
  ];

  test.each(cases)('[F2] %s', (_, before, chain, branch, inAll) => {
    for (const isDurable of [true, false]) {
      const books = new Books();
      books.say(books.shop, received(20), received(20, bulb));
      if (before > 0) books.say(books.shop, sent(till, before));
      const fork = books.shop.head.seq;
      if (chain > 0) {
        // Of these, only what went to the till in this pool is of interest.
        books.say(books.shop, sent(rome, 7), sent(till, 2, bulb), received(1), sent(till, chain));
      }
      if (isDurable) books.commit();
      books.say(books.branch(fork), sent(till, branch));
      const cell = books.account().sent.find(({ writer }) => writer === till);
      expect(cell?.n).toBe(inAll);
      expect(books.account().sent.find(({ writer }) => writer === rome)?.n ?? 0).toBe(chain > 0 ? 7 : 0);
    }
  });

  test('[F2] half of the chain’s later entries on disk, and half of this turn, are both left out', () => {
    const books = new Books();
    books.say(books.shop, received(20), sent(till, 5));
    const fork = books.shop.head.seq;
    books.say(books.shop, sent(till, 3));
    books.commit();
    books.say(books.shop, sent(till, 2));
    books.say(books.branch(fork), sent(till, 6));
    expect(books.account().sent).toMatchObject([{ writer: till, n: 11 }]);
  });

  test('[F2] a branch of a branch counts what both before it had sent when it left', () => {
    const books = new Books();
    books.say(books.shop, received(20), sent(till, 5));
    const first = books.branch(books.shop.head.seq);
    books.say(first, sent(till, 2), sent(rome, 1));
    const left = first.head.seq;
    books.say(first, sent(till, 1));
    const second = books.branch(left, first);
    books.say(second, sent(till, 3));
    // 5 + 2 + 3 is more than 5 + 2 + 1.
    expect(books.account().sent.find(({ writer }) => writer === till)?.n).toBe(10);
    expect(books.account().sent.find(({ writer }) => writer === rome)?.n).toBe(1);
    expect(historiesOf(books.ledger, second)).toEqual([books.shop, first, second]);
    expect(rootOf(books.ledger, second)).toBe(books.shop);
    expect([books.shop, first, second].map(firstSeqOf)).toEqual([1, 4, 6]);
  });

  test('[F2] where the chain’s later entries were pruned, too much counts as sent and never too little', () => {
    const books = new Books();
    books.say(books.shop, received(20), sent(till, 5));
    const fork = books.shop.head.seq;
    const branch = books.branch(fork);
    books.say(books.shop, sent(till, 3));
    books.commit();
    books.journal.readWriter = (_, after) => ({ bytes: new Uint8Array(0), to: after });
    books.say(branch, sent(till, 1));
    expect(books.account().sent).toMatchObject([{ writer: till, n: 9 }]);
  });
});

describe('[F3] what was sent when nobody trusted its writer any more', () => {
  test('[F3] is what was said behind its fence, and nothing of a writer that lives', () => {
    const books = new Books();
    books.say(books.shop, received(9), sent(till, 2), sent(rome, 5));
    expect(sentLate(books.ledger, books.shop, lamp, till)).toBe(0);
    books.ledger.fence(books.shop, 'retired', atFirst);
    expect(sentLate(books.ledger, books.shop, lamp, till)).toBe(0);
    books.say(books.shop, sent(till, 3), sent(till, 4, bulb), sent(rome, 1));
    expect([till, rome, desk].map((to) => sentLate(books.ledger, books.shop, lamp, to))).toEqual([3, 1, 0]);
  });

  test('[F3] [F2] is what a branch said too, where it sent more', () => {
    const books = new Books();
    books.say(books.shop, received(9), sent(till, 2));
    const fork = books.shop.head.seq;
    books.say(books.shop, sent(till, 1));
    const other = books.branch(fork);
    expect(sentLate(books.ledger, books.shop, lamp, till)).toBe(0);
    books.say(books.branch(fork), received(1, bulb));
    books.say(other, sent(till, 4));
    // Six in all, three of them by its fence.
    expect(sentLate(books.ledger, books.shop, lamp, till)).toBe(3);
  });
});

test('[T3] an entry that the chain has no place for joins the history that it follows, once', () => {
  const books = new Books();
  books.say(books.shop, received(10));
  const fork = books.shop.head.seq;
  const hash = books.shop.head.hash;
  books.say(books.shop, received(1));
  const twin = (seq: number, prevHash: Uint8Array, docId: string) => {
    const body = received(2);
    const entry = {
      v: 1,
      writer: books.shop.writer,
      seq,
      prevHash,
      docId,
      actor: 'system',
      ...atFirst,
      body,
    };
    const bytes = encodeEntry(entry);
    return { entry, bytes, hash: sha256(bytes) };
  };
  books.ledger.fence(books.shop, 'fork', atFirst);
  const first = twin(fork + 1, hash, 'other-1');
  const next = twin(fork + 2, first.hash, 'other-2');
  // What follows an entry that is not known yet joins nothing.
  expect(keepBranch(books.ledger, books.shop, next)).toBeUndefined();
  const branch = keepBranch(books.ledger, books.shop, first) as Stream;
  expect(branch.head).toMatchObject({ seq: fork + 1, fence: { seq: fork, reason: 'branch' } });
  expect(keepBranch(books.ledger, books.shop, next)).toBe(branch);
  expect(keepBranch(books.ledger, books.shop, first)).toBe(branch);
  expect(branch.row(lamp).received).toBe(4);
  // A third history leaves the other one, and a fourth begins with a first entry of its own.
  const third = keepBranch(books.ledger, books.shop, twin(fork + 2, first.hash, 'other-3')) as Stream;
  expect(third.head.parent).toBe(branch.writer);
  // Of two histories of one length, each goes on in its own.
  const end = twin(fork + 3, third.head.hash, 'other-7');
  expect(keepBranch(books.ledger, books.shop, end)).toBe(third);
  const fourth = keepBranch(books.ledger, books.shop, twin(1, new Uint8Array(32), 'other-4')) as Stream;
  expect(fourth.head).toMatchObject({ parent: books.shop.writer, seq: 1 });
  expect(books.ledger.branches).toEqual(new Set([branch, third, fourth]));
  expect(keepBranch(books.ledger, books.shop, twin(1, hash, 'other-5'))).toBeUndefined();
  expect(keepBranch(books.ledger, books.shop, twin(99, hash, 'other-6'))).toBeUndefined();
  // Nor does what names the end of a history and skips entries: a chain has no holes.
  expect(keepBranch(books.ledger, books.shop, twin(99, third.head.hash, 'other-8'))).toBeUndefined();
  expect(third.head.seq).toBe(fork + 3);
});

test('[T3] [D7] where what both share was pruned, the other history leaves the chain', () => {
  const books = new Books();
  books.say(books.shop, received(10));
  const { seq, hash: prevHash } = books.shop.head;
  books.say(books.shop, received(1));
  const first = books.branch(seq);
  books.say(first, received(5));
  books.commit();
  books.journal.hashAt = () => undefined;
  const { writer } = books.shop;
  const entry = {
    v: 1,
    writer,
    seq: seq + 1,
    prevHash,
    docId: 'x',
    actor: 'system',
    ...atFirst,
    body: received(2),
  };
  const bytes = encodeEntry(entry);
  const branch = keepBranch(books.ledger, books.shop, { entry, bytes, hash: sha256(bytes) });
  expect(branch?.head.parent).toBe(books.shop.writer);
});

test('[F2] the histories of one writer are not those of another', () => {
  const books = new Books();
  books.say(books.shop, received(10));
  const shops = books.branch(books.shop.head.seq);
  const other = books.add(rome, 'rome');
  expect(historiesOf(books.ledger, other)).toEqual([other]);
  expect(historiesOf(books.ledger, books.shop)).toEqual([books.shop, shops]);
});

test('[F2] [F3] what a child surrendered too late and one history of this replica took is not the child’s again (seed 131)', () => {
  const books = new Books();
  const lived = books.ledger.self;
  books.ledger.beginLife(name('hq', 2, 'b'), 'region', rome, atFirst);
  books.ledger.fence(lived, 'fork', atFirst);
  const lost = books.add(till, 'till', lived.writer);
  books.say(lost, received(3));
  books.ledger.fence(lost, 'false-took', atFirst);
  books.say(lost, sent(lived.writer, 1));
  expect(exposure(books.ledger, lost, lamp)).toBe(3);
  books.say(books.branch(1, lived), took(till, 1));
  expect(exposure(books.ledger, lost, lamp)).toBe(2);
  expect(exposure(books.ledger, lived, lamp)).toBe(1);
});
