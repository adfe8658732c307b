/** What a turn changes of a stream, kept or put back: D4, D6. And whose child a writer says that it is: F3a. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReplicaId } from '../ids.ts';
import { addDigest, digestRow, emptyDigest } from '../tally/digest.ts';
import { copyRow, EMPTY_ROW, type Row } from '../tally/row.ts';
import { name } from './books.test-kit.ts';
import { isBranch, newHead, reparent, Stream } from './stream.ts';
import { pool } from './world.test-kit.ts';

const POOLS = [pool('lamp'), pool('bulb'), pool('wick')] as const;
const berlin = () => newHead('store', name('hq'), 'berlin' as ReplicaId);

/** Everything that can be asked of it, and the sum of its rows taken anew. */
function told(stream: Stream) {
  const rows = [...stream.rows()].map(([at, row]) => [at, copyRow(row as Row)] as const);
  const sum = emptyDigest();
  for (const [at, row] of rows) addDigest(sum, digestRow(at, row));
  const digest = { ...stream.currentDigest() };
  expect(digest).toEqual(sum);
  return {
    rows,
    digest,
    head: { ...stream.head },
    pools: stream.poolCount,
    has: POOLS.map((at) => stream.has(at)),
  };
}

const act = fc.oneof(
  fc.record({
    kind: fc.constant('touch' as const),
    at: fc.constantFrom(...POOLS),
    n: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ kind: fc.constantFrom('say' as const, 'digest' as const) }),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

function perform(stream: Stream, each: Act): void {
  if (each.kind === 'touch') stream.touch(each.at).received += each.n;
  else if (each.kind === 'say') stream.touchHead().seq += 1;
  else stream.currentDigest();
}

describe('[D4] a turn', () => {
  test('[D4] [D6] that is put back leaves all as it was, one that is kept what it did, and the digest is that of the rows', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(act), fc.boolean()), { minLength: 1 }), (turns) => {
        const stream = new Stream(name('berlin'), berlin());
        for (const [acts, isKept] of turns) {
          const before = told(stream);
          for (const each of acts) perform(stream, each);
          const touched = new Set(acts.flatMap((each) => (each.kind === 'touch' ? [each.at] : [])));
          expect(new Set(stream.touchedPools)).toEqual(touched);
          expect(stream.durableSeq).toBe(before.head.seq);
          if (!isKept) {
            stream.putBack();
            expect(told(stream)).toEqual(before);
          } else {
            const after = told(stream);
            const said = acts.filter(({ kind }) => kind === 'say').length;
            expect(after.head).toEqual({ ...before.head, seq: before.head.seq + said });
            stream.keep();
            expect(told(stream)).toEqual(after);
            expect(stream.durableSeq).toBe(after.head.seq);
          }
          expect([...stream.touchedPools]).toEqual([]);
        }
      }),
    );
  });

  test('[D4] that touches nothing of a row shows no row', () => {
    const stream = new Stream(name('berlin'), berlin());
    expect([stream.row(POOLS[0]), stream.has(POOLS[0]), stream.poolCount]).toEqual([EMPTY_ROW, false, 0]);
    stream.touch(POOLS[0]).received = 3;
    stream.putBack();
    expect([stream.row(POOLS[0]), stream.has(POOLS[0]), stream.poolCount]).toEqual([EMPTY_ROW, false, 0]);
  });

  test('[D6] a row that was read from a disk counts in the digest, and is put back to what was read', () => {
    const stream = new Stream(name('berlin'), berlin());
    const row: Row = { ...copyRow(EMPTY_ROW as Row), received: 4 };
    stream.load(POOLS[0], row);
    const before = told(stream);
    expect(before.pools).toBe(1);
    stream.touch(POOLS[0]).received = 9;
    stream.putBack();
    expect(told(stream)).toEqual(before);
    stream.touch(POOLS[0]).received = 5;
    stream.keep();
    expect(told(stream).rows[0]?.[1].received).toBe(5);
  });
});

describe('[F3a] a writer that says it has another parent', () => {
  const fence = (seq: number) => ({ seq, hash: new Uint8Array(32), reason: 'retired' as const });

  test('[F3a] tells which replica it left, where it left one', () => {
    const head = berlin();
    expect(reparent(head, name('eu'))).toBe(name('hq'));
    expect(head.parent).toBe(name('eu'));
    // Another life of the same replica is no other parent.
    expect(reparent(head, name('eu', 2, 'b'))).toBe(undefined);
    expect(head.parent).toBe(name('eu', 2, 'b'));
    const root = newHead('authority', null, null);
    expect([reparent(root, name('hq')), root.parent]).toEqual([undefined, name('hq')]);
  });

  test('[F5] stays where it was shut out, whatever it says behind that', () => {
    const head = { ...berlin(), seq: 5, fence: fence(4) };
    expect([reparent(head, name('eu')), head.parent]).toEqual([undefined, name('hq')]);
    // A new life of its parent's replica it may name.
    expect([reparent(head, name('hq', 2)), head.parent]).toEqual([undefined, name('hq', 2)]);
    const inTime = { ...berlin(), seq: 4, fence: fence(4) };
    expect([reparent(inTime, name('eu')), inTime.parent]).toEqual([name('hq'), name('eu')]);
  });
});

test('[F2] a branch is known by its fence', () => {
  const stream = new Stream(name('berlin'), berlin());
  expect(isBranch(stream)).toBe(false);
  stream.head.fence = { seq: 0, hash: new Uint8Array(32), reason: 'fork' };
  expect(isBranch(stream)).toBe(false);
  stream.head.fence = { seq: 0, hash: new Uint8Array(32), reason: 'branch' };
  expect(isBranch(stream)).toBe(true);
});
