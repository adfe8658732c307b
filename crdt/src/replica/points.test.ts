/** What a parent says that it has and that is settled, held against what stands here: F1, F2, L1. */
import { describe, expect, test, vi } from 'vitest';
import { decodeHead } from '../entry/codec.ts';
import type { EntryBody } from '../entry/entry.ts';
import { replicaOf } from '../ids.ts';
import type { Point } from '../wire/frames.ts';
import { splitEntries } from '../wire/slices.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { Points } from './points.ts';
import type { Stream } from './stream.ts';
import { pool } from './world.test-kit.ts';

const received = (n: number): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool: pool('lamp'), n }],
});
const strange = new Uint8Array(32).fill(9);

/** A replica with one writer below it, of four entries on disk. */
function books() {
  const made = new Books();
  made.say(made.shop, received(1), received(2), received(3));
  made.commit();
  return { made, points: new Points(made.ledger) };
}

function at(made: Books, stream: Stream, seq: number) {
  return { writer: stream.writer, seq, hash: made.ledger.hashOf(stream, seq) ?? strange };
}

describe('[F1] a writer whose parent', () => {
  test('[F1] has what it has, or less, or speaks of others, goes on', () => {
    const { made, points } = books();
    const { self } = made.ledger;
    expect(points.past([at(made, self, 1)])).toBeUndefined();
    expect(points.past([{ writer: self.writer, seq: 0, hash: strange }])).toBeUndefined();
    expect(points.past([{ ...at(made, made.shop, 4), seq: 99, hash: strange }])).toBeUndefined();
  });

  test('[F1] has more, or another entry in a place that both know, is the past', () => {
    const { made, points } = books();
    const { self } = made.ledger;
    expect(points.past([{ ...at(made, self, 1), seq: 2 }])).toBe('rollback');
    expect(points.past([at(made, made.shop, 4), { writer: self.writer, seq: 1, hash: strange }])).toBe(
      'fork',
    );
  });
});

describe('[L1] the journal is sent', () => {
  test.each([1, 2, 3, 4])('[L1] from behind what the parent has of each stream: entry %i', (seq) => {
    const { made, points } = books();
    const has = [at(made, made.ledger.self, 1), at(made, made.shop, seq)];
    const next = made.journal.positionBefore(made.shop.writer, seq + 1);
    expect(points.begin(has, [])).toBe(next === -1 ? made.ledger.durablePosition : next);
    expect(made.shop.head.relayed).toEqual({ seq, hash: at(made, made.shop, seq).hash });
  });

  test('[L1] from the first entry of a stream that the parent does not name', () => {
    const { made, points } = books();
    expect(points.begin([at(made, made.ledger.self, 1)], [])).toBe(
      made.journal.positionBefore(made.shop.writer, 1),
    );
  });

  test('[L1] the parent may have what this turn hears first: no entry of it is looked for on disk (seed 113)', () => {
    const made = new Books();
    made.say(made.shop, received(1));
    const asked = vi.spyOn(made.journal, 'positionBefore');
    const points = new Points(made.ledger);
    points.begin([at(made, made.shop, 2)], []);
    expect(made.shop.durableSeq).toBe(0);
    expect(asked.mock.calls.filter(([writer]) => writer === made.shop.writer)).toEqual([]);
  });

  test('[L2] without what the parent has of other streams behind that position', () => {
    const { made, points } = books();
    made.ledger.append(received(5), '', 'system', atFirst);
    made.commit();
    const read = (...has: Point[]) => {
      expect(points.begin(has, [])).toBe(0);
      const entries = splitEntries(points.known.read(0, 1_000_000, 1_000_000).bytes).map(decodeHead);
      return entries.map(({ writer, seq }) => `${replicaOf(writer)} ${seq}`);
    };
    const all = ['hq 1', 'berlin 1', 'berlin 2', 'berlin 3', 'berlin 4', 'hq 2'];
    expect(read()).toEqual(all);
    expect(read(at(made, made.shop, 2))).toEqual(['hq 1', 'berlin 3', 'berlin 4', 'hq 2']);
    expect(read(at(made, made.shop, 4))).toEqual(['hq 1', 'hq 2']);
    // What it knows otherwise it has to hear (F2).
    expect(read({ ...at(made, made.shop, 2), hash: strange })).toEqual(all);
  });

  test('[F2] of a stream that the parent knows otherwise, from behind what it once had of this one', () => {
    const { made, points } = books();
    points.begin([at(made, made.ledger.self, 1), at(made, made.shop, 2)], []);
    const other = { ...at(made, made.shop, 3), hash: strange };
    const third = made.journal.positionBefore(made.shop.writer, 3);
    expect(points.begin([at(made, made.ledger.self, 1), other], [])).toBe(third);
    expect(made.shop.head.relayed.seq).toBe(2);
    // While it is known otherwise, what is said of it counts only where the entry is the same.
    points.note('relayed', { ...at(made, made.shop, 4), hash: strange });
    expect(made.shop.head.relayed.seq).toBe(2);
    points.note('relayed', at(made, made.shop, 4));
    expect(made.shop.head.relayed.seq).toBe(4);
  });

  test('[L1] a parent that has more of a stream, or nothing of it, does not know it otherwise', () => {
    const { made, points } = books();
    for (const seq of [0, 99]) {
      points.begin([{ writer: made.shop.writer, seq, hash: strange }], []);
      points.note('settled', { ...at(made, made.shop, 2), hash: strange });
    }
    expect(made.shop.head.settled.seq).toBe(2);
  });
});

test('[D7] what is settled, or with the parent, only comes further', () => {
  const { made, points } = books();
  for (const seq of [2, 3, 1, 3]) points.note('settled', at(made, made.shop, seq));
  expect(made.shop.head.settled).toEqual({ seq: 3, hash: at(made, made.shop, 3).hash });
  points.note('settled', { ...at(made, made.shop, 3), hash: strange });
  expect(made.shop.head.settled.hash).toEqual(at(made, made.shop, 3).hash);
  points.note('settled', { ...at(made, made.shop, 4), writer: name('nobody') });
  expect(made.shop.head.settled.seq).toBe(3);
});

test('[F2] what is said of a branch under the name of its writer is noted at the branch', () => {
  const { made, points } = books();
  const branch = made.branch(2);
  made.say(branch, received(7));
  const { seq, hash } = branch.head;
  points.note('settled', { writer: made.shop.writer, seq, hash });
  expect([branch.head.settled.seq, made.shop.head.settled.seq]).toEqual([seq, 0]);
});
