/** What a child asks its parent for, and is asked for, without a parent (L3, R4). */
import { describe, expect, test } from 'vitest';
import { COLUMN_MAX } from '../tally/row.ts';
import type { Cells, Recalls } from '../wire/frames.ts';
import { name } from './books.test-kit.ts';
import { bulb, Child, lamp, parent, RESEND_MS, self, wanted } from './uplink.test-kit.ts';

describe('[L3] asks', () => {
  const ask = (child: Child, units: number, waitMs = 5_000) =>
    child.uplink.ask(lamp, units, child.now.monotonicMs + waitMs);

  test('[L3] say in all what it took and what it lacks, once, and again while nobody answers', () => {
    const child = new Child();
    child.welcome();
    child.cells(0, 3, [lamp, 4]);
    ask(child, 2);
    expect(wanted(child.frames('asks'))).toEqual([{ pool: lamp, atLeast: 6, waitMs: 5_000 }]);
    expect(child.frames('asks')).toEqual([]);
    child.pass(RESEND_MS);
    expect(wanted(child.frames('asks'))).toEqual([{ pool: lamp, atLeast: 6, waitMs: 4_000 }]);
    child.pass(4_000);
    expect([child.frames('asks'), child.uplink.asks.size]).toEqual([[], 0]);
  });

  test('[L3] for less change nothing; for more, or for longer, they go at once', () => {
    const child = new Child();
    child.welcome();
    ask(child, 4);
    child.frames('asks');
    ask(child, 3);
    ask(child, 4, 4_999);
    expect(child.frames('asks')).toEqual([]);
    ask(child, 3, 6_000);
    expect(wanted(child.frames('asks'))).toEqual([{ pool: lamp, atLeast: 4, waitMs: 6_000 }]);
    ask(child, 5, 1_000);
    expect(wanted(child.frames('asks'))).toEqual([{ pool: lamp, atLeast: 5, waitMs: 6_000 }]);
  });

  test('[F7] are for what is owed too, less what is free, and never more than can be said', () => {
    const child = new Child();
    child.welcome();
    child.receive(2);
    child.say({ type: 'lost', cause: 'shrinkage', reason: 'x', lines: [{ pool: lamp, less: 5, owed: 5 }] });
    ask(child, 1);
    // Two are free and repay; three more are lacking, and one that somebody wants.
    expect(child.uplink.asks.get(lamp)?.atLeast).toBe(4);
    ask(child, COLUMN_MAX);
    expect(child.uplink.asks.get(lamp)?.atLeast).toBe(COLUMN_MAX);
  });

  test('[L3] end with a grant of all of it, and not of a part', () => {
    const child = new Child();
    child.welcome();
    ask(child, 4);
    child.cells(0, 3, [lamp, 3]);
    expect(child.uplink.asks.has(lamp)).toBe(true);
    child.cells(3, 4, [lamp, 4]);
    expect(child.uplink.asks.has(lamp)).toBe(false);
  });

  test('[R4] end with a no to as much, and not to less', () => {
    const child = new Child();
    child.welcome();
    ask(child, 4);
    const no = (atLeast: number, at = lamp) =>
      child.uplink.denied({ kind: 'denied', writer: self, parent, items: [{ pool: at, atLeast }] });
    expect([no(3), no(9, bulb), child.uplink.asks.size]).toEqual([[], [], 1]);
    expect([no(4), child.uplink.asks.size]).toEqual([[lamp], 0]);
  });

  test('[L3] go at once to a link that begins anew', () => {
    const child = new Child();
    child.welcome();
    ask(child, 4);
    child.frames('asks');
    child.uplink.close();
    expect(child.frames('asks')).toEqual([]);
    child.welcome();
    expect(child.wakesIn).toBe(Number.NEGATIVE_INFINITY);
    expect(wanted(child.frames('asks'))).toHaveLength(1);
  });
});

describe('[L3] a recall', () => {
  const recall = (child: Child, given: number) => {
    const frame: Recalls = { kind: 'recalls', writer: self, parent, items: [{ pool: lamp, keep: 1, given }] };
    return child.uplink.recall(frame);
  };

  test('[L3] counts while it knows what was sent, until the next grant or the end of the link', () => {
    const child = new Child();
    child.welcome();
    child.cells(0, 3, [lamp, 4]);
    expect([recall(child, 3), recall(child, 5), child.uplink.recalls.size]).toEqual([[], [], 0]);
    expect(recall(child, 4)).toEqual([lamp]);
    expect(child.uplink.recalls.get(lamp)).toEqual({ keep: 1, given: 4 });
    child.cells(3, 4, [bulb, 4]);
    expect(child.uplink.recalls.has(lamp)).toBe(true);
    // What others sent it is no answer of its parent.
    const cells = [{ pool: lamp, from: name('hq'), to: self, n: 3, seq: 2 }];
    const frame: Cells = { kind: 'cells', writer: self, parent, from: 4, to: 4, cells };
    expect(child.uplink.cells(frame, child.now)).toEqual([lamp]);
    child.commit();
    expect(child.uplink.recalls.has(lamp)).toBe(true);
    child.cells(4, 5, [lamp, 6]);
    expect(child.uplink.recalls.has(lamp)).toBe(false);
    recall(child, 6);
    child.uplink.close();
    expect(child.uplink.recalls.size).toBe(0);
    child.welcome();
    recall(child, 6);
    child.welcome();
    expect(child.uplink.recalls.size).toBe(0);
  });
});
