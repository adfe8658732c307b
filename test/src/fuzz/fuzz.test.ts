/** A slice of the fuzzing for every run of the tests; `fuzz/main.ts` runs as long as one likes. */
import { decodeEntry, encodeEntry } from '@tallystick/crdt';
import { encodeFrame, MalformedBytes } from '@tallystick/crdt/wire';
import { describe, expect, test } from 'vitest';
import { unseenSeed } from '../unseen-seed.test-kit.ts';
import { runDoor } from './door.ts';
import { DOORS } from './doors.ts';
import { sampleEntry } from './sample-entries.ts';
import { sampleFrame } from './sample-frames.ts';
import { CODECS, type Codec, wireDoor } from './wire-door.ts';

/** Fixed seeds, and a few that nobody has seen, by what a case of the door costs. */
const SLICES = [
  { name: 'decoder', fixed: 60, fresh: 15 },
  { name: 'link', fixed: 60, fresh: 15 },
  { name: 'socket', fixed: 60, fresh: 30 },
  { name: 'journal', fixed: 50, fresh: 15 },
  { name: 'commands', fixed: 120, fresh: 30 },
];

describe('hostile bytes and words change nothing, crash nothing and never hang', () => {
  test.each(SLICES)('[L7] the $name door, $fixed fixed seeds and $fresh fresh ones', async (slice) => {
    const make = DOORS[slice.name] as (typeof DOORS)[string];
    const start = unseenSeed();
    console.log(`fuzz: ${slice.name}, fresh seeds ${start} to ${start + slice.fresh - 1}`);
    for (const [from, count] of [
      [1, slice.fixed],
      [start, slice.fresh],
    ] as const) {
      const tally = await runDoor(make(), from, (run) => run >= count);
      expect(tally.news).toEqual([]);
      expect(tally.refused, 'refused').toBeGreaterThan(0);
      expect(tally.accepted, 'accepted').toBeGreaterThan(0);
    }
  });

  test('[T7] seed 643957985 of the link door: more rights than an entry says are given back in parts', async () => {
    const tally = await runDoor((DOORS.link as (typeof DOORS)[string])(), 643_957_985, (run) => run >= 1);
    expect(tally.news).toEqual([]);
  });
});

const [frames, entries] = CODECS as [Codec, Codec];

const WEAKENED: readonly [what: string, codec: Codec, finding: RegExp][] = [
  [
    'forgets to turn an error of its own into a MalformedBytes',
    {
      ...frames,
      decode: (bytes) => {
        try {
          return frames.decode(bytes);
        } catch (error) {
          throw error instanceof MalformedBytes ? new RangeError('offset is out of bounds') : error;
        }
      },
    },
    /fails with RangeError/,
  ],
  [
    'reads a number otherwise than it was written',
    {
      ...entries,
      sample: (prng) => encodeEntry(sampleEntry(prng)),
      decode: (bytes) => {
        const entry = decodeEntry(bytes);
        return { ...entry, seq: entry.seq + 1 };
      },
    },
    /reads otherwise when it is written again/,
  ],
  [
    'makes room for what a length merely says',
    {
      ...frames,
      sample: (prng) => encodeFrame(sampleFrame(prng, 'reply')),
      decode: (bytes) => {
        const room = new Uint8Array(16 * 1024 * 1024);
        room.set(bytes);
        return frames.decode(room.subarray(0, bytes.length));
      },
    },
    /memory out of all proportion/,
  ],
  [
    'answers with more than the bytes can hold',
    { ...frames, decode: (bytes) => ({ frame: frames.decode(bytes), list: 'x'.repeat(100_000) }) },
    /the value is out of all proportion/,
  ],
];

test.each(WEAKENED)('the fuzzing finds a decoder that %s', async (_, codec, finding) => {
  const tally = await runDoor(wireDoor([codec]), 1, (run) => run >= 3);
  expect(tally.news.map(({ what }) => what)).toContainEqual(expect.stringMatching(finding));
});
