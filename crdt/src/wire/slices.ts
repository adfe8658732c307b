/** Slices: length-prefixed entries, one behind the other, as journals store them and frames carry them. */
import { ENTRY_BYTES_MAX } from '../entry/codec.ts';
import { createReader, isAtEnd, readBlob } from './bytes.ts';

/** One array of the right size: a writer would grow to it, and copy it at last. */
export function joinEntries(entries: readonly { readonly bytes: Uint8Array }[]): Uint8Array {
  let size = 0;
  for (const { bytes } of entries) size += sizeBytes(bytes.length) + bytes.length;
  const joined = new Uint8Array(size);
  let at = 0;
  for (const { bytes } of entries) {
    let rest = bytes.length;
    for (; rest > 127; rest >>>= 7) joined[at++] = 0x80 | (rest & 127);
    joined[at++] = rest;
    joined.set(bytes, at);
    at += bytes.length;
  }
  return joined;
}

/** Of a size as `writeBlob` writes it: seven bits a byte. */
function sizeBytes(size: number): number {
  let bytes = 1;
  for (let rest = size; rest > 127; rest >>>= 7) bytes += 1;
  return bytes;
}

/**
 * The entries of a slice, as views into it.
 * @throws MalformedBytes when the slice is cut short or an entry is too large.
 */
export function splitEntries(slice: Uint8Array): Uint8Array[] {
  const input = createReader(slice);
  const entries: Uint8Array[] = [];
  while (!isAtEnd(input)) entries.push(readBlob(input, ENTRY_BYTES_MAX));
  return entries;
}
