/**
 * Golden vectors: bytes that some release has written, with what they say.
 *
 * Fixtures of every version stay for ever, as journals do: a release that cannot read
 * one has lost somebody's books. A new type or kind adds a vector; none is ever edited.
 */
import { readFileSync } from 'node:fs';
import { hexOf } from './wire/bytes.ts';

export interface Golden<Value> {
  readonly name: string;
  readonly hex: string;
  readonly value: Value;
}

/** The vectors of one fixture file; in their values, bytes are written as `hex:00ff…`. */
export function goldenOf<Value>(path: string): readonly Golden<Value>[] {
  return JSON.parse(readFixture(path), (_, value) =>
    typeof value === 'string' && value.startsWith('hex:') ? bytesOf(value.slice(4)) : value,
  );
}

export function readFixture(path: string): string {
  return readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8');
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** Bytes as plain arrays of one class, so that a view equals a copy. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `hex:${hexOf(value)}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}
