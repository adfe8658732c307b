/** Whose child a writer was at a point of its chain: F5, F3a. */
import { describe, expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import type { WriterId } from '../ids.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { parentAt } from './parent-at.ts';
import { addLost } from './recovery.ts';
import { newHead } from './stream.ts';
import { pool } from './world.test-kit.ts';

const [hq, paris, rome] = [name('hq'), name('paris'), name('rome')];
const received: EntryBody = { type: 'received', cause: 'delivery', lines: [{ pool: pool('lamp'), n: 1 }] };
const under = (parent: WriterId): EntryBody => ({ type: 'reparented', parent });
const parents = ({ ledger, shop }: Books, stream = shop) =>
  Array.from({ length: stream.head.seq }, (_, i) => parentAt(ledger, stream, i + 1));

describe('[F5] the parent of a writer at one of its entries', () => {
  test('[F5] is the one that its life began under where it never named another', () => {
    const books = new Books();
    books.say(books.shop, received);
    expect(parents(books)).toEqual([hq, hq]);
  });

  test('[F3a] is the last that it had named by then, be it on disk or in the open turn', () => {
    const books = new Books();
    books.say(books.shop, received, under(paris), received, under(rome), received);
    const all = [hq, hq, paris, paris, rome, rome];
    expect(parents(books)).toEqual(all);
    books.commit();
    expect(parents(books)).toEqual(all);
  });

  test('[F1] is another life of the same parent also where that was named later', () => {
    const books = new Books();
    const next = name('hq', 2);
    books.say(books.shop, received, under(next), received);
    expect(parents(books)).toEqual([next, next, next, next]);
  });

  test('[F2] is what it named behind its fence, where its fence moves on to there', () => {
    const books = new Books();
    books.say(books.shop, received);
    books.ledger.fence(books.shop, 'superseded', atFirst);
    books.say(books.shop, under(paris), received);
    expect(books.shop.head.parent).toBe(hq);
    expect(parents(books)).toEqual([hq, hq, paris, paris]);
  });

  test('[D7] is the one that it named last where the entries that would tell were pruned', () => {
    const books = new Books();
    books.say(books.shop, received, under(paris), received, under(rome));
    books.commit();
    const read = books.journal.readWriter.bind(books.journal);
    books.journal.readWriter = (writer, after, bytesMax) => read(writer, Math.max(after, 2), bytesMax);
    expect(parents(books)).toEqual([rome, rome, paris, paris, rome]);
  });

  test('[F6] is who has its account where its life was in no books, whomever it names in what comes late', () => {
    const books = new Books();
    const head = newHead('store', hq, books.shop.head.via);
    const lost = addLost(books.ledger, name('milan'), head, 'rollback');
    books.say(lost, { type: 'life', kind: 'store', parent: paris }, received);
    expect(parents(books, lost)).toEqual([hq, hq]);
  });

  test('[L7] is not changed by what an enemy says later, that it is nobody’s child', () => {
    const books = new Books();
    books.say(books.shop, received, { type: 'life', kind: 'store', parent: null }, under(paris));
    expect(parents(books).slice(0, 2)).toEqual([hq, hq]);
  });
});
