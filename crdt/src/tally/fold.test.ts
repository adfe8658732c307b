import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entries } from '../entry/entries.test-kit.ts';
import type { EntryBody } from '../entry/entry.ts';
import type { PoolId, WriterId } from '../ids.ts';
import { applyEffect, forEachEffect } from './fold.ts';
import { CELL_COLUMNS, COLUMN_MAX, COUNTERS, type Counter, copyRow, emptyRow, type Row } from './row.ts';

const lamp = 'lamp@berlin' as PoolId;
const hq = `hq.1.${'a'.repeat(32)}` as WriterId;

function fold(rows: Map<PoolId, Row>, body: Parameters<typeof forEachEffect>[0], seq: number): void {
  forEachEffect(body, (effect) => {
    const row = rows.get(effect.pool) ?? emptyRow();
    rows.set(effect.pool, row);
    applyEffect(row, effect, seq);
  });
}

test('[T1] whatever an entry says, no column of any row shrinks', () => {
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 12 }), (history) => {
      const rows = new Map<PoolId, Row>();
      history.forEach((entry, i) => {
        const before = new Map([...rows].map(([pool, row]) => [pool, copyRow(row)]));
        fold(rows, entry.body, i + 1);
        for (const [pool, was] of before) {
          const row = rows.get(pool) as Row;
          for (const counter of COUNTERS) expect(row[counter]).toBeGreaterThanOrEqual(was[counter]);
          for (const column of CELL_COLUMNS) {
            for (const { writer, n } of was[column]) {
              expect(row[column].find((cell) => cell.writer === writer)?.n).toBeGreaterThanOrEqual(n);
            }
          }
        }
      });
    }),
    { numRuns: 200 },
  );
});

test('[T1] what was seen of a sender is all it ever sent: a smaller word changes nothing', () => {
  const rows = new Map<PoolId, Row>();
  fold(rows, { type: 'took', from: hq, items: [{ pool: lamp, seq: 9, n: 7 }] }, 1);
  fold(rows, { type: 'took', from: hq, items: [{ pool: lamp, seq: 4, n: 3 }] }, 2);
  expect(rows.get(lamp)?.took).toEqual([{ writer: hq, n: 7, seq: 9 }]);
  fold(rows, { type: 'took', from: hq, items: [{ pool: lamp, seq: 12, n: 8 }] }, 3);
  expect(rows.get(lamp)?.took).toEqual([{ writer: hq, n: 8, seq: 12 }]);
});

test('[T1] the same word again is kept as the entry that first said it', () => {
  const rows = new Map<PoolId, Row>();
  fold(rows, { type: 'took', from: hq, items: [{ pool: lamp, seq: 4, n: 3 }] }, 1);
  fold(rows, { type: 'took', from: hq, items: [{ pool: lamp, seq: 9, n: 3 }] }, 2);
  expect(rows.get(lamp)?.took).toEqual([{ writer: hq, n: 3, seq: 4 }]);
});

test('[T1] what is sent and what is taken back adds up, by its newest entry', () => {
  const rows = new Map<PoolId, Row>();
  for (const [seq, n] of [4, 3].entries()) {
    fold(rows, { type: 'sent', to: hq, items: [{ pool: lamp, n }] }, seq + 1);
    fold(rows, { type: 'reclaimed', writer: hq, items: [{ pool: lamp, n: n + 1 }] }, seq + 1);
  }
  expect(rows.get(lamp)).toEqual({
    ...emptyRow(),
    sent: [{ writer: hq, n: 7, seq: 2 }],
    reclaimed: [{ writer: hq, n: 9, seq: 2 }],
  });
});

test('[T7] a column stays where it is exact, and says what it could not count', () => {
  const row: Row = {
    ...emptyRow(),
    received: COLUMN_MAX - 1,
    sent: [{ writer: hq, n: COLUMN_MAX - 1, seq: 1 }],
  };
  expect(applyEffect(row, { pool: lamp, column: 'received', n: 1 }, 2)).toBe(true);
  expect(applyEffect(row, { pool: lamp, column: 'received', n: 1 }, 2)).toBe(false);
  expect(applyEffect(row, { pool: lamp, column: 'sent', writer: hq, n: 1, seq: 0 }, 2)).toBe(true);
  expect(applyEffect(row, { pool: lamp, column: 'sent', writer: hq, n: 1, seq: 0 }, 2)).toBe(false);
  expect(row).toMatchObject({ received: COLUMN_MAX, sent: [{ n: COLUMN_MAX }] });
});

/** Every change that an entry makes; nothing but these, or a pool would be written that did not change. */
const EFFECTS: Record<string, { body: unknown; changes: Partial<Record<Counter, number>> }> = {
  'a sale over the counter': { body: sold({ departed: true }), changes: { used: 5, departed: 5 } },
  'a sale to be shipped': { body: sold({}), changes: { used: 5 } },
  'a sale partly without rights': { body: sold({ owed: 2 }), changes: { used: 3, owed: 2 } },
  'a sale wholly without rights': { body: sold({ owed: 5 }), changes: { owed: 5 } },
  'a hold': { body: { type: 'held', lines: [units(2)] }, changes: { opened: 2 } },
  'a confirmed hold': {
    body: { ...sold({ departed: true }), type: 'confirmed', closes: [units(6)] },
    changes: { closed: 6, used: 5, departed: 5 },
  },
  'a confirmed hold to be shipped': {
    body: { ...sold({}), type: 'confirmed', closes: [units(5)] },
    changes: { closed: 5, used: 5 },
  },
  'a released hold': { body: { type: 'released', closes: [units(2)] }, changes: { closed: 2 } },
  'a cancellation': { body: { type: 'cancelled', lines: [units(2)] }, changes: { reinstated: 2 } },
  'a receipt': { body: { type: 'received', lines: [units(2)] }, changes: { received: 2 } },
  'a return': { body: { type: 'returned', lines: [units(2)] }, changes: { received: 2 } },
  'a shipment': { body: { type: 'shipped', lines: [units(2)] }, changes: { departed: 2 } },
  'a count that fits': { body: counted({}), changes: {} },
  'a count that found more': { body: counted({ more: 3 }), changes: { received: 3 } },
  'a count that found less': { body: counted({ less: 3 }), changes: { departed: 3, used: 3 } },
  'a loss that rights cannot pay': { body: lost(3, 2), changes: { departed: 3, used: 1, owed: 2 } },
  'a loss that no right pays': { body: lost(3, 3), changes: { departed: 3, owed: 3 } },
  'a debt that is repaid': { body: { type: 'repaid', lines: [units(2)] }, changes: { used: 2, repaid: 2 } },
  'a life': { body: { type: 'life' }, changes: {} },
  'another parent': { body: { type: 'reparented' }, changes: {} },
  'a hold that lasts longer': { body: { type: 'extended' }, changes: {} },
  'a payment on its way': { body: { type: 'capturing' }, changes: {} },
  'a digest of all rows': { body: { type: 'checkpoint' }, changes: {} },
  'a writer shut out': { body: { type: 'fenced', writer: hq }, changes: {} },
};

test.each(Object.entries(EFFECTS))('[T1] %s changes its own columns and no other', (_, { body, changes }) => {
  const seen: [string, number][] = [];
  forEachEffect(body as EntryBody, ({ pool, column, n }) => {
    expect(pool).toBe(lamp);
    seen.push([column, n]);
  });
  expect(Object.fromEntries(seen)).toEqual(changes);
  expect(seen.length).toBe(Object.keys(changes).length);
});

function units(n: number) {
  return { lineId: '1', pool: lamp, n };
}

function sold(line: { departed?: boolean; owed?: number }) {
  return { type: 'sold', lines: [{ pool: lamp, quantityBase: 5, departed: false, owed: 0, ...line }] };
}

function counted(line: { more?: number; less?: number }) {
  return { type: 'counted', lines: [{ pool: lamp, more: 0, less: 0, owed: 0, ...line }] };
}

function lost(less: number, owed: number) {
  return { type: 'lost', lines: [{ pool: lamp, less, owed }] };
}
