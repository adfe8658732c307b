import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entries } from '../entry/entries.test-kit.ts';
import type { PoolId, WriterId } from '../ids.ts';
import { applyEffect, forEachEffect } from './fold.ts';
import { CELL_COLUMNS, COUNTERS, copyRow, emptyRow, type Row } from './row.ts';

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
  const lamp = 'lamp@berlin' as PoolId;
  const from = `hq.1.${'a'.repeat(32)}` as WriterId;
  fold(rows, { type: 'took', from, items: [{ pool: lamp, seq: 9, n: 7 }] }, 1);
  fold(rows, { type: 'took', from, items: [{ pool: lamp, seq: 4, n: 3 }] }, 2);
  expect(rows.get(lamp)?.took).toEqual([{ writer: from, n: 7, seq: 9 }]);
});
