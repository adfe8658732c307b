import { expect, test } from 'vitest';
import { currencyExponent, isCurrencyCode } from './currency.ts';

test.each([
  ['EUR', 2],
  ['JPY', 0],
  ['KWD', 3],
  ['CLF', 4],
  ['ZZZ', 2],
])('[Goods] %s has %i decimals', (currency, decimals) => {
  expect(currencyExponent(currency)).toBe(decimals);
});

test.each(['EUR', 'XAF'])('[Goods] %s has the shape of a currency code', (text) => {
  expect(isCurrencyCode(text)).toBe(true);
});

test.each(['', 'EU', 'eur', 'EURO', 'E1R', 'EUR\n', 'ÄÖÜ'])('[Goods] %j is no currency code', (text) => {
  expect(isCurrencyCode(text)).toBe(false);
});
