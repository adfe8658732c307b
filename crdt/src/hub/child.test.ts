/** What a parent makes of what a child asks for and uses: R2, L3, and what it notes in a session: F2. */
import { describe, expect, test } from 'vitest';
import type { WriterId } from '../ids.ts';
import { demandAt } from '../rebalance/demand.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import { pool } from '../replica/world.test-kit.ts';
import {
  Child,
  type ChildPool,
  isShutOut,
  noteAsk,
  noteBranch,
  noteUse,
  openSession,
  promise,
} from './child.ts';
import { ackEveryMs, NEWS_EVERY_MS } from './pace.ts';

const lamp = pool('lamp');
const HALF_LIFE_MS = 1_000_000;

function lamps(): ChildPool {
  return new Child('till' as never).pool(lamp);
}

const hello = (writer: WriterId) => ({ writer, wantsLevels: false, heads: [] });
const ask = (known: ChildPool, atLeast: number, sent = 0) =>
  noteAsk(known, sent, { atLeast, untilMs: 5_000 }, 0, HALF_LIFE_MS);
const use = (known: ChildPool, units: number) => noteUse(known, units, 0, HALF_LIFE_MS);
const rate = (known: ChildPool) => demandAt(known.demand, 0, HALF_LIFE_MS).rate;

/** What a parent takes for the demand of a child that used so many at once. */
function rateOf(units: number): number {
  const known = lamps();
  use(known, units);
  return rate(known);
}

describe('[R2] demand', () => {
  test('[R2] what was asked for and then used is counted once', () => {
    const known = lamps();
    ask(known, 4);
    expect(rate(known)).toBe(rateOf(4));
    use(known, 3);
    use(known, 1);
    expect(rate(known)).toBe(rateOf(4));
    // What is used beyond it nobody asked for.
    use(known, 2);
    expect(rate(known)).toBeGreaterThan(rateOf(4));
  });

  test('[R2] an ask that is raised counts by what it was raised, and one that is repeated not at all', () => {
    const known = lamps();
    ask(known, 10, 6);
    expect(rate(known)).toBe(rateOf(4));
    ask(known, 10, 6);
    expect(rate(known)).toBe(rateOf(4));
    ask(known, 12, 6);
    expect(rate(known)).toBeCloseTo(rateOf(4) + rateOf(2), 12);
    expect(known.counted).toBe(6);
  });

  test('[R2] of what was sent meanwhile nothing is asked for any more', () => {
    const known = lamps();
    ask(known, 3);
    ask(known, 9, 7);
    expect(rate(known)).toBeCloseTo(rateOf(3) + rateOf(2), 12);
  });

  test('[R2] what serves anybody is the smallest step by which an ask was raised', () => {
    const known = lamps();
    ask(known, 5);
    expect(known.ask).toEqual({ atLeast: 5, untilMs: 5_000, least: 5 });
    ask(known, 7);
    expect(known.ask?.least).toBe(2);
    ask(known, 12);
    ask(known, 12);
    expect(known.ask).toEqual({ atLeast: 12, untilMs: 5_000, least: 2 });
  });
});

describe('[R2] a promise', () => {
  test('[R2] is what is granted of an ask, ends with it, and with its use', () => {
    const known = lamps();
    promise(known, 0, 5);
    expect([known.promised, known.promisedUntilMs]).toEqual([0, 0]);
    ask(known, 9, 6);
    // Of five units that are granted three were asked for.
    promise(known, 6, 5);
    expect([known.promised, known.promisedUntilMs]).toEqual([3, 5_000]);
    use(known, 2);
    expect(known.promised).toBe(1);
    use(known, 9);
    expect(known.promised).toBe(0);
    promise(known, 11, 4);
    expect(known.promised).toBe(0);
  });

  test('[R2] lasts as long as any of those who were promised something waits', () => {
    const known = lamps();
    known.promisedUntilMs = 9_000;
    ask(known, 2);
    promise(known, 0, 2);
    expect(known.promisedUntilMs).toBe(9_000);
  });
});

test('a child has one of each pool', () => {
  const child = new Child('till' as never);
  expect(child.replica).toBe('till');
  expect(child.pool(lamp)).toBe(child.pool(lamp));
  expect(child.pool(lamp)).not.toBe(child.pool(pool('bulb')));
});

describe('a session', () => {
  const session = () => openSession(hello(name('berlin')), name('hq'), 0);

  test('[L2] that begins owes its child no word', () => {
    const { isAckDue, wantsAll, sawGap, isFormerDue, cursor } = session();
    expect([isAckDue, wantsAll, sawGap, isFormerDue, cursor]).toEqual([false, false, false, false, null]);
  });

  test('[F1] of a writer that was fenced is known for it', () => {
    const { ledger, shop } = new Books();
    const theirs = openSession(hello(shop.writer), ledger.self.writer, 0);
    expect(isShutOut(ledger, theirs)).toBe(false);
    ledger.fence(shop, 'retired', atFirst);
    expect(isShutOut(ledger, theirs)).toBe(true);
    expect(isShutOut(ledger, openSession(hello(name('nobody')), ledger.self.writer, 0))).toBe(false);
  });

  test('[F2] in which a branch came tells once of the history that the child lacks', () => {
    const books = new Books();
    books.say(books.shop, { type: 'received', cause: 'delivery', lines: [{ pool: lamp, n: 1 }] });
    const branch = books.branch(1);
    const theirs = session();
    theirs.named.set(books.shop.writer, 9);
    noteBranch(books.ledger, theirs, branch);
    noteBranch(books.ledger, theirs, branch);
    expect(theirs.former).toEqual([{ writer: books.shop.writer, afterSeq: 1 }]);
    expect([theirs.isFormerDue, [...theirs.has]]).toEqual([true, [branch.writer]]);
    // Its hello named nine entries of its own history; what comes of this one later is news to it (seed 12007215).
    expect(theirs.named.get(books.shop.writer)).toBe(2);
    const root = session();
    noteBranch(books.ledger, root, books.ledger.self);
    expect([root.former, root.isFormerDue]).toEqual([[], false]);
  });
});

test('[L5] acks gather as other news does, well before the child asks after them, and not where nothing gathers', () => {
  const link = { gatherMs: 100, resendMs: 1_000, inFlightBytesMax: 1, streamBytesTarget: 1 };
  expect(ackEveryMs(link)).toBe(NEWS_EVERY_MS);
  expect(ackEveryMs({ ...link, resendMs: 400 })).toBe(100);
  expect(ackEveryMs({ ...link, gatherMs: 0 })).toBe(0);
});
