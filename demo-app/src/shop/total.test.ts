/** What a cart costs: nobody is asked to order for a price of other things. */
import { expect, test } from 'vitest';
import { totalOf } from './total.ts';

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' });
const line = (quantity: number, price?: number) => ({
  sku: 'LAMP',
  quantity,
  ...(price === undefined ? {} : { hint: { available: 5, held: 0, unitPrice: eur(price) } }),
});

test('there is a total only once each line has its price, and the total is of all of them', () => {
  expect(totalOf({ lines: [line(1)], total: eur(0) })).toBeUndefined();
  expect(
    totalOf({ lines: [line(2, 995)], total: eur(995) }),
    'said before the second came in',
  ).toBeUndefined();
  expect(totalOf({ lines: [line(1, 995)], total: null })).toBeUndefined();
  expect(totalOf({ lines: [line(2, 995)], total: eur(1990) })).toEqual(eur(1990));
  expect(totalOf({ lines: [line(2, 995)], total: eur(2139) }), 'tax on top').toEqual(eur(2139));
});
