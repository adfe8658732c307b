/** What a child is told of its past: each part of it once in a session (T8, F2). */
import { describe, expect, test, vi } from 'vitest';
import { decodeEntry } from '../entry/codec.ts';
import type { EntryBody } from '../entry/entry.ts';
import { replicaOf } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import { hastySettings } from '../replica/hasty-settings.test-kit.ts';
import { DEFAULT_LINK } from '../replica/settings.ts';
import { pool } from '../replica/world.test-kit.ts';
import type { Cells, Former } from '../wire/frames.ts';
import { splitEntries } from '../wire/slices.ts';
import { noteBranch, openSession } from './child.ts';
import { readFormerLives } from './former-frames.ts';
import type { Hub } from './hub.ts';

const received = (n: number): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool: pool('lamp'), n }],
});

const { resendMs } = DEFAULT_LINK;

/** The next life of `berlin` listens. */
function listening(books: Books) {
  const session = openSession(
    { writer: name('berlin', 2), wantsLevels: false, heads: [] },
    books.ledger.self.writer,
    0,
  );
  const hub = { children: new Map([['berlin', { session }]]) } as unknown as Hub;
  const settings = hastySettings(replicaOf(books.ledger.self.writer), 'authority');
  const read = (monotonicMs = 0) => readFormerLives(hub, books.ledger, settings, { ...atFirst, monotonicMs });
  /** What leaves now of its past, as `writer entry`. */
  const told = () => {
    read();
    const frames = session.formerFrames.splice(0) as Former[];
    expect(frames.map(({ last }) => last)).toEqual(frames.map((_, i) => i === frames.length - 1));
    const entries = frames.flatMap((frame) => splitEntries(frame.entries)).map(decodeEntry);
    return entries.map(({ writer, seq }) => `${replicaOf(writer)} ${seq}`);
  };
  return { session, read, told };
}

test('[T8][F2] what was told is not told again with the other history of a fork', () => {
  const books = new Books();
  books.say(books.shop, received(1), received(2));
  const paris = books.add(name('paris'), 'paris');
  const branch = books.branch(2);
  books.say(branch, received(7));
  books.commit();
  const { session, told } = listening(books);
  session.former.push({ writer: paris.writer, afterSeq: 0 });
  session.isFormerDue = true;
  expect(told()).toEqual(['paris 1']);
  // The child brought the one history, and lacks the other from where they part.
  noteBranch(books.ledger, session, branch);
  expect(told()).toEqual(['berlin 3']);
  expect([session.isFormerDue, session.former]).toEqual([false, []]);
});

test('[D1] [D4] what the open turn has yet to write is not told, nor whoever went with a turn that failed', () => {
  const books = new Books();
  books.commit();
  books.say(books.shop, received(1));
  const read = books.journal.readWriter.bind(books.journal);
  const asked = vi.spyOn(books.journal, 'readWriter').mockImplementation((...what) => {
    if (asked.mock.calls.length > 9) throw new Error('It reads on for ever.');
    return read(...what);
  });
  const { session, told } = listening(books);
  session.former.push({ writer: name('nobody'), afterSeq: 0 }, { writer: books.shop.writer, afterSeq: 0 });
  session.isFormerDue = true;
  expect(told()).toEqual(['berlin 1']);
});

describe('[F1a] what a former life of this replica granted a child', () => {
  /** The life that ended had sent it three lamps. */
  function granted() {
    const books = new Books();
    const lived = books.ledger.self.writer;
    const next = books.add(name('berlin', 2), 'berlin');
    const items = [{ pool: pool('lamp'), n: 3 }];
    books.ledger.append({ type: 'sent', to: next.writer, items }, '', 'system', atFirst);
    books.ledger.beginLife(name('hq', 2), 'authority', null, atFirst);
    const { session, read } = listening(books);
    session.formerCellsDueMs = 0;
    const told = (atMs: number) => {
      read(atMs);
      return (session.formerCells.splice(0) as Cells[]).flatMap(({ cells }) => cells.map(({ n }) => n));
    };
    const take = () =>
      books.say(next, { type: 'took', from: lived, items: [{ pool: pool('lamp'), seq: 2, n: 3 }] });
    return { books, session, told, take };
  }

  test('[F1a] is told again and again until it has taken that', () => {
    const { session, told, take } = granted();
    expect([0, resendMs - 1, resendMs, resendMs + 1].map(told)).toEqual([[3], [], [3], []]);
    take();
    expect([told(2 * resendMs), session.formerCellsDueMs]).toEqual([[], Number.POSITIVE_INFINITY]);
  });

  test('[F1a] is told in no session of a life that ended', () => {
    const { books, told } = granted();
    books.ledger.beginLife(name('hq', 3), 'authority', null, atFirst);
    expect(told(0)).toEqual([]);
  });
});
