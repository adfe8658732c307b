import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Seeker, shareUnits } from './targets.ts';

/** A seeker that expects `mean` units over its horizon, with a standard deviation of `spread`. */
function seeker(id: string, mean: number, spread: number, floor = 0): Seeker {
  return { id, rate: mean / 100, sigma2: spread ** 2 / 100, horizonMs: 100, floor };
}

const shares = (seekers: Seeker[], units: number) => Object.fromEntries(shareUnits(seekers, units));

test.each<[string, Seeker[], number, Record<string, number>]>([
  ['equal demand, equal shares', [seeker('a', 4, 4), seeker('b', 4, 4)], 20, { a: 10, b: 10 }],
  ['mean + z·σ with z = 2', [seeker('a', 10, 5), seeker('b', 4, 3)], 30, { a: 20, b: 10 }],
  ['scarce: z = −1 for all', [seeker('a', 10, 5), seeker('b', 4, 3)], 6, { a: 5, b: 1 }],
  ['nobody falls below zero', [seeker('a', 10, 5), seeker('b', 1, 3)], 2, { a: 2, b: 0 }],
  ['the odd unit goes to the smaller id', [seeker('b', 4, 4), seeker('a', 4, 4)], 3, { a: 2, b: 1 }],
  ['without demand there is the floor only', [seeker('a', 4, 4), seeker('b', 0, 0, 3)], 20, { a: 17, b: 3 }],
  ['a floor lifts who would have less', [seeker('a', 10, 5), seeker('b', 4, 3, 4)], 9, { a: 5, b: 4 }],
  ['no demand at all: the rest stays put', [seeker('a', 0, 0), seeker('b', 0, 0, 2)], 20, { a: 0, b: 2 }],
  ['floors beyond the stock are cut alike', [seeker('a', 9, 9, 6), seeker('b', 0, 0, 3)], 3, { a: 2, b: 1 }],
  ['no stock', [seeker('a', 4, 4), seeker('b', 0, 0, 2)], 0, { a: 0, b: 0 }],
  ['nobody', [], 7, {}],
])('[R1] %s', (_, seekers, units, expected) => {
  expect(shares(seekers, units)).toEqual(expected);
});

const anySeekers = fc
  .array(
    fc.record({
      rate: fc.oneof(fc.constant(0), fc.double({ min: 1e-12, max: 10, noNaN: true })),
      size: fc.double({ min: 1, max: 100, noNaN: true }),
      horizonMs: fc.integer({ min: 1, max: 10 ** 9 }),
      floor: fc.oneof(fc.constant(0), fc.nat(50)),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((all): Seeker[] =>
    all.map(({ rate, size, horizonMs, floor }, i) => ({
      id: `s${i}`,
      rate,
      sigma2: rate * size,
      horizonMs,
      floor,
    })),
  );

test('[R1] whole targets add up to the stock exactly, none below its floor', () => {
  let shared = 0;
  fc.assert(
    fc.property(anySeekers, fc.nat(2 ** 31 - 1), (seekers, units) => {
      const byId = shareUnits(seekers, units);
      const targets = [...byId.values()];
      const total = targets.reduce((a, b) => a + b, 0);
      const floors = seekers.reduce((sum, { floor }) => sum + floor, 0);
      expect(targets.every((target) => Number.isSafeInteger(target) && target >= 0)).toBe(true);
      if (floors <= units) {
        expect(seekers.every(({ id, floor }) => (byId.get(id) as number) >= floor)).toBe(true);
      }
      const someoneSeeks = seekers.some(({ rate }) => rate > 0);
      expect(total).toBe(someoneSeeks ? units : Math.min(units, floors));
      if (someoneSeeks) shared += 1;
    }),
    { numRuns: 300 },
  );
  expect(shared).toBeGreaterThan(0);
});

test('[R1] one z for all: the order of the list does not matter', () => {
  fc.assert(
    fc.property(anySeekers, fc.nat(10_000), (seekers, units) => {
      expect(shares([...seekers].reverse(), units)).toEqual(shares(seekers, units));
    }),
  );
});

test('[R1] more stock takes a unit from nobody but by rounding', () => {
  fc.assert(
    fc.property(anySeekers, fc.nat(10_000), fc.nat(1_000), (seekers, units, more) => {
      const before = shareUnits(seekers, units);
      for (const [id, target] of shareUnits(seekers, units + more)) {
        expect(target).toBeGreaterThanOrEqual((before.get(id) as number) - 1);
      }
    }),
  );
});
