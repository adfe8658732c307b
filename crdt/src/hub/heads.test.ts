/** What a child is told when it says what it has: L1, T8, F1a, F2. */
import { describe, expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import { type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import { branchHead } from '../replica/branches.ts';
import { NO_MARK, type Stream } from '../replica/stream.ts';
import { pool } from '../replica/world.test-kit.ts';
import { HEADS_MAX, type Hello, type Point } from '../wire/frames.ts';
import { type Child, openSession } from './child.ts';
import { behind, compareHeads } from './heads.ts';
import type { Places } from './places.ts';

const lamp = pool('lamp');
const received = (n: number): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool: lamp, n }],
});
const noRegistry = {
  wayTo: () => undefined,
  isCountedBelow: () => false,
  dealersFor: () => new Set(),
} as unknown as Places;
const strange = new Uint8Array(32).fill(9);

/** The child `berlin` says hello as this writer, with these heads. */
function greet(books: Books, writer: WriterId, ...heads: readonly Point[]) {
  const hello = { writer, wantsLevels: false, heads } as Partial<Hello> as Hello;
  const session = openSession(hello, books.ledger.self.writer, 0);
  return { ...compareHeads(books.ledger, session, hello, noRegistry), session };
}

function pointOf(books: Books, stream: Stream, seq = stream.head.seq): Point {
  return { writer: stream.writer, seq, hash: books.ledger.hashOf(stream, seq) as Uint8Array };
}

function books(receipts: number): Books {
  const made = new Books();
  for (let n = 1; n <= receipts; n += 1) made.say(made.shop, received(n));
  return made;
}

describe('[L1] a child that says what it has', () => {
  test.each([1, 2, 3])(
    '[L1] of its own chain, up to entry %i: is told how far this replica has it',
    (seq) => {
      const made = books(2);
      made.ledger.settleAll();
      const { has, settled, session } = greet(made, made.shop.writer, pointOf(made, made.shop, seq));
      expect(has).toEqual([pointOf(made, made.shop)]);
      expect(settled).toEqual([pointOf(made, made.shop)]);
      expect([session.former, session.isFormerDue, [...session.fenced]]).toEqual([[], false, []]);
    },
  );

  test('[L1] nothing yet, or more than is known here: the same', () => {
    const made = books(2);
    for (const head of [
      { writer: made.shop.writer, seq: 0, hash: new Uint8Array(32) },
      { writer: made.shop.writer, seq: 9, hash: strange },
    ]) {
      const { has, settled } = greet(made, made.shop.writer, head);
      expect(has).toEqual([pointOf(made, made.shop)]);
      expect(settled).toMatchObject([{ seq: 0 }]);
    }
  });

  test('[L1] of a life of which no entry came: that there is none, whatever the child says stood before its first', () => {
    const made = books(1);
    const silent = made.ledger.addStream(name('berlin', 1, 'e'), { ...made.shop.head, ...NO_MARK });
    const { has } = greet(made, made.shop.writer, { writer: silent.writer, seq: 0, hash: strange });
    expect(has).toEqual([pointOf(made, made.shop), { writer: silent.writer, ...NO_MARK }]);
  });

  test('[F5] of an own life that ended, no more than it has, be it another history: only what it has beyond is asked for', () => {
    const made = books(0);
    const lived = made.ledger.self;
    made.ledger.append(received(1), '', 'system', atFirst);
    made.ledger.beginLife(name('hq', 2), 'region', name('root'), atFirst);
    made.ledger.fence(lived, 'rollback', atFirst);
    const greeted = (seq: number) => {
      const head = { writer: lived.writer, seq, hash: strange };
      return greet(made, made.shop.writer, head).has.find(({ writer }) => writer === lived.writer);
    };
    for (const seq of [1, 2]) expect(greeted(seq)).toEqual({ writer: lived.writer, seq, hash: strange });
    expect(greeted(3)).toEqual(pointOf(made, lived));
  });

  test('[L1] of those below it, whom it need not name; and nothing of others', () => {
    const made = books(1);
    const till = made.add(name('till'), 'berlin', made.shop.writer);
    const paris = made.add(name('paris'), 'paris');
    made.ledger.fence(till, 'retired', atFirst);
    const { has, session } = greet(made, made.shop.writer, pointOf(made, made.shop));
    expect(has).toEqual([pointOf(made, made.shop), pointOf(made, till)]);
    // Shut out, and not named: to whoever was given it (F3a), that is news too.
    expect([...session.fenced]).toEqual([till.writer]);
    expect(session.former).toEqual([{ writer: till.writer, afterSeq: 0 }]);
    const named = greet(made, made.shop.writer, pointOf(made, till), pointOf(made, paris));
    expect(named.has).toContainEqual(pointOf(made, paris));
    expect([...named.session.fenced]).toEqual([till.writer]);
    expect(named.session.former).toEqual([]);
  });

  test.each([1, 2])(
    '[L1] of this replica itself, up to entry %i: so much is enough, and it is told no more',
    (seq) => {
      const made = books(1);
      made.ledger.append(received(1), '', 'system', atFirst);
      made.ledger.settleAll();
      const known = pointOf(made, made.ledger.self, seq);
      const { has, settled, session } = greet(made, made.shop.writer, pointOf(made, made.shop), known);
      expect(has).toContainEqual(known);
      expect(settled).toContainEqual({ ...known, seq: 0, hash: expect.anything() });
      // What it would wait for may be what the open turn has yet to write: its link would begin again for ever.
      expect(session.former).toEqual([]);
      expect(session.isFormerDue).toBe(false);
      // And who does not name it hears nothing of it.
      expect(greet(made, made.shop.writer, pointOf(made, made.shop)).has).toEqual([pointOf(made, made.shop)]);
    },
  );

  test('[L1] names no more than a welcome can say', () => {
    const made = books(0);
    for (let i = 0; i < HEADS_MAX + 5; i += 1)
      made.ledger.addStream(name(`t${i}`), { ...made.shop.head, via: 'berlin' as never });
    made.ledger.fence(made.shop, 'fork', atFirst);
    const own = pointOf(made, made.shop);
    const { has, settled } = greet(made, made.shop.writer, own, { ...own, writer: name('berlin', 1, 'e') });
    expect([has.length, settled.length]).toEqual([HEADS_MAX, HEADS_MAX]);
  });

  test('[L1] nor does it where most of what was named are lives of this replica itself', () => {
    const made = books(1);
    const own = Array.from({ length: HEADS_MAX }, (_, i) =>
      made.ledger.addStream(name('hq', i + 2), { ...made.shop.head, via: null }),
    );
    const { has, settled } = greet(
      made,
      made.shop.writer,
      ...own.map(({ writer, head }) => ({ writer, seq: head.seq, hash: head.hash })),
    );
    expect([has.length, settled.length]).toEqual([HEADS_MAX, HEADS_MAX]);
  });
});

describe('[T8] a child that began a new life', () => {
  test('[T8] is told what it lacks of its former lives, and that they are shut out', () => {
    const made = books(3);
    made.ledger.fence(made.shop, 'superseded', atFirst);
    const next = name('berlin', 2);
    const none = greet(made, next);
    expect(none.session.former).toEqual([{ writer: made.shop.writer, afterSeq: 0 }]);
    expect([...none.session.fenced]).toEqual([made.shop.writer]);
    expect(none.session.isFormerDue).toBe(true);
    const some = greet(made, next, pointOf(made, made.shop, 2));
    expect(some.session.former).toEqual([{ writer: made.shop.writer, afterSeq: 2 }]);
    for (const { has } of [none, some]) expect(has).toEqual([pointOf(made, made.shop)]);
    const all = greet(made, next, pointOf(made, made.shop));
    expect(all.session.former).toEqual([]);
    // It waits to hear that there is nothing more.
    expect(all.session.isFormerDue).toBe(true);
  });

  test('[F1a] a first life that lacks what those below it said is told that too', () => {
    const made = books(0);
    const till = made.add(name('till'), 'berlin', made.shop.writer);
    made.say(till, { type: 'repaid', lines: [{ pool: lamp, n: 1 }] });
    const { session } = greet(made, made.shop.writer, pointOf(made, till, 1));
    expect(session.former).toEqual([{ writer: till.writer, afterSeq: 1 }]);
    expect(session.isFormerDue).toBe(true);
  });
});

describe('[F2] a child that has another history of a writer', () => {
  test('[F2] hears of the entry that stands here in its place, and nothing of it is settled', () => {
    const made = books(3);
    made.ledger.settleAll();
    const next = name('berlin', 2);
    const { has, settled, session } = greet(made, next, { ...pointOf(made, made.shop, 2), hash: strange });
    // And how far the history goes that stands here, so that its lost end is missed.
    expect(has).toContainEqual(pointOf(made, made.shop, 2));
    expect(has).toContainEqual(pointOf(made, made.shop));
    expect(settled[0]).toMatchObject({ writer: made.shop.writer, seq: 0 });
    // What it lacks is known when its own history has come.
    expect(session.former).toEqual([]);
  });

  test('[F2] of itself: it hears of that entry alone, and shuts itself out by it', () => {
    const made = books(3);
    const { has } = greet(made, made.shop.writer, { ...pointOf(made, made.shop, 2), hash: strange });
    expect(has).toEqual([pointOf(made, made.shop, 2)]);
  });

  test('[F2] that is known here as a branch: it stands under the child’s name, and the chain follows', () => {
    const made = books(3);
    const branch = made.branch(2);
    made.say(branch, received(7), received(8), received(9), received(10));
    made.ledger.settleAll();
    const next = name('berlin', 2);
    // Up to an entry that the chain has too, at the last of both, and beyond the chain.
    for (const seq of [3, 4, 6]) {
      const theirs = { ...pointOf(made, branch, seq), writer: made.shop.writer };
      const { has, settled, session } = greet(made, next, theirs);
      expect(has).toContainEqual(theirs);
      expect(settled).toContainEqual(theirs);
      expect(session.former).toContainEqual({ writer: made.shop.writer, afterSeq: 2 });
      // Nobody named the branch, so all of it is told as well.
      expect(session.former).toContainEqual({ writer: branch.writer, afterSeq: 2 });
    }
  });

  test('[F2] of which less is settled than it has: so much is said, and no more', () => {
    const made = books(3);
    const branch = made.branch(2);
    made.say(branch, received(7));
    made.ledger.settleAll();
    made.say(branch, received(8));
    const theirs = { ...pointOf(made, branch), writer: made.shop.writer };
    const { settled } = greet(made, name('berlin', 2), theirs);
    expect(settled[0]).toEqual({ writer: made.shop.writer, seq: 3, hash: pointOf(made, branch, 3).hash });
  });

  test('[F2] under a name that stands for nothing here: it is found under the other', () => {
    const made = books(3);
    const branch = made.branch(2);
    made.say(branch, received(7));
    const theirs = { ...pointOf(made, branch), writer: name('berlin', 1, 'f') };
    expect(greet(made, name('berlin', 2), theirs).has).toContainEqual(theirs);
    const unknown = { ...theirs, hash: strange };
    expect(greet(made, name('berlin', 2), unknown).has).not.toContainEqual(unknown);
  });

  test('[F2] under such a name it is told what it lacks of it, be it its own or of who is below it, and of no other', () => {
    const made = books(3);
    const stall = made.add(name('stall'), 'berlin', made.shop.writer);
    const paris = made.add(name('paris'), 'paris');
    for (const left of [made.shop, stall, paris]) {
      const branch = made.ledger.addStream(
        name(replicaOf(left.writer), 1, 'e'),
        branchHead(left, 1, made.ledger.hashOf(left, 1) as Uint8Array),
      );
      made.say(branch, received(7), received(8));
      const former = (seq: number) => {
        const head = { ...pointOf(made, branch, seq), writer: name(replicaOf(left.writer), 1, 'f') };
        return greet(made, made.shop.writer, head).session.former;
      };
      const rest = { writer: branch.writer, afterSeq: 2 };
      if (left === paris) expect(former(2)).not.toContainEqual(rest);
      else expect(former(2)).toContainEqual(rest);
      expect(former(3)).not.toContainEqual({ ...rest, afterSeq: 3 });
      if (left !== made.shop) continue;
      // Its own, although it comes from where it stood before, as long as it has not spoken here (F3a).
      made.ledger.changeHead(branch, { via: 'rome' as ReplicaId });
      expect(former(2)).toContainEqual(rest);
    }
  });
});

describe('[F3a] [F1a] a child whose hello came before the news from above', () => {
  /** Children that are behind, once so much more of a writer was heard. */
  const late = (made: Books, news: Stream, more: number, ...heads: readonly Point[]) => {
    const { session } = greet(made, made.shop.writer, ...heads);
    for (let n = 0; n < more; n += 1) made.say(news, received(1));
    return [...behind(new Map([['berlin' as ReplicaId, { session } as Child]]), [news], noRegistry)];
  };

  test('[F3a] [F1a] is behind where it did not name as much of who is below it (seeds 64, 80306)', () => {
    const made = books(1);
    const till = made.add(name('till'), 'berlin', made.shop.writer);
    expect(late(made, till, 1)).toEqual(['berlin']);
    expect(late(made, till, 1, pointOf(made, till))).toEqual(['berlin']);
    // What was known here when it said hello, it is told in answer.
    expect(late(made, till, 0, pointOf(made, till, 1))).toEqual([]);
    expect(late(made, till, 0, pointOf(made, till))).toEqual([]);
  });

  test('[F2] is not behind in the history that it has not, before its own of that writer has come (seed 21004515)', () => {
    const made = books(1);
    const till = made.add(name('till'), 'berlin', made.shop.writer);
    made.say(till, received(1), received(2));
    // Saying hello again would tell it nothing, and begin its journal from the first.
    const other = { ...pointOf(made, till, 2), hash: strange };
    expect(late(made, till, 0, other)).toEqual([]);
    expect(late(made, till, 1, other)).toEqual(['berlin']);
  });

  test('[F3a] [F1a] is not behind in what itself said, or what is not below it', () => {
    const made = books(1);
    expect(late(made, made.shop, 1)).toEqual([]);
    expect(late(made, made.add(name('stall'), 'paris'), 1)).toEqual([]);
  });
});
