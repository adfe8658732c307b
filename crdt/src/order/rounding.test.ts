import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divideHalfToEven, exactNumber } from './rounding.ts';

test.each([
  [5n, 2n, 2n],
  [7n, 2n, 4n],
  [-5n, 2n, -2n],
  [-7n, 2n, -4n],
  [1n, 2n, 0n],
  [-1n, 2n, 0n],
  [-3n, 2n, -2n],
  [10n, 4n, 2n],
  [11n, 4n, 3n],
  [9n, 4n, 2n],
])('[Goods] %s / %s rounds to %s', (numerator, denominator, rounded) => {
  expect(divideHalfToEven(numerator, denominator)).toBe(rounded);
});

test('[Goods] rounding is never further off than a half, and a tie is even', () => {
  fc.assert(
    fc.property(fc.bigInt(), fc.bigInt({ min: 1n, max: 10n ** 30n }), (numerator, denominator) => {
      const rounded = divideHalfToEven(numerator, denominator);
      const twiceOff = 2n * (rounded * denominator - numerator);
      const size = twiceOff < 0n ? -twiceOff : twiceOff;
      expect(size <= denominator).toBe(true);
      if (size === denominator) expect(rounded % 2n).toBe(0n);
    }),
  );
});

test('[Goods] a value that a number cannot hold exactly is not given', () => {
  expect(exactNumber(2n ** 53n - 1n)).toBe(Number.MAX_SAFE_INTEGER);
  expect(exactNumber(2n ** 53n)).toBeUndefined();
  expect(exactNumber(-(2n ** 53n))).toBeUndefined();
});
