import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gtinCheckDigit, parseGtin } from './gtin.ts';

test.each([
  ['96385074', '00000096385074'],
  ['036000291452', '00036000291452'],
  ['4006381333931', '04006381333931'],
  ['10012345678902', '10012345678902'],
])('[Goods] %s is kept as %s', (text, gtin) => {
  expect(parseGtin(text)).toEqual({ ok: true, gtin });
});

test.each([
  ['4006381333932', 'bad_check_digit'],
  ['4006383133931', 'bad_check_digit'],
  ['', 'bad_length'],
  ['123456789', 'bad_length'],
  ['0004006381333931', 'bad_length'],
  ['4006381 33393', 'not_digits'],
  ['٤٠٠٦٣٨١٣', 'not_digits'],
])('[Goods] %j is refused: %s', (text, fault) => {
  expect(parseGtin(text)).toEqual({ ok: false, fault });
});

const body = fc
  .constantFrom(7, 11, 12, 13)
  .chain((length) =>
    fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length }),
  );

test('[Goods] the check digit completes any number, and any one wrong digit is noticed', () => {
  fc.assert(
    fc.property(body, fc.nat(13), fc.integer({ min: 1, max: 9 }), (digits, place, shift) => {
      const text = `${digits}${gtinCheckDigit(digits)}`;
      expect(parseGtin(text)).toEqual({ ok: true, gtin: text.padStart(14, '0') });
      const at = place % text.length;
      const wrong = `${text.slice(0, at)}${(Number(text[at]) + shift) % 10}${text.slice(at + 1)}`;
      expect(parseGtin(wrong)).toEqual({ ok: false, fault: 'bad_check_digit' });
    }),
  );
});
