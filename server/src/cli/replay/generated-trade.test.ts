import { expect, test } from 'vitest';
import { generateTrade } from './generated-trade.ts';

const shape = { lines: 20_000, skus: 500 };
const trade = [...generateTrade(shape)];
const lines = trade.flatMap((invoice) => invoice.lines);

test('one seed makes one year, line for line; another makes another', () => {
  expect([...generateTrade(shape)]).toEqual(trade);
  expect([...generateTrade({ ...shape, seed: 2 })]).not.toEqual(trade);
});

test('it has as many lines as were asked for, each with a number of its own', () => {
  expect(lines).toHaveLength(shape.lines);
  expect(new Set(lines.map(({ lineNo }) => lineNo)).size).toBe(shape.lines);
});

test('invoices come in the order of time, in opening hours, over the year', () => {
  const times = trade.map(({ at }) => at);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  const hours = times.map((at) => new Date(at).getUTCHours());
  expect(Math.min(...hours)).toBe(8);
  expect(Math.max(...hours)).toBeLessThanOrEqual(18);
  expect(((times.at(-1) ?? 0) - (times[0] ?? 0)) / 86_400_000).toBeGreaterThan(300);
  expect(times.some((at) => new Date(at).getUTCDay() === 0)).toBe(false);
});

test('few articles sell often and most seldom; quantities are lumpy', () => {
  const sold = new Map<string, number>();
  for (const { sku } of lines) sold.set(sku, (sold.get(sku) ?? 0) + 1);
  const counts = [...sold.values()].sort((a, b) => b - a);
  const topTenth = counts.slice(0, shape.skus / 10).reduce((sum, n) => sum + n, 0);
  expect(topTenth / lines.length).toBeGreaterThan(0.3);
  expect(lines.some(({ quantity }) => quantity >= 600)).toBe(true);
  expect(lines.filter(({ quantity }) => quantity === 12).length).toBeGreaterThan(lines.length / 20);
});

test('cancellations name a customer and an article that were sold to him before', () => {
  const bought = new Set<string>();
  let cancelled = 0;
  let writtenOff = 0;
  for (const { invoiceNo, customer, lines: its } of trade) {
    for (const { kind, sku, quantity } of its) {
      expect(quantity).toBeGreaterThan(0);
      if (kind === 'sale') bought.add(`${customer} ${sku}`);
      if (kind === 'shrinkage') writtenOff++;
      if (kind !== 'return') continue;
      expect(invoiceNo).toMatch(/^C/);
      expect(bought).toContain(`${customer} ${sku}`);
      cancelled++;
    }
  }
  expect(cancelled).toBeGreaterThan(50);
  expect(writtenOff).toBeGreaterThan(0);
});
