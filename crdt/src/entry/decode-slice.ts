/**
 * A slice, read once: the shell of the authority looks into a frame before the turn that
 * takes it in, and decoding is the larger part of both (measured: a fifth of a drain).
 */
import { MalformedBytes } from '../wire/bytes.ts';
import { splitEntries } from '../wire/slices.ts';
import { decodeEntry } from './codec.ts';
import type { Entry } from './entry.ts';

export interface DecodedSlice {
  readonly entries: readonly {
    readonly entry: Entry;
    /** A view into the slice. */
    readonly bytes: Uint8Array;
  }[];
  /** Why what follows these entries is none; undefined where they are all. */
  readonly problem: string | undefined;
}

/** By the very bytes of a frame, which nobody changes; gone with them. */
const decoded = new WeakMap<Uint8Array, DecodedSlice>();

/** The entries of a slice as far as it can be read. Of a slice that is cut short, none. */
export function decodeSlice(slice: Uint8Array): DecodedSlice {
  let found = decoded.get(slice);
  if (found === undefined) {
    found = decode(slice);
    decoded.set(slice, found);
  }
  return found;
}

function decode(slice: Uint8Array): DecodedSlice {
  const entries: { entry: Entry; bytes: Uint8Array }[] = [];
  try {
    for (const bytes of splitEntries(slice)) entries.push({ entry: decodeEntry(bytes), bytes });
  } catch (error) {
    if (!(error instanceof MalformedBytes)) throw error;
    return { entries, problem: error.message };
  }
  return { entries, problem: undefined };
}
