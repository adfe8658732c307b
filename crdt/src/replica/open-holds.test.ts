/** Open holds: none ends late, and a turn that is put back leaves them as they were (F9, D4). */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry, EntryBody } from '../entry/entry.ts';
import type { HoldId } from '../ids.ts';
import { atFirst, name } from './books.test-kit.ts';
import type { Hold } from './holds.ts';
import { OpenHolds } from './open-holds.ts';
import { pool } from './world.test-kit.ts';

const IDS = ['h1', 'h2', 'h3'] as HoldId[];

function said(body: EntryBody, monotonicMs = 0, writer = name('berlin')): Entry {
  return {
    ...atFirst,
    v: 1,
    writer,
    seq: 1,
    prevHash: new Uint8Array(32),
    docId: 'd',
    actor: 'a',
    monotonicMs,
    body,
  };
}

const lines = [{ pool: pool('lamp'), n: 1 }];
const held = (holdId: HoldId, ttlMs: number): EntryBody => ({ type: 'held', holdId, ttlMs, lines });
const act = fc.record({
  type: fc.constantFrom('held', 'extended', 'capturing', 'released'),
  holdId: fc.constantFrom(...IDS),
  ttlMs: fc.integer({ min: 1, max: 99 }),
  atMs: fc.integer({ min: 0, max: 99 }),
});
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

function bodyOf({ type, holdId, ttlMs }: Act): EntryBody {
  if (type === 'held') return held(holdId, ttlMs);
  if (type === 'extended') return { type, holdId, ttlMs };
  return type === 'capturing'
    ? { type, holdId }
    : { type: 'released', holdId, cause: 'released', closes: lines };
}

/** When the first of them ends, were each of them looked at. */
function firstEndMs(holds: OpenHolds): number {
  const ends = [...holds.all.values()].filter(({ capturing }) => !capturing);
  return Math.min(...ends.map((hold) => hold.sinceMonotonicMs + hold.ttlMs));
}

describe('[D4] a turn', () => {
  test('[D4] [F9] put back leaves all holds as they were; kept, its changes are theirs; and none ends unnoticed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(act), fc.boolean()), { minLength: 1 }), (turns) => {
        const holds = new OpenHolds([]);
        const disk = new Map<HoldId, Hold>();
        for (const [acts, isKept] of turns) {
          for (const each of acts) holds.fold(said(bodyOf(each), each.atMs));
          expect(holds.dueMs).toBeLessThanOrEqual(firstEndMs(holds));
          if (isKept) {
            for (const { holdId, hold } of holds.changes)
              if (hold === null) disk.delete(holdId);
              else disk.set(holdId, hold);
            holds.keep();
          } else holds.putBack();
          expect(holds.changes).toEqual([]);
          expect(new Map(holds.all)).toEqual(disk);
          expect(holds.dueMs).toBeLessThanOrEqual(firstEndMs(holds));
        }
      }),
    );
  });

  test('[D4] tells each hold that it changed once, as it is now', () => {
    const holds = new OpenHolds([]);
    holds.fold(said(held('h1' as HoldId, 5)));
    holds.fold(said({ type: 'extended', holdId: 'h1' as HoldId, ttlMs: 9 }));
    holds.fold(said({ type: 'repaid', lines }));
    expect(holds.changes).toMatchObject([{ holdId: 'h1', hold: { ttlMs: 9 } }]);
    holds.fold(said({ type: 'released', holdId: 'h1' as HoldId, cause: 'released', closes: lines }));
    expect(holds.changes).toEqual([{ holdId: 'h1', hold: null }]);
  });
});

describe('[F9] holds need not be looked at', () => {
  test('[F9] where there are none, or before the first of them can end', () => {
    const holds = new OpenHolds([]);
    expect(holds.dueMs).toBe(Number.POSITIVE_INFINITY);
    holds.fold(said(held('h1' as HoldId, 50), 10));
    expect(holds.dueMs).toBe(60);
    holds.fold(said(held('h2' as HoldId, 90), 10));
    expect(holds.dueMs).toBe(60);
    holds.fold(said(held('h3' as HoldId, 5), 20));
    expect(holds.dueMs).toBe(25);
    holds.fold(said({ type: 'capturing', holdId: 'h2' as HoldId }, 0));
    expect(holds.dueMs).toBe(25);
    holds.keep();
    holds.putBack();
    expect(holds.dueMs).toBe(25);
  });

  test('[F9] but all are, that were read from a disk', () => {
    const before = new OpenHolds([]);
    before.fold(said(held('h1' as HoldId, 50)));
    const after = new OpenHolds(before.all);
    expect([after.dueMs, after.all.size]).toEqual([Number.NEGATIVE_INFINITY, 1]);
  });
});

test('[F3] holds of other lives end with them, and are put back with the turn that ended them', () => {
  const holds = new OpenHolds([]);
  holds.fold(said(held('h1' as HoldId, 50)));
  holds.fold(said(held('h2' as HoldId, 50), 0, name('berlin', 2)));
  holds.keep();
  holds.endOthers(name('berlin', 2));
  expect([...holds.all.keys()]).toEqual(['h2']);
  expect(holds.changes).toEqual([{ holdId: 'h1', hold: null }]);
  holds.putBack();
  expect([...holds.all.keys()].sort()).toEqual(['h1', 'h2']);
});
