import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PoolId } from '../ids.ts';
import { joinWriter, sameBytes, type WriterRows } from './join.ts';
import { emptyRow } from './row.ts';

const lamp = 'lamp@berlin' as PoolId;

/** A copy of one history of a writer, up to `seq`. */
function copy(seq: number, branch = 0): WriterRows {
  const hash = Uint8Array.from([seq, branch]);
  return {
    seq,
    hash,
    rows: new Map([[lamp, { ...emptyRow(), received: seq, used: branch === 0 ? 0 : seq }]]),
  };
}

const copies = fc.nat(20).map((seq) => copy(seq));
const join = (a: WriterRows, b: WriterRows) => {
  const joined = joinWriter(a, b);
  if (joined.kind !== 'joined') throw new Error('one history never forks');
  return joined.rows;
};

test('[T2] copies of one history join in any order, any number of times', () => {
  fc.assert(
    fc.property(copies, copies, copies, (a, b, c) => {
      expect(join(a, b)).toEqual(join(b, a));
      expect(join(a, join(b, c))).toEqual(join(join(a, b), c));
      expect(join(a, a)).toEqual(a);
    }),
  );
});

test('[T2] the longer chain wins whole, never column by column', () => {
  const longer = copy(7);
  expect(join(copy(5, 1), longer).rows.get(lamp)).toEqual(longer.rows.get(lamp));
});

test('[T3] one seq with two hashes is a fork', () => {
  expect(joinWriter(copy(5), copy(5, 1))).toEqual({ kind: 'fork', seq: 5 });
});

test('[T3] hashes are the same only from the first byte to the last', () => {
  const hash = Uint8Array.of(1, 2, 3);
  expect(sameBytes(hash, Uint8Array.of(1, 2, 3))).toBe(true);
  const others = [[], [1, 2], [1, 2, 3, 4], [0, 2, 3], [1, 2, 0]];
  expect(others.map((bytes) => sameBytes(hash, Uint8Array.from(bytes)))).toEqual(others.map(() => false));
  expect(sameBytes(Uint8Array.of(), hash)).toBe(false);
});
