/** What a child is told of its past: each part of it once in a session (T8, F2). */
import { expect, test } from 'vitest';
import { decodeEntry } from '../entry/codec.ts';
import type { EntryBody } from '../entry/entry.ts';
import { replicaOf } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import { hastySettings } from '../replica/hasty-settings.test-kit.ts';
import { pool } from '../replica/world.test-kit.ts';
import type { Former } from '../wire/frames.ts';
import { splitEntries } from '../wire/slices.ts';
import { noteBranch, openSession } from './child.ts';
import { readFormerLives } from './former-frames.ts';
import type { Hub } from './hub.ts';

const received = (n: number): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool: pool('lamp'), n }],
});

test('[T8][F2] what was told is not told again with the other history of a fork', () => {
  const books = new Books();
  books.say(books.shop, received(1), received(2));
  const paris = books.add(name('paris'), 'paris');
  const branch = books.branch(2);
  books.say(branch, received(7));
  books.commit();
  const session = openSession(
    { writer: name('berlin', 2), wantsLevels: false, heads: [] },
    books.ledger.self.writer,
    0,
  );
  const hub = { children: new Map([['berlin', { session }]]) } as unknown as Hub;
  const told = () => {
    readFormerLives(
      hub,
      books.ledger,
      hastySettings(replicaOf(books.ledger.self.writer), 'authority'),
      atFirst,
    );
    const frames = session.formerFrames.splice(0) as Former[];
    expect(frames.map(({ last }) => last)).toEqual(frames.map((_, i) => i === frames.length - 1));
    const entries = frames.flatMap((frame) => splitEntries(frame.entries)).map(decodeEntry);
    return entries.map(({ writer, seq }) => `${replicaOf(writer)} ${seq}`);
  };
  session.former.push({ writer: paris.writer, afterSeq: 0 });
  session.isFormerDue = true;
  expect(told()).toEqual(['paris 1']);
  // The child brought the one history, and lacks the other from where they part.
  noteBranch(session, branch);
  expect(told()).toEqual(['berlin 3']);
  expect([session.isFormerDue, session.former]).toEqual([false, []]);
});
