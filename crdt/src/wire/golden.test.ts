import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, goldenOf, plain } from '../golden.test-kit.ts';
import { hostile } from '../hostile.test-kit.ts';
import type { PoolId } from '../ids.ts';
import { createWriter, finish, hexOf, MalformedBytes, writeBlob, writeUint } from './bytes.ts';
import { decodeFrame, encodeFrame } from './frame-codec.ts';
import { FRAME_KINDS, frames, framesOf } from './frames.test-kit.ts';
import { FRAME_BYTES_MAX, type Frame } from './frames.ts';
import { joinEntries, splitEntries } from './slices.ts';

/** Fixtures of every version stay for ever: an old replica must be understood, if only to be refused. */
const golden = goldenOf<Frame>('v1/frames.json');

describe('frames of version 1', () => {
  test.each(golden)('[L6] $name is read as it was sent, and sent as it was read', ({ hex, value }) => {
    expect(plain(decodeFrame(bytesOf(hex)))).toEqual(plain(value));
    expect(hexOf(encodeFrame(value))).toBe(hex);
  });

  test('every kind has a golden vector', () => {
    expect(new Set(golden.map(({ value }) => value.kind))).toEqual(new Set(FRAME_KINDS));
  });

  test.each(FRAME_KINDS)('[L1] any %s comes back from its bytes', (kind) => {
    fc.assert(
      fc.property(framesOf(kind), (frame) => {
        expect(plain(decodeFrame(encodeFrame(frame)))).toEqual(plain(frame));
      }),
      { numRuns: 50 },
    );
  });

  test('[L6] a reason that this release has no word for is read all the same', () => {
    const bytes = encodeFrame({ kind: 'refuse', code: 'forbidden', message: 'No.' });
    const newer = hexOf(bytes).replace(hexOf(new TextEncoder().encode('forbidden')), '717171717171717171');
    expect(decodeFrame(bytesOf(newer))).toEqual({ kind: 'refuse', code: 'internal', message: 'No.' });
  });
});

describe('hostile bytes', () => {
  test('[L7] what is no frame is malformed, and nothing worse', () => {
    fc.assert(
      fc.property(hostile(frames.map(encodeFrame)), (bytes) => {
        try {
          expect(FRAME_KINDS).toContain(decodeFrame(bytes).kind);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBytes);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('[L7] a cut frame is malformed wherever it is cut', () => {
    for (const { hex } of golden) {
      for (let size = 0; size < hex.length / 2; size += 1) {
        expect(() => decodeFrame(bytesOf(hex.slice(0, 2 * size)))).toThrow(MalformedBytes);
      }
    }
  });

  test.each([
    ['a channel that nobody speaks', '0901'],
    ['a kind that no channel has', '0163'],
    ['control without a kind', '00'],
    ['nothing', ''],
  ])('[L7] %s is malformed', (_, hex) => {
    expect(() => decodeFrame(bytesOf(hex))).toThrow(MalformedBytes);
  });

  test('[L7] a frame that is too large is not looked into', () => {
    expect(() => decodeFrame(new Uint8Array(FRAME_BYTES_MAX + 1))).toThrow('a frame of');
  });

  test('[L7] a slice that promises more than it holds is malformed', () => {
    const out = createWriter();
    writeUint(out, 2 ** 40);
    expect(() => splitEntries(finish(out))).toThrow(MalformedBytes);
    fc.assert(
      fc.property(
        hostile(fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1 }).map(slice)),
        (bytes) => {
          try {
            splitEntries(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedBytes);
          }
        },
      ),
    );
  });

  test('entries come out of a slice as they went in', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (parts) => {
        expect(splitEntries(joinEntries(parts.map((bytes) => ({ bytes })))).map(hexOf)).toEqual(
          parts.map(hexOf),
        );
      }),
    );
  });
});

function slice(parts: readonly Uint8Array[]): Uint8Array {
  const out = createWriter();
  for (const part of parts) writeBlob(out, part);
  return finish(out);
}

test('[L7] a level says nothing in one way only: there is no zero below zero', () => {
  const levels: Frame = {
    kind: 'levels',
    asOfMs: 1,
    items: [{ pool: 'a@b' as PoolId, onHand: 0, available: 0 }],
  };
  const bytes = encodeFrame(levels);
  expect(decodeFrame(bytes)).toEqual(levels);
  // The last four bytes: sign and amount on hand, sign and amount available.
  for (const sign of [2, 4]) {
    const below = bytes.slice();
    below[below.length - sign] = 1;
    expect(() => decodeFrame(below)).toThrow(MalformedBytes);
  }
});
