import { expect, test } from 'vitest';
import { neededAhead } from './ahead.ts';

const HORIZON_MS = 1_000;

test.each([
  ['nobody sells', [], 0],
  ['a stopped seller', [{ rate: 0, sigma2: 0 }], 0],
  ['a lumpy seller: two of its lines', [{ rate: 0.0001, sigma2: 0.0001 * 24 }], 48],
  ['many small lines: the expected and a margin', [{ rate: 0.4, sigma2: 0.4 }], 433],
  [
    'two sellers share one margin',
    [
      { rate: 0.2, sigma2: 0.2 },
      { rate: 0.2, sigma2: 0.2 },
    ],
    433,
  ],
])('[R2] ahead of need: %s', (_, sellers, units) => {
  expect(neededAhead(sellers, HORIZON_MS)).toBe(units);
});
