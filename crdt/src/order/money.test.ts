import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LineId } from '../ids.ts';
import { lineAmounts, type PricedLine, totals } from './money.ts';
import type { Discount } from './order.ts';

const lamp: PricedLine = {
  quantityUnits: 1,
  unitPriceMinor: 1_000,
  taxRateBp: 1_900,
  taxIncluded: true,
  discounts: [],
};

const named = (line: Partial<PricedLine>, lineId: string, currency = 'EUR') => ({
  ...lamp,
  ...line,
  lineId: lineId as LineId,
  currency,
});

const tenPercent: Discount = { kind: 'rate', rateBp: 1_000, code: 'TEN' };
const oneOff: Discount = { kind: 'amount', amountMinor: 100 };

test.each<[string, Partial<PricedLine>, number, number, number]>([
  ['tax inside the price', {}, 840, 160, 1_000],
  ['tax on top', { taxIncluded: false }, 1_000, 190, 1_190],
  ['no tax', { taxRateBp: 0 }, 1_000, 0, 1_000],
  ['free of charge', { unitPriceMinor: 0 }, 0, 0, 0],
  [
    'three at 0.33 on top, a tie to even',
    { quantityUnits: 3, unitPriceMinor: 50, taxRateBp: 700, taxIncluded: false },
    150,
    10,
    160,
  ],
  ['a tie that goes up to even', { unitPriceMinor: 150, taxRateBp: 500, taxIncluded: false }, 150, 8, 158],
  ['ten per cent, then 1.00', { discounts: [tenPercent, oneOff] }, 672, 128, 800],
  ['1.00, then ten per cent', { discounts: [oneOff, tenPercent] }, 681, 129, 810],
  [
    'two rates are rounded once',
    { unitPriceMinor: 5, taxRateBp: 0, discounts: [tenPercent, tenPercent] },
    4,
    0,
    4,
  ],
  ['all of it off', { discounts: [{ kind: 'rate', rateBp: 10_000 }] }, 0, 0, 0],
])('[Goods] %s', (_, line, netMinor, taxMinor, grossMinor) => {
  expect(lineAmounts({ ...lamp, ...line })).toEqual({ ok: true, value: { netMinor, taxMinor, grossMinor } });
});

test.each<[string, Partial<PricedLine>]>([
  ['bad_quantity', { quantityUnits: 0 }],
  ['bad_quantity', { quantityUnits: 2 ** 31 }],
  ['bad_price', { unitPriceMinor: -1 }],
  ['bad_price', { unitPriceMinor: 0.5 }],
  ['bad_tax_rate', { taxRateBp: Number.NaN }],
  ['bad_discount', { discounts: [{ kind: 'rate', rateBp: 10_001 }] }],
  ['bad_discount', { discounts: [{ kind: 'amount', amountMinor: -1 }] }],
  ['discount_exceeds_line', { discounts: [{ kind: 'amount', amountMinor: 1_001 }] }],
  ['amount_out_of_range', { quantityUnits: 2 ** 31 - 1, unitPriceMinor: Number.MAX_SAFE_INTEGER }],
])('[Goods] %s: %j', (fault, line) => {
  expect(lineAmounts({ ...lamp, ...line })).toEqual({ ok: false, fault });
});

test('[Goods] a product past 2^53 does not spoil a result within it', () => {
  const off: Discount = { kind: 'rate', rateBp: 9_999 };
  const line = { ...lamp, quantityUnits: 2_000_000_001, unitPriceMinor: 10_000_001, taxRateBp: 0 };
  // 20,000,002,010,000,001 / 10,000 by hand.
  expect(lineAmounts({ ...line, discounts: [off] })).toMatchObject({
    value: { grossMinor: 2_000_000_201_000 },
  });
});

const discount: fc.Arbitrary<Discount> = fc.oneof(
  fc.record({ kind: fc.constant('rate' as const), rateBp: fc.nat(10_000) }),
  fc.record({ kind: fc.constant('amount' as const), amountMinor: fc.nat(1_000) }),
);
const line: fc.Arbitrary<PricedLine> = fc.record({
  quantityUnits: fc.integer({ min: 1, max: 100_000 }),
  unitPriceMinor: fc.nat(10_000_000),
  taxRateBp: fc.nat(30_000),
  taxIncluded: fc.boolean(),
  discounts: fc.array(discount, { maxLength: 3 }),
});

test('[Goods] net and tax add up to gross, none is negative, and a discount never makes dearer', () => {
  let priced = 0;
  fc.assert(
    fc.property(line, (each) => {
      const result = lineAmounts(each);
      if (!result.ok) {
        expect(result.fault).toBe('discount_exceeds_line');
        return;
      }
      priced += 1;
      const { netMinor, taxMinor, grossMinor } = result.value;
      expect(netMinor + taxMinor).toBe(grossMinor);
      expect(Math.min(netMinor, taxMinor, grossMinor)).toBeGreaterThanOrEqual(0);
      const full = lineAmounts({ ...each, discounts: [] });
      expect(full.ok && full.value.grossMinor).toBeGreaterThanOrEqual(grossMinor);
    }),
  );
  expect(priced).toBeGreaterThan(0);
});

test('[Goods] totals are the sums of the lines, a currency at a time', () => {
  const lines = [named({}, 'a'), named({ quantityUnits: 2 }, 'b', 'CHF'), named({ taxIncluded: false }, 'c')];
  expect(totals(lines)).toEqual({
    ok: true,
    value: [
      { currency: 'CHF', netMinor: 1_681, taxMinor: 319, grossMinor: 2_000 },
      { currency: 'EUR', netMinor: 1_840, taxMinor: 350, grossMinor: 2_190 },
    ],
  });
  expect(totals([])).toEqual({ ok: true, value: [] });
});

test('[Goods] a total names the line that is wrong', () => {
  const lineId = 'b';
  expect(totals([named({}, 'a'), named({ unitPriceMinor: -5 }, 'b')])).toEqual({
    ok: false,
    fault: 'bad_price',
    lineId,
  });
  expect(totals([named({}, 'b', 'euro')])).toEqual({ ok: false, fault: 'bad_currency', lineId });
});

test('[Goods] a total past 2^53 is refused though each line fits', () => {
  const large = { unitPriceMinor: Number.MAX_SAFE_INTEGER, taxRateBp: 0 };
  expect(totals([named(large, 'a'), named(large, 'b')])).toEqual({ ok: false, fault: 'amount_out_of_range' });
});
