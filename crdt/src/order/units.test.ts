import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toBase, toUnits } from './units.ts';

const box = { unit: 'case', basePerUnit: 12 };

test('[Goods] three cases of twelve are 36 pieces, and back', () => {
  expect(toBase(3, box)).toEqual({ ok: true, quantity: 36 });
  expect(toUnits(36, box)).toEqual({ ok: true, quantity: 3 });
});

test('[Goods] a broken case is no number of cases', () => {
  expect(toUnits(35, box)).toEqual({ ok: false, fault: 'not_whole' });
});

test.each([0, -1, 1.5, 2 ** 31, Number.NaN, 178_956_971])('[T7] %d cases are no quantity', (n) => {
  expect(toBase(n, box)).toEqual({ ok: false, fault: 'bad_quantity' });
});

test('[T7] the largest quantity is 2^31−1 base units', () => {
  expect(toBase(2 ** 31 - 1, { unit: 'gram', basePerUnit: 1 })).toEqual({ ok: true, quantity: 2 ** 31 - 1 });
  expect(toBase(178_956_970, box)).toEqual({ ok: true, quantity: 2_147_483_640 });
});

test.each([0, -12, 0.5])('[Goods] a unit of %d base units is refused', (basePerUnit) => {
  expect(toBase(1, { unit: 'case', basePerUnit })).toEqual({ ok: false, fault: 'bad_unit' });
  expect(toUnits(1, { unit: 'case', basePerUnit })).toEqual({ ok: false, fault: 'bad_unit' });
});

test('[Goods] every conversion that is accepted can be undone', () => {
  const quantity = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(quantity, quantity, (n, basePerUnit) => {
      const base = toBase(n, { unit: 'u', basePerUnit });
      if (base.ok)
        expect(toUnits(base.quantity, { unit: 'u', basePerUnit })).toEqual({ ok: true, quantity: n });
      else expect(n * basePerUnit).toBeGreaterThan(2 ** 31 - 1);
    }),
  );
});
