/** What those above took of a life that is settled below them, as it was told: F3, F5. */
import { describe, expect, test } from 'vitest';
import { name } from './books.test-kit.ts';
import { isTaken, ToldTaken } from './told-taken.ts';
import { pool } from './world.test-kit.ts';

const [lamp, bulb] = [pool('lamp'), pool('bulb')];
const [till, desk] = [name('till'), name('desk')];
const [hq, region] = [name('hq'), name('region')];
const took = (n: number, to = hq, at = lamp, from = till) => ({ pool: at, from, to, n, seq: 0 });

describe('[F5] what those above took of a life', () => {
  test('[F5] is nothing until somebody tells it', () => {
    const told = new ToldTaken();
    expect([told.isEmpty, [...told.lives], [...told.of(till)], told.byTaker(till, lamp).size]).toEqual([
      true,
      [],
      [],
      0,
    ]);
    told.note(took(1));
    expect([told.isEmpty, [...told.lives]]).toEqual([false, [till]]);
  });

  test('[F5] is the most that was ever told of one taker in one pool', () => {
    const told = new ToldTaken();
    expect(told.note(took(3))).toBe(true);
    expect(told.note(took(3))).toBe(false);
    expect(told.note(took(2))).toBe(false);
    expect(told.note(took(5))).toBe(true);
    expect([...told.of(till)]).toEqual([took(5)]);
    // Nothing taken is no news.
    expect(told.note(took(0, region))).toBe(false);
  });

  test('[F5] stands by itself for each taker, pool and life', () => {
    const told = new ToldTaken();
    for (const cell of [took(3), took(4, region), took(5, hq, bulb), took(6, hq, lamp, desk)])
      expect(told.note(cell)).toBe(true);
    expect([...told.byTaker(till, lamp)]).toEqual([
      [hq, 3],
      [region, 4],
    ]);
    expect([...told.byTaker(till, bulb)]).toEqual([[hq, 5]]);
    expect([...told.byTaker(desk, lamp)]).toEqual([[hq, 6]]);
    expect([...told.lives]).toEqual([till, desk]);
  });

  test('[L7] is bounded for each life, and what is known may still grow', () => {
    const told = new ToldTaken();
    for (let i = 0; i < 100_000; i += 1) told.note(took(1, hq, `p${i}@berlin` as typeof lamp));
    expect(told.note(took(1, region))).toBe(false);
    expect(told.note(took(2, hq, 'p7@berlin' as typeof lamp))).toBe(true);
    expect(told.note(took(1, region, lamp, desk))).toBe(true);
  });

  test('[F3] says so by having no entry: a cell with one is a grant', () => {
    expect(isTaken(took(1))).toBe(true);
    expect(isTaken({ ...took(1), seq: 1 })).toBe(false);
  });
});
