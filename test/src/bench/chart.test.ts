import { expect, test } from 'vitest';
import { chartSvg, niceStep } from './chart.ts';

test.each([
  [0.7, 1],
  [1, 1],
  [1.2, 2],
  [23, 50],
  [50, 50],
  [51, 100],
])('an axis that needs steps of %d has steps of %d', (least, step) => {
  expect(niceStep(least)).toBe(step);
});

test('the largest value stands highest, zero at the foot, and no name breaks the picture', () => {
  const svg = chartSvg({
    title: 'a < b & c',
    xs: ['1', '10'],
    xLabel: 'children',
    lines: [{ name: 'cost', ys: [0, 80] }],
  });
  expect(svg).toContain('a &lt; b &amp; c');
  const heights = [...svg.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map(([, cy]) => Number(cy));
  expect(heights).toEqual([192, 44]);
});
