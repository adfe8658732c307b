import { expect, test } from 'vitest';
import { percentile, roundOf, spreadOf } from './figures.ts';

const HUNDRED = Array.from({ length: 100 }, (_, i) => i + 1);

test('a percentile is one of the values, the smallest that so many do not exceed', () => {
  expect(percentile(HUNDRED, 0.5)).toBe(50);
  expect(percentile(HUNDRED, 0.99)).toBe(99);
  expect(percentile(HUNDRED, 1)).toBe(100);
  expect(percentile([7], 0.5)).toBe(7);
  expect(percentile([1, 2, 3], 0.34)).toBe(2);
});

test('there is no percentile of nothing, and no share above one', () => {
  expect(() => percentile([], 0.5)).toThrow(RangeError);
  expect(() => percentile([1], 0)).toThrow(RangeError);
  expect(() => percentile([1], 1.01)).toThrow(RangeError);
});

test('rounds become their median, with the lowest and the highest', () => {
  expect(spreadOf([30, 10, 20])).toEqual({ median: 20, min: 10, max: 30 });
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  expect(spreadOf([5])).toEqual({ median: 5, min: 5, max: 5 });
  expect(spreadOf([])).toBeUndefined();
});

test('a round counts what was done in its seconds, in whatever order it ended', () => {
  expect(roundOf([9, 1, 5], 2)).toEqual({ perSecond: 1.5, p50Ms: 5, p99Ms: 9 });
  expect(() => roundOf([], 2)).toThrow('Nothing was done');
});
