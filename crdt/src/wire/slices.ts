/** Slices: length-prefixed entries, one behind the other, as journals store them and frames carry them. */
import { ENTRY_BYTES_MAX } from '../entry/codec.ts';
import { createReader, createWriter, finish, isAtEnd, readBlob, writeBlob } from './bytes.ts';

export function joinEntries(entries: readonly { readonly bytes: Uint8Array }[]): Uint8Array {
  const out = createWriter();
  for (const { bytes } of entries) writeBlob(out, bytes);
  return finish(out);
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
