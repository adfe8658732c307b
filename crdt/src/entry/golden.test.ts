import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, goldenOf, plain, readFixture } from '../golden.test-kit.ts';
import { hostile } from '../hostile.test-kit.ts';
import { hexOf, MalformedBytes } from '../wire/bytes.ts';
import { decodeEntry, decodeHead, ENTRY_BYTES_MAX, encodeEntry } from './codec.ts';
import { ENTRY_TYPES, entries, entriesOf } from './entries.test-kit.ts';
import {
  type BodyOf,
  type Entry,
  FENCE_REASONS,
  LOSS_CAUSES,
  ORDER_MARKS,
  type PoolUnits,
  RECEIPT_CAUSES,
  RELEASE_CAUSES,
  REPLICA_KINDS,
  type SoldLine,
} from './entry.ts';

/** Fixtures of every version stay for ever: what was written once must be read for ever. */
const golden = goldenOf<Entry>('v1/entries.json');

describe('entries of version 1', () => {
  test.each(golden)('[D5] $name is read as it was written, and written as it was read', ({ hex, value }) => {
    expect(plain(decodeEntry(bytesOf(hex)))).toEqual(plain(value));
    expect(hexOf(encodeEntry(value))).toBe(hex);
  });

  test('every type has a golden vector', () => {
    expect(new Set(golden.map(({ value }) => value.body.type))).toEqual(new Set(ENTRY_TYPES));
  });

  test('lists that are stored as indexes only grow at their ends', () => {
    const known: Record<string, readonly string[]> = JSON.parse(readFixture('v1/choices.json'));
    const now = { REPLICA_KINDS, RECEIPT_CAUSES, LOSS_CAUSES, RELEASE_CAUSES, FENCE_REASONS, ORDER_MARKS };
    expect(Object.keys(known)).toEqual(Object.keys(now));
    for (const [name, members] of Object.entries(now)) {
      expect(members.slice(0, known[name]?.length), name).toEqual(known[name]);
    }
  });

  test('[D5] the reason of a receipt follows all that stood there before, and is never an empty one', () => {
    const { hex, value } = golden.find(
      ({ value: { body } }) => body.type === 'received',
    ) as (typeof golden)[number];
    const received = value.body as BodyOf<'received'>;
    expect(received).not.toHaveProperty('reason');
    const entry: Entry = { ...value, body: { ...received, reason: 'late' } };
    const bytes = encodeEntry(entry);
    expect(hexOf(bytes)).toBe(`${hex}046c617465`);
    expect(plain(decodeEntry(bytes))).toEqual(plain(entry));
    expect(() => decodeEntry(bytesOf(`${hex}00`))).toThrow(MalformedBytes);
    expect(() => decodeEntry(bytesOf(`${hex}046c61746500`))).toThrow(MalformedBytes);
  });

  test.each(ENTRY_TYPES)('[D5] any %s comes back from its bytes', (type) => {
    fc.assert(
      fc.property(entriesOf(type), (entry) => {
        const bytes = encodeEntry(entry);
        expect(plain(decodeEntry(bytes))).toEqual(plain(entry));
        const { body, ...head } = entry;
        expect(plain(decodeHead(bytes))).toEqual(plain({ ...head, type: body.type }));
      }),
      { numRuns: 50 },
    );
  });
});

describe('hostile bytes', () => {
  test('[L7] what is no entry is malformed, and nothing worse', () => {
    fc.assert(
      fc.property(hostile(entries.map(encodeEntry)), (bytes) => {
        try {
          // What still reads is an entry: it may be another one, but never another thing.
          expect(ENTRY_TYPES).toContain(decodeEntry(bytes).body.type);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBytes);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('[L7] a count that promises more than its bytes hold allocates nothing', () => {
    const entry = golden.find(({ value }) => value.body.type === 'repaid') as (typeof golden)[number];
    const { pool } = (entry.value.body as BodyOf<'repaid'>).lines[0] as PoolUnits;
    // Behind the head stand one count, one pool with its size, and one quantity.
    const head = entry.hex.slice(0, entry.hex.length - 2 * (1 + 1 + pool.length + 1));
    for (const count of ['904e', 'ffffffff0f', 'ffffffffffffff0f']) {
      expect(() => decodeEntry(bytesOf(head + count)), count).toThrow(/ items /);
    }
  });

  test('[L7] a cut entry is malformed wherever it is cut', () => {
    for (const { hex } of golden) {
      for (let size = 0; size < hex.length / 2; size += 1) {
        expect(() => decodeEntry(bytesOf(hex.slice(0, 2 * size)))).toThrow(MalformedBytes);
      }
    }
  });

  test('the largest order fits into an entry', () => {
    const sold = golden.find(({ name }) => name === 'sold, with everything') as (typeof golden)[number];
    const body = sold.value.body as BodyOf<'sold'>;
    const lines = Array.from({ length: 10_000 }, () => body.lines[0] as SoldLine);
    const bytes = encodeEntry({ ...sold.value, body: { ...body, lines } });
    expect(bytes.length).toBeLessThan(ENTRY_BYTES_MAX / 2);
    expect(decodeEntry(bytes).body).toMatchObject({ lines: { length: 10_000 } });
  });
});
