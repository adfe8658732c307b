/**
 * Runs: entries of one writer in a row, stored as one blob of length-prefixed entries.
 *
 * One row per run is what makes a turn of a hundred sales cost one insert. A run is
 * cut at `RUN_BYTES_TARGET`, because finding an entry inside one walks over its sizes.
 */
import { hash } from 'node:crypto';
import type { Hash, WrittenEntry } from '@tallystick/crdt';
import { ENTRY_BYTES_MAX } from '@tallystick/crdt';
import { createReader, isAtEnd, MalformedBytes, readBlob } from '@tallystick/crdt/wire';

/** About 250 sales: long enough for any turn at a till, short enough to walk through in microseconds. */
const RUN_BYTES_TARGET = 64 * 1024;

/** Told as a text of a character a byte: a Buffer around 32 bytes costs more than hashing a sale. */
export function sha256(bytes: Uint8Array): Hash {
  const text = hash('sha256', bytes, 'binary');
  const digest = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) digest[i] = text.charCodeAt(i);
  return digest;
}

/** The same bytes without Node's Buffer around them, which the core does not know. */
export function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The entries of one run, as pieces that are each stored as one row. */
export function* piecesOf(entries: readonly WrittenEntry[]): Iterable<readonly WrittenEntry[]> {
  let from = 0;
  let size = 0;
  for (let i = 0; i < entries.length; i += 1) {
    const next = (entries[i] as WrittenEntry).bytes.length;
    if (size > 0 && size + next > RUN_BYTES_TARGET) {
      yield entries.slice(from, i);
      from = i;
      size = 0;
    }
    size += next;
  }
  if (from === 0) yield entries;
  else yield entries.slice(from);
}

/** Where each entry of a run's blob lies: with its size in front, and without. */
export interface Place {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

/** Walks over a run's entries without decoding them. @throws MalformedBytes where the blob is cut short. */
export function* placesIn(run: Uint8Array): Generator<Place, void, void> {
  const input = createReader(plain(run));
  while (!isAtEnd(input)) {
    const from = input.pos;
    const bytes = readBlob(input, ENTRY_BYTES_MAX);
    yield { from, to: input.pos, bytes };
  }
}

/** The entry at `index`, counted from 0. */
export function entryIn(run: Uint8Array, index: number): Uint8Array {
  let i = 0;
  for (const place of placesIn(run)) {
    if (i === index) return place.bytes;
    i += 1;
  }
  throw new MalformedBytes(`a run has no entry at index ${index}`);
}
