/**
 * GTIN: the number under a barcode. All lengths are one number with leading zeros,
 * so they are kept as 14 digits and two spellings of one article meet.
 *
 * Counted from the right, digits weigh 1, 3, 1, 3, …; the check digit makes the sum
 * a multiple of ten (GS1 General Specifications, 7.9).
 */
import type { Brand } from '../ids.ts';

export type Gtin14 = Brand<string, 'Gtin14'>;

export type GtinResult =
  | { readonly ok: true; readonly gtin: Gtin14 }
  | { readonly ok: false; readonly fault: 'not_digits' | 'bad_length' | 'bad_check_digit' };

/** GTIN-8, UPC-A, EAN-13 and GTIN-14. */
const LENGTHS: readonly number[] = [8, 12, 13, 14];
const DIGITS = /^[0-9]*$/;
const ZERO = 48;

/** Reads a GTIN of 8, 12, 13 or 14 digits. An eight-digit UPC-E is not one: expand it first. */
export function parseGtin(text: string): GtinResult {
  if (!DIGITS.test(text)) return { ok: false, fault: 'not_digits' };
  if (!LENGTHS.includes(text.length)) return { ok: false, fault: 'bad_length' };
  if (weightedSum(text) % 10 !== 0) return { ok: false, fault: 'bad_check_digit' };
  return { ok: true, gtin: text.padStart(14, '0') as Gtin14 };
}

/** The digit that completes a GTIN of which all others are given. */
export function gtinCheckDigit(digits: string): number {
  return (10 - (weightedSum(`${digits}0`) % 10)) % 10;
}

function weightedSum(digits: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - ZERO;
    sum += i % 2 === 0 ? digit : 3 * digit;
  }
  return sum;
}
