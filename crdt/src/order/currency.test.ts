import { expect, test } from 'vitest';
import { currencyExponent, isCurrencyCode, isKnownCurrency } from './currency.ts';

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

test('[Goods] what is given anew is a currency that there is, with the decimals of ISO 4217', () => {
  const all = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].flatMap((a, _, letters) =>
    letters.flatMap((b) => letters.map((c) => a + b + c)),
  );
  const known = all.filter(isKnownCurrency);
  expect(known).toHaveLength(170);
  const none = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF';
  expect(known.filter((code) => currencyExponent(code) === 0).join(' ')).toBe(none);
  expect(known.filter((code) => currencyExponent(code) === 3).join(' ')).toBe('BHD IQD JOD KWD LYD OMR TND');
  expect(known.filter((code) => currencyExponent(code) === 4)).toEqual(['CLF', 'UYW']);
  for (const code of ['ZZZ', 'ABC', 'XXX', 'XTS', 'XAU', 'eur', '', ' EUR'])
    expect(isKnownCurrency(code), code).toBe(false);
});
