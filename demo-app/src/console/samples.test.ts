import { expect, test } from 'vitest';
import { joined, ratesOf, type Sample, within } from './samples.ts';

const sample = (atS: number, sold: number, soldAtOnce = sold, refused = 0): Sample => ({
  atS,
  sold,
  soldAtOnce,
  refused,
  refusedFalsely: 0,
});

test('a rate is over the time before it, also where what was kept is further apart than what is seen', () => {
  const kept = [sample(0, 0), sample(15, 15), sample(30, 15), sample(45, 999)];
  const seen = [sample(40, 15), sample(41, 17, 16), sample(46, 17, 16, 1)];
  const all = joined(kept, seen);
  expect(all.map(({ atS }) => atS)).toEqual([0, 15, 30, 40, 41, 46]);
  const rates = ratesOf(all, 5);
  expect(rates.map(({ atS, sold }) => [atS, Math.round(sold)])).toEqual([
    [15, 60],
    [30, 0],
    [40, 0],
    [41, 11],
    [46, 0],
  ]);
  expect(rates.map(({ onTheSpot }) => onTheSpot)).toEqual([100, null, null, 50, null]);
  expect(rates.at(-1)?.refused).toBe(12);
  expect(within(all, 10)).toMatchObject({ sold: 2, soldAtOnce: 1, refused: 1 });
  expect(within([], 60).sold).toBe(0);
});
