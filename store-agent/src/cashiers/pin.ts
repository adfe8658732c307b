/**
 * PINs: a few digits that are typed all day, so they are hashed slowly, and guessing them at a till is made to wait.
 * Whoever takes a till apart has the hashes, and tries all PINs of four digits in minutes: a stolen till's are changed.
 */
import { randomInt } from 'node:crypto';
import { z } from 'zod';
import { isHashOf, slowHash } from '../slow-hash.ts';

/** 32 MiB and some 80 ms: as much as a cashier does not notice. */
const COST_LOG2 = 15;
const NEW_PIN_DIGITS = 6;

export const pinSchema = z
  .string()
  .regex(/^\d{4,12}$/, 'must be 4 to 12 digits')
  .refine((pin) => !isRun(pin), 'must not be one digit again and again, or digits in their order');

/** 0000, 1234, 987654: what is tried first. */
function isRun(pin: string): boolean {
  const step = pin.charCodeAt(1) - pin.charCodeAt(0);
  if (Math.abs(step) > 1) return false;
  return [...pin].every((_, i) => i === 0 || pin.charCodeAt(i) - pin.charCodeAt(i - 1) === step);
}

export function newPin(): string {
  for (;;) {
    const pin = String(randomInt(10 ** NEW_PIN_DIGITS)).padStart(NEW_PIN_DIGITS, '0');
    if (!isRun(pin)) return pin;
  }
}

export function hashPin(pin: string): Promise<string> {
  return slowHash(pin, COST_LOG2);
}

/** @param hash undefined for somebody who is not known here: it takes as long, and is never right */
export function isPin(pin: string, hash: string | undefined): Promise<boolean> {
  return isHashOf(pin, hash, COST_LOG2);
}
