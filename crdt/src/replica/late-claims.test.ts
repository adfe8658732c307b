/** Entries of a fenced writer that arrive late are real sales: F5. */
import { describe, expect, test } from 'vitest';
import type { WriterId } from '../ids.ts';
import type { StockFrame } from '../wire/frames.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { receive, reclaim, sell } from './commands.test-kit.ts';
import { exposure } from './decide-reclaim.ts';
import { LateClaims } from './late-claims.ts';
import { PARENT } from './out.ts';
import type { Stream } from './stream.ts';
import { type Node, pool, shop, type World } from './world.test-kit.ts';

const lamp = pool('lamp');
const waits = { waitMs: 5_000 };

/** A till that sold while it was away, was given up, and was counted too high. */
function tooManyReclaimed() {
  const { world, hq, berlin, till } = shop({ lamp: 6 });
  till.ask(sell('t1', { lamp: 1 }, waits));
  world.calm();
  const lost = till.self;
  const held = till.free('lamp');
  expect(held).toBeGreaterThan(2);
  till.cut();
  till.do(sell('t2', { lamp: 2 }));
  berlin.turn((self, now) => self.retire(till.id, now));
  expect(berlin.do(reclaim('r1', lost, { lamp: held }))).toMatchObject({ ok: true });
  world.calm();
  return { world, hq, berlin, till, lost, held };
}

function accountOf(node: Node, writer: Node['self']): number {
  const { ledger } = node.replica;
  const stream = ledger.streams.get(writer);
  if (stream === undefined) throw new Error(`${writer} is not known.`);
  return exposure(ledger, stream, lamp);
}

/** It hears that it was shut out, begins a new life, and brings what the old one did. */
function comeBack(world: World, till: Node): void {
  till.link();
  world.calm();
  till.link();
  world.calm();
}

describe('[F5] late entries of a fenced writer', () => {
  test('[F5] are kept, and its settler covers from what it has free what they used', () => {
    const { world, hq, berlin, till, lost } = tooManyReclaimed();
    const before = berlin.free('lamp');
    comeBack(world, till);
    expect(hq.row('lamp', 'berlin', lost).used).toBe(3);
    expect(berlin.row('lamp').sent.find(({ writer }) => writer === lost)?.n).toBeGreaterThanOrEqual(2);
    // What its next life is filled up with (R2) is nothing that was covered.
    expect(berlin.free('lamp') + till.free('lamp')).toBe(before - 2);
    expect([accountOf(hq, lost), accountOf(berlin, lost)]).toEqual([0, 0]);
  });

  test('[F5] what the settler lacks, it covers as soon as something becomes free', () => {
    const { world, hq, berlin, till, lost } = tooManyReclaimed();
    expect(berlin.do(sell('b1', { lamp: berlin.free('lamp') }))).toMatchObject({ ok: true });
    comeBack(world, till);
    expect(accountOf(hq, lost)).toBe(-2);
    // A visible shortage: two more were sold than ever came.
    expect(hq.replica.hub.totals.levels?.get(lamp)?.available).toBe(-2);
    berlin.do(receive('d2', { lamp: 1 }));
    world.calm();
    expect([accountOf(hq, lost), berlin.free('lamp')]).toEqual([-1, 0]);
    berlin.do(receive('d3', { lamp: 5 }));
    world.calmFor(30_000);
    expect(accountOf(hq, lost)).toBe(0);
    expect(hq.replica.hub.totals.levels?.get(lamp)?.available).toBe(4);
  });

  test('[F5] a settler that has nothing asks its parent for it', () => {
    const { world, hq, berlin, till, lost } = tooManyReclaimed();
    const rome = world.add('rome', 'store', hq);
    const spare = berlin.free('lamp');
    rome.ask({ ...sell('m1', { lamp: spare }), departsFrom: [], ...waits, type: 'sell' });
    rome.ask(sell('unused', { lamp: 1 }));
    world.calm();
    expect(berlin.free('lamp')).toBe(0);
    berlin.do(receive('d2', { lamp: 4 }));
    world.calm();
    rome.ask({
      type: 'hold',
      id: 'h1',
      actor: 'web:1',
      ttlMs: 60_000,
      lines: [{ pool: lamp, n: 4 }],
      ...waits,
    });
    world.calm();
    rome.do({ type: 'release', id: 'h2', actor: 'web:1', holdId: 'h1' as never });
    world.calm();
    expect([rome.free('lamp'), berlin.free('lamp')]).toEqual([4, 0]);
    comeBack(world, till);
    world.calmFor(30_000);
    expect(accountOf(hq, lost)).toBe(0);
    expect(rome.free('lamp')).toBeLessThanOrEqual(2);
  });

  test('[F5] a turn that is put back covers nothing, and the next one does', () => {
    const { world, hq, berlin, till, lost } = tooManyReclaimed();
    till.link();
    world.calm();
    till.link();
    for (let guard = 0; guard < 50 && accountOf(berlin, lost) >= 0; guard += 1) {
      const letter = world.mail.shift();
      if (letter === undefined) break;
      if (letter.to !== berlin.id || letter.frame.kind !== 'stream') {
        world.deliver(letter);
        continue;
      }
      berlin.replica.frame(till.id, letter.frame, world.now);
      berlin.replica.endTurn(world.now);
      berlin.replica.putBack();
      expect(accountOf(berlin, lost)).toBe(0);
      world.deliver(letter);
    }
    world.calmFor(5_000);
    expect([accountOf(hq, lost), accountOf(berlin, lost)]).toEqual([0, 0]);
  });
});

/** An authority's books, and what it does about those in them who lack what others took of them. */
class Claims extends Books {
  readonly claims = new LateClaims(this.ledger, () => {});

  constructor() {
    super();
    this.ledger.onEffect = (stream, effect) => this.claims.onEffect(stream, effect);
    this.ledger.onHead = (stream) => this.claims.onHead(stream);
  }

  receive(n: number): void {
    const body = { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n }] } as const;
    this.ledger.append(body, '', 'system', atFirst);
  }

  take(by: Stream, from: WriterId, n: number): void {
    this.say(by, { type: 'took', from, items: [{ pool: lamp, seq: 1, n }] });
  }

  lose(stream: Stream): void {
    this.ledger.fence(stream, 'retired', atFirst);
    this.claims.fenced(stream);
  }

  /** Settles. @returns what was ever sent to each of these. */
  settle(...lost: readonly WriterId[]): number[] {
    this.claims.settle(atFirst);
    const { sent } = this.ledger.self.row(lamp);
    return lost.map((writer) => sent.find((cell) => cell.writer === writer)?.n ?? 0);
  }
}

test('[F5] what a writer lacks is sent to it, be it known when it was shut out or told by others later', () => {
  const books = new Claims();
  const { shop: berlin } = books;
  const till = books.add(name('till'), 'berlin', berlin.writer);
  books.receive(9);
  expect(books.settle(berlin.writer)).toEqual([0]);
  books.say(berlin, { type: 'sent', to: till.writer, items: [{ pool: lamp, n: 2 }] });
  books.lose(berlin);
  for (let turn = 0; turn < 2; turn += 1) expect(books.settle(berlin.writer)).toEqual([2]);
  books.take(till, berlin.writer, 3);
  expect(books.settle(berlin.writer)).toEqual([3]);
});

test('[F5] [F6] who settles a writer may be known only when its parent is heard of (seed 10805718)', () => {
  const books = new Claims();
  const paris = name('paris', 2, 'b');
  // It hangs on berlin by now; where the life of paris stands that it had named is in none of these books yet.
  const till = books.add(name('till'), 'berlin', paris);
  books.say(till, { type: 'sent', to: books.shop.writer, items: [{ pool: lamp, n: 2 }] });
  books.lose(till);
  books.receive(9);
  expect(books.settle(till.writer)).toEqual([0]);
  books.add(paris, 'paris');
  expect(books.settle(till.writer)).toEqual([2]);
});

test('[F5] [F3a] who settles a writer may change where the next life of its parent is heard of (seed 12006865)', () => {
  const books = new Claims();
  const paris = books.add(name('paris'), 'berlin', name('nobody'));
  const till = books.add(name('till'), 'berlin', paris.writer);
  books.say(till, { type: 'sent', to: books.shop.writer, items: [{ pool: lamp, n: 2 }] });
  for (const stream of [paris, till]) books.lose(stream);
  books.receive(9);
  expect(books.settle(till.writer)).toEqual([0]);
  books.add(name('paris', 2), 'paris');
  expect(books.settle(till.writer)).toEqual([2]);
});

test('[F5] [F2] a fence that moves may leave too little in an account of which no row is left (seed 23001269)', () => {
  const books = new Claims();
  const lost = books.add(name('region'), 'berlin');
  const { shop: berlin } = books;
  books.say(berlin, { type: 'reparented', parent: lost.writer });
  const { seq, hash } = berlin.head;
  books.say(berlin, { type: 'sent', to: lost.writer, items: [{ pool: lamp, n: 2 }] });
  books.lose(lost);
  books.receive(9);
  books.ledger.append(
    { type: 'reclaimed', writer: lost.writer, items: [{ pool: lamp, n: 2 }] },
    '',
    'operator:1',
    atFirst,
  );
  books.lose(berlin);
  expect(books.settle(lost.writer)).toEqual([0]);
  // Those above know better where it ended: what it surrendered behind that is its own.
  books.ledger.changeHead(berlin, { fence: { seq, hash, reason: 'superseded' } });
  books.claims.fenced(berlin);
  expect(books.settle(lost.writer)).toEqual([2]);
});

test('[D4] [F5] nothing is sent to who was shut out in a turn that failed alone', () => {
  const books = new Claims();
  const till = books.add(name('till'), 'berlin', books.shop.writer);
  books.receive(9);
  // Its own word of what it granted is still on its way.
  books.take(till, books.shop.writer, 3);
  books.commit();
  const lost = books.shop.writer;
  expect(books.settle(lost)).toEqual([0]);
  books.lose(books.shop);
  expect(books.settle(lost)).toEqual([3]);
  books.ledger.putBack();
  books.claims.putBack();
  expect(books.settle(lost)).toEqual([0]);
  books.lose(books.shop);
  expect(books.settle(lost)).toEqual([3]);
});

test('[D4] [F5] [F6] who was heard of first in a turn that failed is nobody until it is heard of again', () => {
  const { world, hq, berlin } = shop({ lamp: 6 });
  world.comesToRest = false;
  const life = name('till', 1, 'f');
  const items = [{ pool: lamp, seq: 1, n: 1 }];
  berlin.turn((self, now) => self.ledger.append({ type: 'took', from: life, items }, '', 'system', now));
  const letters = world.intercept('stream');
  expect(letters).toHaveLength(1);
  for (const { frame } of letters) hq.replica.frame(berlin.id, frame as StockFrame, world.now);
  hq.replica.endTurn(world.now);
  expect(accountOf(hq, life)).toBe(-1);
  hq.replica.putBack();
  hq.turn();
  expect(hq.fenceOf(life)).toBeUndefined();
  for (const letter of letters) world.deliver(letter);
  expect([hq.fenceOf(life), accountOf(hq, life)]).toEqual(['rollback', -1]);
});

test("[F5] [F6] after the books were put back, only the authority's own past waits for those who have not spoken yet", () => {
  const books = new Claims();
  const { ledger, shop: berlin } = books;
  const rome = books.add(name('rome'), 'rome');
  const past = ledger.self;
  ledger.beginLife(name('hq', 2), 'authority', null, atFirst);
  ledger.fence(past, 'rollback', atFirst);
  books.lose(rome);
  books.receive(9);
  books.take(berlin, rome.writer, 2);
  books.take(berlin, past.writer, 3);
  expect(books.settle(rome.writer, past.writer)).toEqual([2, 0]);
  books.say(berlin, { type: 'reparented', parent: ledger.self.writer });
  expect(books.settle(rome.writer, past.writer)).toEqual([2, 3]);
});

test('[F1] [L2] a writer that was shut out hears of it although the ack that said so is lost', () => {
  const { world, till, lost } = tooManyReclaimed();
  till.link();
  for (const letter of world.intercept('welcome')) world.deliver(letter);
  // The first ack says it, and never arrives.
  expect(world.intercept('ack').length).toBeGreaterThan(0);
  world.calmFor(10_000);
  expect(till.self).not.toBe(lost);
});

test('[F1] [L2] and although it has nothing to say: it is told until it goes on as somebody else', () => {
  const { world, berlin, till } = shop({ lamp: 6 });
  const lost = till.self;
  world.calmFor(5_000);
  till.cut();
  berlin.turn((self, now) => self.retire(till.id, now));
  till.link();
  for (const letter of world.intercept('welcome')) world.deliver(letter);
  expect(world.intercept('ack').length).toBeGreaterThan(0);
  world.calmFor(5_000);
  expect(till.self).not.toBe(lost);
});

test('[D4] where the turn that began its new life is put back, it begins one all the same', () => {
  const { world, berlin, till } = shop({ lamp: 6 });
  const lost = till.self;
  till.cut();
  berlin.turn((self, now) => self.retire(till.id, now));
  till.link();
  for (const letter of world.intercept('welcome')) world.deliver(letter);
  const [ack] = world.intercept('ack');
  till.replica.frame(PARENT, ack?.frame as StockFrame, world.now);
  expect(till.replica.endTurn(world.now)?.self).not.toBe(lost);
  till.replica.putBack();
  expect(till.self).toBe(lost);
  // Whoever holds the link is told to begin it again.
  till.turn();
  expect(till.hangUps).toHaveLength(1);
  comeBack(world, till);
  expect(till.self).not.toBe(lost);
});
