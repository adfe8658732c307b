/** Ids of transactions beyond 32 bits. */
import { expect, test } from 'vitest';
import { isIn } from './moment.ts';
import { fullXid } from './xid.ts';

const EPOCH = 2n ** 32n;

test('the last 32 bits are those of the nearest transaction, before or after the 32 began again', () => {
  expect(fullXid(700, 710n)).toBe(700n);
  expect(fullXid(720, 710n)).toBe(720n);
  expect(fullXid(5, EPOCH - 3n)).toBe(EPOCH + 5n);
  expect(fullXid(0xffff_fffd, EPOCH + 5n)).toBe(EPOCH - 3n);
  expect(fullXid(5, 7n * EPOCH + 2n)).toBe(7n * EPOCH + 5n);
  expect(fullXid(0xffff_ffff, 7n * EPOCH)).toBe(7n * EPOCH - 1n);
});

test('a snapshot tells what is in it on both sides of the place where 32 bits begin again', () => {
  const has = isIn({
    xmin: String(EPOCH - 2n),
    xmax: String(EPOCH + 6n),
    running: [String(EPOCH - 2n), String(EPOCH + 4n)],
    lsn: 1_000n,
  });
  for (const [xid, lsn, isThere] of [
    [EPOCH - 3n, 1n, true],
    [EPOCH - 2n, 1n, false],
    [EPOCH - 1n, 1n, true],
    [EPOCH + 4n, 1n, false],
    [EPOCH + 5n, 1n, true],
    [EPOCH + 6n, 1n, false],
    // Another transaction with the same 32 bits, four thousand million later.
    [2n * EPOCH - 3n, 1n, false],
    // Committed behind the moment.
    [EPOCH - 3n, 1_001n, false],
  ] as const)
    expect([xid, has(xid, lsn)]).toEqual([xid, isThere]);
});
