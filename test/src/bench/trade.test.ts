import { expect, test } from 'vitest';
import { drawOrders, skuName, zipf } from './trade.ts';

test('the same seed draws the same orders, each of different SKUs', () => {
  const trade = { skus: 100, linesPerOrder: 4 };
  const orders = drawOrders(trade, 50, 1);
  expect(drawOrders(trade, 50, 1)).toEqual(orders);
  expect(drawOrders(trade, 50, 2)).not.toEqual(orders);
  for (const lines of orders) expect(new Set(lines.map(({ sku }) => sku)).size).toBe(4);
});

test('one SKU has orders of one line', () => {
  expect(drawOrders({ skus: 1, linesPerOrder: 4 }, 1, 1)).toEqual([[{ sku: skuName(0), quantity: 1 }]]);
});

test('the second rank is drawn half as often as the first, the tenth a tenth', () => {
  const STEPS = 100_000;
  let step = 0;
  const draw = zipf(1_000, () => step++ / STEPS);
  const counts = new Map<number, number>();
  for (let i = 0; i < STEPS; i += 1) {
    const rank = draw();
    counts.set(rank, (counts.get(rank) ?? 0) + 1);
  }
  const first = counts.get(0) as number;
  expect((counts.get(1) as number) / first).toBeCloseTo(1 / 2, 2);
  expect((counts.get(9) as number) / first).toBeCloseTo(1 / 10, 2);
  expect(counts.has(999)).toBe(true);
});
