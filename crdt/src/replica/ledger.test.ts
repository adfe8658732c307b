/** What an entry does to who said it, and to whom it names, beside its effects on the rows: F2, F3, F5. */
import { expect, test } from 'vitest';
import { Child } from '../hub/child.ts';
import { Totals } from '../hub/totals.ts';
import type { ReplicaId } from '../ids.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { historiesOf } from './branches.ts';
import { newHead } from './stream.ts';
import { pool } from './world.test-kit.ts';

const lamp = pool('lamp');
const items = [{ pool: lamp, n: 3 }];

test('[F2] [L7] another history of a writer stays that writer’s, whatever parent it names', () => {
  const { books, branch } = forked();
  books.say(branch, { type: 'reparented', parent: name('berlin', 7) });
  expect(branch.head.parent).toBe(books.shop.writer);
  expect(historiesOf(books.ledger, branch)).toEqual([books.shop, branch]);
});

test('[F3] what is taken back of a writer shuts nobody out: a fence does', () => {
  const books = new Books();
  const { ledger, shop } = books;
  books.say(ledger.self, { type: 'reclaimed', writer: shop.writer, items });
  expect(shop.head.fence).toBe(null);
  const { seq, hash } = shop.head;
  books.say(ledger.self, { type: 'fenced', writer: shop.writer, seq, hash, reason: 'retired' });
  expect(shop.head.fence).toEqual({ seq, hash, reason: 'retired' });
});

test('[T8] what a replica writes unasked has a short id, by which a list of movements can name it', () => {
  const { ledger } = new Books();
  const { docId, seq, writer } = ledger.append({ type: 'repaid', lines: items }, '', 'system', atFirst);
  expect(docId).toBe(`${'a'.repeat(16)}-${seq}`);
  expect(writer).toBe(name('hq', 1, 'a'));
});

test('[F5] what who was shut out sent to the next life of its parent is in its account, once it names that', () => {
  const books = new Books();
  const { ledger, shop } = books;
  const till = books.add(name('till'), 'berlin', shop.writer);
  const next = name('berlin', 2);
  ledger.addStream(next, newHead('store', ledger.self.writer, shop.head.via));
  books.say(till, { type: 'received', cause: 'delivery', lines: items }, { type: 'sent', to: next, items });
  const [kept, onItsWay] = totalsOf(books);
  ledger.onHead = (stream) => kept.onHead(stream);
  expect(onItsWay()).toBe(3);
  ledger.fence(till, 'retired', atFirst);
  expect(onItsWay()).toBe(3);
  books.say(till, { type: 'reparented', parent: next });
  expect(onItsWay()).toBe(0);
  const [, anew] = totalsOf(books);
  expect(anew()).toBe(0);
});

function forked() {
  const books = new Books();
  books.say(books.shop, { type: 'received', cause: 'delivery', lines: items });
  return { books, branch: books.branch(1) };
}

/** What is counted as the shop's to use. */
function totalsOf({ ledger }: Books): [Totals, () => number] {
  const child = new Child('berlin' as ReplicaId);
  return [new Totals(ledger, () => child, false), () => child.pool(lamp).holding];
}
