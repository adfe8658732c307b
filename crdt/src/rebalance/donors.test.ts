import { expect, test } from 'vitest';
import { gather } from './donors.ts';

const donors = [
  { id: 'b', free: 9, keep: 4 },
  { id: 'a', free: 7, keep: 2 },
  { id: 'c', free: 20, keep: 12 },
  { id: 'd', free: 3, keep: 3 },
];

test.each([
  [0, [], 0],
  [5, [['c', 15]], 0],
  [8, [['c', 12]], 0],
  [
    10,
    [
      ['c', 12],
      ['a', 5],
    ],
    0,
  ],
  [
    20,
    [
      ['c', 12],
      ['a', 2],
      ['b', 4],
    ],
    2,
  ],
])('[R2] %i units come from the richest first', (units, kept, missing) => {
  expect(gather(donors, units)).toEqual({ kept: new Map(kept as [string, number][]), missing });
});
