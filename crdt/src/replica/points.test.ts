/** What a parent says that it has and that is settled, held against what stands here: F1, F2, L1. */
import { describe, expect, test, vi } from 'vitest';
import { decodeHead } from '../entry/codec.ts';
import type { EntryBody } from '../entry/entry.ts';
import { replicaOf } from '../ids.ts';
import { HEADS_MAX, type Point } from '../wire/frames.ts';
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

  test('[D7] knows of entries that were pruned here goes on, for they were settled', () => {
    const { made, points } = books();
    const { self } = made.ledger;
    made.say(self, received(1));
    made.commit();
    made.journal.hashAt = () => undefined;
    expect(points.past([{ writer: self.writer, seq: 1, hash: strange }])).toBeUndefined();
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

  test('[L2] without the first entry of a stream that the parent has, be it read entry by entry', () => {
    const { made, points } = books();
    const till = made.add(name('till'), 'berlin');
    made.commit();
    points.begin([at(made, till, 1)], []);
    const told: string[] = [];
    for (let from = 0; from < made.ledger.durablePosition; ) {
      const { bytes, to } = points.known.read(from, 1, 1);
      for (const { writer } of splitEntries(bytes).map(decodeHead)) told.push(replicaOf(writer));
      from = to;
    }
    expect(told).toEqual(['hq', 'berlin', 'berlin', 'berlin', 'berlin']);
  });

  test('[D7] from behind an entry that was pruned here, of which nobody can tell whether it is another', () => {
    const { made, points } = books();
    made.journal.hashAt = () => undefined;
    const third = made.journal.positionBefore(made.shop.writer, 3);
    const has = [at(made, made.ledger.self, 1), { ...at(made, made.shop, 2), hash: strange }];
    expect(points.begin(has, [])).toBe(third);
    expect(made.shop.head.relayed.seq).toBe(2);
  });

  test('[F2] of a stream that this parent knows otherwise, from its beginning: what another one had of it is no matter (seeds 12004371, 13006785)', () => {
    const { made, points } = books();
    points.begin([at(made, made.ledger.self, 1), at(made, made.shop, 2)], []);
    const first = made.journal.positionBefore(made.shop.writer, 1);
    for (const seq of [3, 4]) {
      const other = { ...at(made, made.shop, seq), hash: strange };
      expect(points.begin([at(made, made.ledger.self, 1), other], [])).toBe(first);
      expect(made.shop.head.relayed.seq).toBe(2);
    }
    // While it is known otherwise, what is said of it counts only where the entry is the same.
    points.note('relayed', { ...at(made, made.shop, 4), hash: strange });
    expect(made.shop.head.relayed.seq).toBe(2);
    points.note('relayed', at(made, made.shop, 4));
    expect(made.shop.head.relayed.seq).toBe(4);
  });

  test('[F2] beyond the end of what stands here, from behind what hello named: what came since may be another history (seed 12002711)', () => {
    const { made, points } = books();
    const { self } = made.ledger;
    const ahead = { writer: made.shop.writer, seq: 99, hash: strange };
    points.name();
    expect(points.begin([at(made, self, 1), ahead], [])).toBe(made.ledger.durablePosition);
    points.name();
    const { durablePosition } = made.ledger;
    made.say(made.shop, received(4));
    const till = made.add(name('till'), 'till', made.shop.writer);
    made.commit();
    const has = [at(made, self, 1), ahead, { ...ahead, writer: till.writer }];
    expect(points.begin(has, [])).toBe(durablePosition);
    const { bytes } = points.known.read(durablePosition, 1_000_000, 1_000_000);
    const read = splitEntries(bytes).map((entry) => decodeHead(entry));
    expect(read).toMatchObject([
      { writer: made.shop.writer, seq: 5 },
      { writer: till.writer, seq: 1 },
    ]);
  });

  test('[L1] a parent that has more of a stream, or nothing of it, does not know it otherwise', () => {
    const { made, points } = books();
    const { durablePosition } = made.ledger;
    points.begin([at(made, made.ledger.self, 1), { writer: made.shop.writer, seq: 0, hash: strange }], []);
    points.name();
    const ahead = { writer: made.shop.writer, seq: 99, hash: strange };
    expect(points.begin([at(made, made.ledger.self, 1), ahead], [])).toBe(durablePosition);
    // What it has behind the end of this one may be another history.
    expect(made.shop.head.relayed.seq).toBe(0);
  });

  test('[F2] what is settled of another history is not settled of this one, be the parent further or not (seed 13007971)', () => {
    const { made, points } = books();
    points.begin([{ writer: made.shop.writer, seq: 99, hash: strange }], []);
    points.note('settled', { ...at(made, made.shop, 2), hash: strange });
    expect(made.shop.head.settled.seq).toBe(0);
    points.note('settled', at(made, made.shop, 2));
    expect(made.shop.head.settled).toEqual({ seq: 2, hash: at(made, made.shop, 2).hash });
  });

  test('[L1] what is said again of a stream is not looked for among all streams', () => {
    const { made, points } = books();
    const [first, second] = [at(made, made.shop, 1), at(made, made.shop, 2)];
    points.note('settled', second);
    const asked = vi.spyOn(made.ledger, 'hashOf');
    for (const known of [second, first, { ...first, seq: 0 }]) points.note('settled', known);
    expect(asked).not.toHaveBeenCalled();
  });
});

describe('[F6] where less is settled than was known', () => {
  function begun(has: readonly Point[]) {
    const { made, points } = books();
    points.note('settled', at(made, made.shop, 3));
    const told: Stream[] = [];
    points.begin(has, [at(made, made.shop, 1)], (stream) => told.push(stream));
    return { made, told };
  }

  test('[F6] no more counts as settled, and it is told', () => {
    const { made, told } = begun([]);
    expect(made.shop.head.settled).toEqual({ seq: 1, hash: at(made, made.shop, 1).hash });
    expect(told).toEqual([made.shop]);
  });

  test('[F2] nothing does where it is another history of which the parent says so', () => {
    const { made, points } = books();
    points.note('settled', at(made, made.shop, 3));
    points.begin([], [{ ...at(made, made.shop, 1), hash: strange }]);
    expect(made.shop.head.settled.seq).toBe(0);
  });

  test('[F6] a parent that has more streams than a welcome names says nothing of the others', () => {
    const has = Array.from({ length: HEADS_MAX }, (_, i) => ({
      writer: name(`r${i}`),
      seq: 1,
      hash: strange,
    }));
    const { made, told } = begun(has);
    expect([made.shop.head.settled.seq, told]).toEqual([3, []]);
    expect(begun(has.slice(1)).told).toHaveLength(1);
  });
});

test('[D7] what is settled, or with the parent, only comes further', () => {
  const { made, points } = books();
  for (const seq of [2, 3, 1, 3]) points.note('settled', at(made, made.shop, seq));
  expect(made.shop.head.settled).toEqual({ seq: 3, hash: at(made, made.shop, 3).hash });
  points.note('settled', { ...at(made, made.shop, 3), hash: strange });
  expect(made.shop.head.settled.hash).toEqual(at(made, made.shop, 3).hash);
  points.note('settled', { ...at(made, made.shop, 4), writer: name('nobody') });
  points.note('settled', { ...at(made, made.shop, 4), seq: 99 });
  expect(made.shop.head.settled.seq).toBe(3);
});

describe('[D7] what the parent says of streams', () => {
  /** A child of somebody above, in its second life. */
  function child() {
    const { made, points } = books();
    const former = made.ledger.self;
    made.ledger.beginLife(name('hq', 2), 'store', name('above'), atFirst);
    made.commit();
    return { made, points, former };
  }

  test('[D4] that live is noted beside the turn: it needs no commit, and none that fails undoes it', () => {
    const { made, points } = child();
    for (const what of ['settled', 'relayed'] as const) points.note(what, at(made, made.shop, 3));
    expect(made.ledger.hasWrites).toBe(false);
    made.ledger.putBack();
    expect([made.shop.head.settled.seq, made.shop.head.relayed.seq]).toEqual([3, 3]);
  });

  test('[D7] of a former life is written down where it is settled, for that life writes no more', () => {
    const { made, points, former } = child();
    points.note('relayed', at(made, former, 1));
    expect(made.ledger.hasWrites).toBe(false);
    points.note('settled', at(made, former, 1));
    made.commit();
    const stored = [...made.journal.load().streams].find(({ writer }) => writer === former.writer);
    expect(stored?.head.settled.seq).toBe(1);
  });

  test('[D7] of another history of a former life is nothing to this one, which could be let go of by that', () => {
    const { made, points, former } = child();
    points.note('settled', { ...at(made, former, 1), hash: strange });
    expect(former.head.settled.seq).toBe(0);
    points.note('settled', at(made, former, 1));
    expect(former.head.settled.seq).toBe(1);
  });

  test('[F1] is forgotten of its own lives where one of them ends, and not of those below', () => {
    const { made, points, former } = child();
    const all = [former, made.ledger.self, made.shop];
    for (const stream of all) points.note('settled', at(made, stream, 1));
    points.forgetOwn();
    expect(all.map(({ head }) => head.settled.seq)).toEqual([0, 0, 1]);
  });

  test('[F1] is nothing to a root: what stands in its own books is settled', () => {
    const { made, points } = books();
    const { self } = made.ledger;
    points.note('settled', at(made, self, 1));
    points.forgetOwn();
    expect(self.head.settled.seq).toBe(1);
  });
});

test('[F2] what is said of this history under the name that it has above as a branch is noted', () => {
  const { made, points } = books();
  points.note('settled', { ...at(made, made.shop, 3), writer: name('berlin', 1, 'b') });
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
