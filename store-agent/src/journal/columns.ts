/**
 * Columns: a look at what a page gives before it is used.
 *
 * SQLite enforces the types of a strict table where it writes, and believes its pages
 * where it reads: on a damaged one a hash may come back as a number and a count as a text.
 */
import { Damage } from './errors.ts';
import { plain } from './runs.ts';

/** Stored bytes, without Node's Buffer around them. */
export function blobOf(value: unknown, what: string): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new Damage(`${what} is not bytes`);
  return plain(value);
}

export function hashOf(value: unknown, what: string): Uint8Array {
  const bytes = blobOf(value, what);
  if (bytes.length !== 32) throw new Damage(`${what} is no hash`);
  return bytes;
}

/** A whole number from 0, exact to 2^53−1. */
export function wholeOf(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Damage(`${what} is no whole number`);
  return value as number;
}

export function textOf<T extends string>(value: unknown, what: string): T {
  if (typeof value !== 'string') throw new Damage(`${what} is no text`);
  return value as T;
}
