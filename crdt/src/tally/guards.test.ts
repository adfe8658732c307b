import { describe, expect, test } from 'vitest';
import type { PoolId, WriterId } from '../ids.ts';
import { hasRoom, isQuantity, isSound, shortPools, spendable } from './guards.ts';
import { account, COLUMN_MAX, emptyRow, QUANTITY_MAX, type Row } from './row.ts';

const lamp = 'lamp@berlin' as PoolId;
const bulb = 'bulb@berlin' as PoolId;

const rowWith = (columns: Partial<Row>): Row => ({ ...emptyRow(), ...columns });
const cell = (letter: string, n: number) => ({
  writer: `hq.1.${letter.repeat(32)}` as WriterId,
  n,
  seq: 1,
});

test('[T7] a quantity is a whole number from 1 to 2^31−1', () => {
  expect([1, 2, QUANTITY_MAX].map(isQuantity)).toEqual([true, true, true]);
  const none = [0, -1, 1.5, QUANTITY_MAX + 1, Number.NaN, Number.POSITIVE_INFINITY];
  expect(none.map(isQuantity)).toEqual(none.map(() => false));
});

describe('short pools', () => {
  const available = new Map([
    [lamp, 5],
    [bulb, 2],
  ]);
  const shortOf = (...lines: { pool: PoolId; n: number }[]) =>
    shortPools((pool) => available.get(pool) ?? 0, lines);

  test('[T4] what is there to the last unit may be had, and one more may not', () => {
    expect(shortOf({ pool: lamp, n: 5 })).toEqual([]);
    expect(shortOf({ pool: lamp, n: 6 })).toEqual([{ pool: lamp, requested: 6, available: 5 }]);
  });

  test('[T5] the same pool on two lines counts twice, to the last unit', () => {
    expect(shortOf({ pool: lamp, n: 3 }, { pool: lamp, n: 2 })).toEqual([]);
    expect(shortOf({ pool: lamp, n: 3 }, { pool: lamp, n: 3 })).toEqual([
      { pool: lamp, requested: 6, available: 5 },
    ]);
  });

  test('[T5] each pool that is short is named, and no other', () => {
    expect(shortOf({ pool: lamp, n: 5 }, { pool: bulb, n: 3 })).toEqual([
      { pool: bulb, requested: 3, available: 2 },
    ]);
  });
});

test('[T4] what is owed has a claim on what is free, and never leaves less than nothing', () => {
  expect(spendable(rowWith({ received: 5 }))).toBe(5);
  expect(spendable(rowWith({ received: 5, owed: 3, repaid: 1 }))).toBe(3);
  expect(spendable(rowWith({ received: 5, opened: 4, owed: 3 }))).toBe(0);
});

describe('[T7] room for more', () => {
  const full = COLUMN_MAX - 3;
  const rows: Record<string, Row> = {
    'in a counter': rowWith({ departed: full, received: 1 }),
    'sent to several': rowWith({ sent: [cell('a', full - 1), cell('b', 1)] }),
    'taken from several': rowWith({ took: [cell('a', full - 1), cell('b', 1)] }),
    'taken back from several': rowWith({ reclaimed: [cell('a', full - 1), cell('b', 1)] }),
  };

  test.each(Object.entries(rows))('the largest sum counts: %s', (_, row) => {
    expect(hasRoom(row, 3)).toBe(true);
    expect(hasRoom(row, 4)).toBe(false);
  });
});

test('[T6] a row is sound while free units, holds and debt are not below zero', () => {
  expect(isSound(rowWith({ received: 4, used: 2, opened: 3, closed: 1, owed: 2, repaid: 2 }))).toBe(true);
  expect(isSound(rowWith({ received: 4, used: 2, opened: 4, closed: 1 }))).toBe(false);
  expect(isSound(rowWith({ opened: 1, closed: 2 }))).toBe(false);
  expect(isSound(rowWith({ received: 2, owed: 1, repaid: 2 }))).toBe(false);
  // T7: what is no longer exact proves nothing.
  expect(isSound(rowWith({ took: [cell('a', COLUMN_MAX)] }))).toBe(true);
  expect(isSound(rowWith({ took: [cell('a', COLUMN_MAX), cell('b', 1)] }))).toBe(false);
});

test('[F3] an account is what rights are left after debt', () => {
  const row = rowWith({
    received: 5,
    reinstated: 1,
    took: [cell('a', 4)],
    reclaimed: [cell('b', 2)],
    sent: [cell('a', 3)],
    used: 1,
    opened: 2,
    owed: 6,
    repaid: 1,
  });
  expect(account(row)).toBe(5 + 1 + 4 + 2 - 3 - 1 - (6 - 1));
});
