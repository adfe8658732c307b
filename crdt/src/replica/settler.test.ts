/** Who covers what a writer that was shut out used beyond what it had, when, and with how much: F5. */
import { describe, expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import type { PoolId, WriterId } from '../ids.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { LateClaims } from './late-claims.ts';
import type { Stream } from './stream.ts';
import { pool } from './world.test-kit.ts';

const lamp = pool('lamp');
const bulb = pool('bulb');
const nobody = name('nobody');

const received = (n: number, at = lamp): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool: at, n }],
});
const sent = (n: number, at = lamp): EntryBody => ({ type: 'sent', to: nobody, items: [{ pool: at, n }] });

/** An authority that looks after accounts. */
class Settler extends Books {
  readonly changed: PoolId[] = [];
  claims = this.open();

  /** As after a restart: whoever was shut out may owe already. */
  open(): LateClaims {
    const claims = new LateClaims(this.ledger, (at) => this.changed.push(at));
    this.ledger.onEffect = (stream, effect) => claims.onEffect(stream, effect);
    return claims;
  }

  own(body: EntryBody): void {
    this.ledger.append(body, '', 'system', atFirst);
  }

  shutOut(stream: Stream): void {
    this.ledger.fence(stream, 'retired', atFirst);
    this.claims.fenced(stream);
  }

  /** What it sends to whom, as entries. */
  settle(): [WriterId, string][] {
    const { ledger } = this;
    const from = ledger.self.head.seq;
    this.claims.settle(atFirst);
    const sends: [WriterId, string][] = [];
    for (let seq = from + 1; seq <= ledger.self.head.seq; seq += 1) {
      const { body } = ledger.entryAt(ledger.self.writer, seq) ?? {};
      if (body?.type === 'sent')
        sends.push([body.to, body.items.map((item) => `${item.n} ${item.pool}`).join()]);
    }
    return sends;
  }
}

/** A shop that sent away two lamps more than it had. */
function short(): Settler {
  const books = new Settler();
  books.say(books.shop, received(3), sent(5));
  return books;
}

describe('[F5] an account below zero', () => {
  test('[F5] is nobody’s matter while its writer lives, and its settler’s from its fence on', () => {
    const books = short();
    books.own(received(9));
    expect(books.settle()).toEqual([]);
    books.shutOut(books.shop);
    expect(books.settle()).toEqual([[books.shop.writer, '2 lamp@berlin']]);
    expect(books.settle()).toEqual([]);
    // What arrives late is covered too.
    books.say(books.shop, sent(1));
    expect(books.settle()).toEqual([[books.shop.writer, '1 lamp@berlin']]);
    expect(books.ledger.usable(lamp)).toBe(6);
  });

  test('[F5] is found again by a restart', () => {
    const books = short();
    books.own(received(9));
    books.ledger.fence(books.shop, 'retired', atFirst);
    books.claims = books.open();
    expect(books.settle()).toEqual([[books.shop.writer, '2 lamp@berlin']]);
  });

  test('[D4] is covered again where the commit that covered it failed', () => {
    const books = short();
    books.own(received(9));
    books.shutOut(books.shop);
    books.commit();
    expect(books.settle()).toHaveLength(1);
    expect(books.settle()).toEqual([]);
    books.ledger.putBack();
    books.claims.putBack();
    expect(books.settle()).toEqual([[books.shop.writer, '2 lamp@berlin']]);
  });

  test('[F5] that cannot be covered is a shortage, which those who move units hear of when it changes', () => {
    const books = short();
    books.shutOut(books.shop);
    expect(books.settle()).toEqual([]);
    expect([books.claims.shortOf(lamp), books.changed]).toEqual([2, [lamp]]);
    books.settle();
    expect(books.changed).toEqual([lamp]);
    books.own(received(1));
    expect(books.settle()).toEqual([[books.shop.writer, '1 lamp@berlin']]);
    expect([books.claims.shortOf(lamp), books.changed]).toEqual([1, [lamp, lamp]]);
    books.own(received(5));
    expect(books.settle()).toEqual([[books.shop.writer, '1 lamp@berlin']]);
    expect([books.claims.shortOf(lamp), books.changed, books.ledger.usable(lamp)]).toEqual([
      0,
      [lamp, lamp, lamp],
      4,
    ]);
  });

  test('[F5] shares what is free with others, and one entry covers all pools of a writer', () => {
    const books = short();
    const rome = books.add(name('rome'), 'rome');
    books.say(books.shop, sent(4, bulb));
    books.say(rome, sent(2));
    books.own(received(3));
    books.own(received(9, bulb));
    books.shutOut(books.shop);
    books.shutOut(rome);
    expect(books.settle()).toEqual([
      [books.shop.writer, '2 lamp@berlin,4 bulb@berlin'],
      [rome.writer, '1 lamp@berlin'],
    ]);
    expect([books.claims.shortOf(lamp), books.claims.shortOf(bulb)]).toEqual([1, 0]);
  });

  test('[F5] is found where others took from it, and no word of its own is left (seeds 812, 80394)', () => {
    const books = new Settler();
    const till = books.add(name('till'), 'till');
    books.own(received(9));
    books.say(till, { type: 'took', from: books.shop.writer, items: [{ pool: lamp, seq: 9, n: 3 }] });
    expect(books.settle()).toEqual([]);
    books.shutOut(books.shop);
    expect(books.settle()).toEqual([[books.shop.writer, '3 lamp@berlin']]);
  });

  test('[F5] [F3] comes of too much that was taken back as well', () => {
    const books = new Settler();
    books.say(books.shop, received(3));
    books.shutOut(books.shop);
    books.own(received(4));
    books.settle();
    books.own({ type: 'reclaimed', writer: books.shop.writer, items: [{ pool: lamp, n: 5 }] });
    expect(books.settle()).toEqual([[books.shop.writer, '2 lamp@berlin']]);
  });

  test('[T8] waits until a restored settler knows what its former lives sent', () => {
    const books = short();
    books.own(received(9));
    books.shutOut(books.shop);
    books.ledger.awaitsFormerLives = true;
    expect(books.settle()).toEqual([]);
    books.ledger.awaitsFormerLives = false;
    expect(books.settle()).toHaveLength(1);
  });

  test('[F2] of a writer that lived twice is the sum of its histories, sent to the writer', () => {
    const books = new Settler();
    books.say(books.shop, received(3), sent(2));
    books.own(received(9));
    const branch = books.branch(books.shop.head.seq);
    books.settle();
    books.say(branch, sent(4));
    expect(books.settle()).toEqual([[books.shop.writer, '3 lamp@berlin']]);
  });
});

describe('[F5] the settler', () => {
  /** A till in the shop, shut out with two lamps too few. */
  function shortTill(): { books: Settler; till: Stream } {
    const books = new Settler();
    const till = books.add(name('till'), 'berlin', books.shop.writer);
    books.own(received(9));
    books.say(till, sent(2));
    books.shutOut(till);
    return { books, till };
  }

  test('[F5] is the parent while it has a life that is not shut out', () => {
    const { books, till } = shortTill();
    expect(books.settle()).toEqual([]);
    books.ledger.fence(books.shop, 'superseded', atFirst);
    books.add(name('berlin', 2), 'berlin');
    books.say(till, sent(1));
    expect(books.settle()).toEqual([]);
  });

  test('[F5] is the next ancestor where all lives of the parent are shut out', () => {
    const { books, till } = shortTill();
    books.ledger.fence(books.shop, 'retired', atFirst);
    books.say(till, sent(1));
    expect(books.settle()).toEqual([[till.writer, '3 lamp@berlin']]);
  });

  test('[F3a] is who stands above both, where its parent went below its next life (seed 321)', () => {
    const books = new Settler();
    const depot = books.add(name('depot'), 'berlin');
    books.say(books.shop, { type: 'reparented', parent: depot.writer }, sent(2));
    books.own(received(9));
    books.shutOut(books.shop);
    const next = books.add(name('berlin', 2), 'berlin');
    books.say(depot, { type: 'reparented', parent: next.writer });
    expect(books.settle()).toEqual([[books.shop.writer, '2 lamp@berlin']]);
  });

  test('[L7] is nobody where liars name a circle of parents', () => {
    const books = new Settler();
    const [a, b] = [name('a'), name('b')];
    for (const [writer, parent] of [
      [a, b],
      [b, a],
    ] as const) {
      const stream = books.add(writer, 'berlin', parent);
      books.say(stream, sent(1));
      books.shutOut(stream);
    }
    books.own(received(9));
    expect(books.settle()).toEqual([]);
  });
});
