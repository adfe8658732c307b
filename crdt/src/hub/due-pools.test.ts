/** Which pools a parent looks at, and when: R2, D4. */
import { describe, expect, test } from 'vitest';
import { pool } from '../replica/world.test-kit.ts';
import { DuePools } from './due-pools.ts';

const [lamp, bulb, wick] = ['lamp', 'bulb', 'wick'].map((sku) => pool(sku)) as [never, never, never];
const EVERY_MS = 1_000;
const nobodyWaits = () => false;
const somebodyWaits = () => true;

function look(due: DuePools, nowMs: number, isAwaited: (at: never) => boolean = nobodyWaits, most = 9) {
  return [...due.take(nowMs, EVERY_MS, most, isAwaited as never)];
}

describe('[R2] rounds', () => {
  test('[R2] what is changed is looked at once, and then there is nothing due', () => {
    const due = new DuePools();
    expect([due.isEmpty, due.wakeAtMs()]).toEqual([true, Number.POSITIVE_INFINITY]);
    due.add(lamp);
    due.add(lamp);
    expect(due.isEmpty).toBe(false);
    expect(look(due, 0)).toEqual([lamp]);
    expect([due.isEmpty, due.wakeAtMs()]).toEqual([true, Number.POSITIVE_INFINITY]);
    expect(look(due, 5_000)).toEqual([]);
  });

  test('[R2] between two rounds only what is awaited is looked at; the next round takes the rest', () => {
    const due = new DuePools();
    due.add(lamp);
    expect(look(due, 0)).toEqual([lamp]);
    for (const each of [lamp, bulb, wick]) due.add(each);
    expect(look(due, 1, (at) => at === bulb)).toEqual([bulb]);
    expect([due.isEmpty, due.wakeAtMs()]).toEqual([true, EVERY_MS]);
    expect(look(due, EVERY_MS - 1, somebodyWaits)).toEqual([]);
    expect(look(due, EVERY_MS)).toEqual([lamp, wick]);
    expect(due.wakeAtMs()).toBe(Number.POSITIVE_INFINITY);
  });

  test('[R2] a round in which nothing was due keeps nobody waiting', () => {
    const due = new DuePools();
    expect(look(due, 0)).toEqual([]);
    due.add(lamp);
    expect(look(due, 1)).toEqual([lamp]);
    due.add(bulb);
    expect(look(due, 2)).toEqual([]);
    expect(due.wakeAtMs()).toBe(1 + EVERY_MS);
  });

  test('[R2] a turn looks at so many and no more; the next goes on', () => {
    const due = new DuePools();
    for (const each of [lamp, bulb, wick]) due.add(each);
    expect(look(due, 0, somebodyWaits, 2)).toEqual([lamp, bulb]);
    expect(due.isEmpty).toBe(false);
    expect(look(due, 0, somebodyWaits, 2)).toEqual([wick]);
  });
});

describe('[F7] pools to look at again although nothing changed', () => {
  test('[F7] each in its time, and the next one is known', () => {
    const due = new DuePools();
    due.addAt(bulb, 700);
    due.addAt(lamp, 500);
    expect(due.wakeAtMs()).toBe(500);
    expect(look(due, 499)).toEqual([]);
    expect(look(due, 500)).toEqual([lamp]);
    expect(due.wakeAtMs()).toBe(700);
    expect(look(due, 699, somebodyWaits)).toEqual([]);
    expect(look(due, 700, somebodyWaits)).toEqual([bulb]);
    expect(due.wakeAtMs()).toBe(Number.POSITIVE_INFINITY);
    expect(look(due, 9_000)).toEqual([]);
  });

  test('[F7] whichever comes first, they or the next round', () => {
    const due = new DuePools();
    due.add(lamp);
    look(due, 0);
    due.add(lamp);
    look(due, 1);
    due.addAt(bulb, 2_000);
    expect(due.wakeAtMs()).toBe(EVERY_MS);
    due.addAt(bulb, 300);
    expect(due.wakeAtMs()).toBe(300);
  });
});

test('[D4] what a turn looked at that is put back is looked at again, and nothing of turns before it', () => {
  const due = new DuePools();
  due.add(lamp);
  look(due, 0);
  due.keep();
  due.add(bulb);
  expect(look(due, EVERY_MS)).toEqual([bulb]);
  due.putBack();
  expect(look(due, 2 * EVERY_MS)).toEqual([bulb]);
  due.keep();
  due.putBack();
  expect(due.isEmpty).toBe(true);
});
