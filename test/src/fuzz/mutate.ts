/**
 * Mutations of bytes: what a bad wire, a bad disk or an enemy makes of something well-formed.
 *
 * Plain noise is refused by its first byte, so most mutations keep nearly everything as it was
 * and change what a reader steers by: a length, a count, an index, the place where it ends.
 */
import type { Prng } from '../sim/prng.ts';

type Mutation = (prng: Prng, bytes: Uint8Array, other: Uint8Array) => Uint8Array;

/** Varints that say 2^31, 2^32, 2^53−1 and more than any number holds, and one that never ends. */
const HUGE_VARINTS: readonly (readonly number[])[] = [
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0x80, 0x80, 0x80, 0x80, 0x10],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
  // Nought, said in five bytes: more than one form of one number.
  [0x80, 0x80, 0x80, 0x80, 0x00],
];

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  flipBit,
  setByte,
  setByte,
  truncate,
  insert,
  remove,
  splice,
  repeat,
  enlarge,
  enlarge,
  nudge,
];

/** Between one and four mutations, one on top of the other. */
export function mutate(prng: Prng, bytes: Uint8Array, other: Uint8Array = bytes): Uint8Array {
  let changed = bytes;
  for (let left = 1 + prng.below(prng.chance(0.7) ? 1 : 4); left > 0; left -= 1) {
    changed = prng.pick(MUTATIONS)(prng, changed, other);
  }
  return changed;
}

export function noise(prng: Prng, bytesMax: number): Uint8Array {
  return Uint8Array.from({ length: prng.below(bytesMax + 1) }, () => prng.below(256));
}

function changedAt(bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array {
  const copy = bytes.slice();
  if (copy.length > 0) copy[at] = change(copy[at] as number);
  return copy;
}

function flipBit(prng: Prng, bytes: Uint8Array): Uint8Array {
  return changedAt(bytes, prng.below(bytes.length), (byte) => byte ^ (1 << prng.below(8)));
}

function setByte(prng: Prng, bytes: Uint8Array): Uint8Array {
  return changedAt(bytes, prng.below(bytes.length), () => prng.pick([0, 1, 2, 31, 127, 128, 254, 255]));
}

/** A small number becomes its neighbour: a count or a seq that is off by one. */
function nudge(prng: Prng, bytes: Uint8Array): Uint8Array {
  return changedAt(bytes, prng.below(bytes.length), (byte) => byte + prng.pick([-1, 1]));
}

function truncate(prng: Prng, bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, prng.below(bytes.length + 1));
}

function joined(...parts: readonly ArrayLike<number>[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

function insert(prng: Prng, bytes: Uint8Array): Uint8Array {
  const at = prng.below(bytes.length + 1);
  return joined(bytes.subarray(0, at), noise(prng, 9), bytes.subarray(at));
}

function remove(prng: Prng, bytes: Uint8Array): Uint8Array {
  const at = prng.below(bytes.length + 1);
  return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + prng.below(8)));
}

/** The beginning of one and the end of another. */
function splice(prng: Prng, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  return joined(
    bytes.subarray(0, prng.below(bytes.length + 1)),
    other.subarray(prng.below(other.length + 1)),
  );
}

function repeat(prng: Prng, bytes: Uint8Array): Uint8Array {
  const from = prng.below(bytes.length + 1);
  const to = Math.min(bytes.length, from + 1 + prng.below(64));
  return joined(bytes.subarray(0, to), bytes.subarray(from));
}

/** A huge number where some byte stood. */
function enlarge(prng: Prng, bytes: Uint8Array): Uint8Array {
  const at = prng.below(bytes.length + 1);
  return joined(bytes.subarray(0, at), prng.pick(HUGE_VARINTS), bytes.subarray(at + 1));
}
