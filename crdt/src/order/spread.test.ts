import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spreadAmount } from './spread.ts';

test.each([
  [100, [1, 1, 1], [34, 33, 33]],
  [10, [30, 60, 10], [3, 6, 1]],
  [1, [1, 2], [0, 1]],
  [2, [5, 5, 5, 0], [1, 1, 0, 0]],
  [5, [1, 1, 3], [1, 1, 3]],
  [-100, [1, 1, 1], [-34, -33, -33]],
  [0, [0, 0], [0, 0]],
  [0, [], []],
])('[Goods] %i over %j is %j', (amount, shares, parts) => {
  expect(spreadAmount(amount, shares)).toEqual({ ok: true, value: parts });
});

test.each([
  [5, [0, 0], 'amount_out_of_range'],
  [5, [], 'amount_out_of_range'],
  [0.5, [1], 'amount_out_of_range'],
  [5, [-1, 2], 'bad_price'],
])('[Goods] %d over %j cannot be spread', (amount, shares, fault) => {
  expect(spreadAmount(amount, shares)).toEqual({ ok: false, fault });
});

test('[Goods] parts add up, stay within one unit of the exact share, and never pass the line', () => {
  const shares = fc.array(fc.nat(2 ** 40), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(shares, fc.double({ min: 0, max: 1, noNaN: true }), (lines, fraction) => {
      const whole = lines.reduce((a, b) => a + b, 0);
      const amount = Math.floor(whole * fraction);
      const result = spreadAmount(amount, lines);
      const parts = result.ok ? result.value : [];
      expect(parts.reduce((a, b) => a + b, 0)).toBe(amount);
      lines.forEach((share, i) => {
        const part = parts[i] as number;
        expect(part).toBeLessThanOrEqual(share);
        const off = BigInt(part) * BigInt(whole) - BigInt(amount) * BigInt(share);
        expect(off <= BigInt(whole) && off >= -BigInt(whole)).toBe(true);
      });
    }),
  );
});
