/**
 * Door 1, the decoders: bytes become a value or a `MalformedBytes`, and nothing else.
 *
 * What was accepted is written again and read again, and must be the same value: a
 * decoder that takes what its encoder would not say has understood something else. Work is
 * bounded by the input, not by what the input says of itself: neither the value nor the
 * memory that reading took may be out of all proportion to the bytes.
 */
import { decodeEntry, decodeHead, encodeEntry } from '@tallystick/crdt';
import { decodeFrame, encodeFrame, joinEntries, MalformedBytes, splitEntries } from '@tallystick/crdt/wire';
import { Prng } from '../sim/prng.ts';
import { type Door, nameOf, type Tally } from './door.ts';
import { mutate, noise } from './mutate.ts';
import { sampleEntry } from './sample-entries.ts';
import { sampleFrame } from './sample-frames.ts';
import { sizeOf, textOf } from './text-of.ts';

/** One pair of functions, with something well-formed to begin from. */
export interface Codec<T = unknown> {
  readonly name: string;
  sample(prng: Prng): Uint8Array;
  decode(bytes: Uint8Array): T;
  encode(value: T): Uint8Array;
}

function codec<T>(part: Codec<T>): Codec {
  return part as Codec;
}

export const CODECS: readonly Codec[] = [
  codec({
    name: 'frame',
    sample: (prng) => encodeFrame(sampleFrame(prng)),
    decode: decodeFrame,
    encode: encodeFrame,
  }),
  codec({
    name: 'entry',
    sample: (prng) => encodeEntry(sampleEntry(prng)),
    decode: decodeEntry,
    encode: encodeEntry,
  }),
  codec({
    name: 'head',
    sample: (prng) => encodeEntry(sampleEntry(prng)),
    decode: (bytes) => ({ head: decodeHead(bytes), rest: bytes }),
    encode: ({ rest }) => rest,
  }),
  codec({
    name: 'slice',
    sample: (prng) => joinEntries([1, 2, 3].map(() => ({ bytes: encodeEntry(sampleEntry(prng)) }))),
    decode: splitEntries,
    encode: (entries) => joinEntries(entries.map((bytes) => ({ bytes }))),
  }),
];

const INPUTS_PER_SEED = 64;

/** A value may hold as many characters, bytes, items and fields; an empty item of a list has ten of them. */
const SIZE_PER_BYTE_MAX = 12;
const SIZE_BASE = 256;

/** A decoded item is an object of a few words, so memory may be some hundred times the bytes, and no more. */
const MEMORY_PER_BYTE_MAX = 512;
const MEMORY_BASE = 4 * 1024 * 1024;

/** Asking for the memory in use takes longer than most decoding, so one input in so many is measured. */
const MEASURE_EVERY = 8;

export function wireDoor(codecs: readonly Codec[] = CODECS): Door {
  return {
    name: 'decoder',
    run(seed, tally) {
      const prng = new Prng(seed, 'decoder');
      for (let i = 0; i < INPUTS_PER_SEED; i += 1) {
        const one = prng.pick(codecs);
        tryOne(one, inputFor(prng, one), i % MEASURE_EVERY === 0, seed, tally);
      }
    },
  };
}

function inputFor(prng: Prng, one: Codec): Uint8Array {
  if (prng.chance(0.05)) return noise(prng, 200);
  const bytes = one.sample(prng);
  return prng.chance(0.1) ? bytes : mutate(prng, bytes, one.sample(prng));
}

function bytesInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function tryOne(one: Codec, input: Uint8Array, isMeasured: boolean, seed: number, tally: Tally): void {
  const find = (what: string) => tally.find(seed, `${one.name}: ${what}`);
  const before = isMeasured ? bytesInUse() : 0;
  let value: unknown;
  let error: unknown;
  try {
    value = one.decode(input);
  } catch (thrown) {
    error = thrown;
  }
  // A collection in between can only make this smaller.
  if (isMeasured && bytesInUse() - before > MEMORY_BASE + input.length * MEMORY_PER_BYTE_MAX) {
    find('reading took memory out of all proportion to the input');
  }
  if (error !== undefined) {
    tally.refuse();
    if (!(error instanceof MalformedBytes)) find(`fails with ${nameOf(error)}`);
    return;
  }
  tally.accept();
  if (sizeOf(value) > SIZE_BASE + input.length * SIZE_PER_BYTE_MAX) {
    find('the value is out of all proportion to the input');
  }
  try {
    const again = one.decode(one.encode(value));
    if (textOf(again) !== textOf(value)) find('what was accepted reads otherwise when it is written again');
  } catch (thrown) {
    find(`what was accepted cannot be written and read again: ${nameOf(thrown)}`);
  }
}
