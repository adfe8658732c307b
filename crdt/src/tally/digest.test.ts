import { expect, test } from 'vitest';
import type { PoolId, WriterId } from '../ids.ts';
import { addDigest, digestRow, digestText, emptyDigest, sameDigest, subtractDigest } from './digest.ts';
import { CELL_COLUMNS, COUNTERS, emptyRow, type Row } from './row.ts';

const lamp = 'lamp@berlin' as PoolId;
const cell = (letter: string, n: number, seq = 1) => ({
  writer: `hq.1.${letter.repeat(32)}` as WriterId,
  n,
  seq,
});

const busy: Row = {
  received: 2 ** 40 + 7,
  reinstated: 1,
  used: 2,
  departed: 3,
  opened: 4,
  closed: 3,
  owed: 6,
  repaid: 5,
  sent: [cell('a', 3), cell('b', 2 ** 33)],
  took: [cell('a', 9)],
  reclaimed: [cell('c', 1), cell('d', 2)],
};

test('[D6] digests of rows stand in every journal: they never change', () => {
  expect(digestText(digestRow(lamp, emptyRow()))).toBe('964ebdfa9150178d');
  expect(digestText(digestRow(lamp, busy))).toBe('f6459d86a13acc5f');
  expect(digestText(digestRow('bulb@lübeck' as PoolId, { ...emptyRow(), received: 1 }))).toBe(
    'b4e86536034f56e4',
  );
  expect(digestText({ lo: 1, hi: -1 })).toBe('ffffffff00000001');
});

test('[D6] rows that differ in any column have another digest, in both halves', () => {
  const rows: Row[] = [emptyRow()];
  for (const counter of COUNTERS)
    rows.push({ ...emptyRow(), [counter]: 1 }, { ...emptyRow(), [counter]: 2 ** 32 + 1 });
  for (const column of CELL_COLUMNS) {
    rows.push({ ...emptyRow(), [column]: [cell('a', 1)] }, { ...emptyRow(), [column]: [cell('a', 2)] });
    rows.push({ ...emptyRow(), [column]: [cell('b', 1)] });
    rows.push({ ...emptyRow(), [column]: [cell('a', 1), cell('b', 1)] });
  }
  const digests = [...rows.map((row) => digestRow(lamp, row)), digestRow('lamp@bern' as PoolId, emptyRow())];
  for (const half of ['lo', 'hi'] as const)
    expect(new Set(digests.map((digest) => digest[half])).size).toBe(digests.length);
});

test('[D6] in which order a row met its neighbours, and by which entry, makes no difference', () => {
  const met = { ...busy, sent: [cell('b', 2 ** 33, 8), cell('a', 3, 9)] };
  expect(digestRow(lamp, met)).toEqual(digestRow(lamp, busy));
});

test('[D6] a sum of digests forgets a row that is taken out again, and is the same only in both halves', () => {
  const sum = emptyDigest();
  const one = digestRow(lamp, busy);
  const other = digestRow(lamp, emptyRow());
  addDigest(sum, one);
  addDigest(sum, other);
  subtractDigest(sum, one);
  expect(sum).toEqual(other);
  expect(sameDigest(sum, other)).toBe(true);
  expect(sameDigest(sum, { lo: other.lo, hi: other.hi + 1 })).toBe(false);
  expect(sameDigest(sum, { lo: other.lo + 1, hi: other.hi })).toBe(false);
});
