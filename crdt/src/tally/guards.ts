/**
 * Guards: may this act be done? They look at the writer's own row alone (T4).
 *
 * A command over several lines is checked as the sum over its lines, pool by pool,
 * so that the same pool twice counts twice (T5).
 */
import type { PoolId } from '../ids.ts';
import { COLUMN_MAX, COUNTERS, debt, free, onHold, QUANTITY_MAX, type Row, sumCells } from './row.ts';

export interface Need {
  readonly pool: PoolId;
  readonly n: number;
}

export interface Short {
  readonly pool: PoolId;
  readonly requested: number;
  readonly available: number;
}

/** T7: whole units from 1 to 2^31−1. */
export function isQuantity(n: number): boolean {
  return Number.isInteger(n) && n >= 1 && n <= QUANTITY_MAX;
}

/** Units asked of each pool, over all lines. */
export function sumByPool(lines: readonly Need[]): Map<PoolId, number> {
  const sums = new Map<PoolId, number>();
  for (const { pool, n } of lines) sums.set(pool, (sums.get(pool) ?? 0) + n);
  return sums;
}

/**
 * The pools that cannot give what all lines together ask. While a writer owes,
 * what is free there is spoken for (T4), so nothing of it is offered.
 */
export function shortPools(availableOf: (pool: PoolId) => number, lines: readonly Need[]): Short[] {
  if (lines.length === 1) {
    const { pool, n } = lines[0] as Need;
    const available = availableOf(pool);
    return available >= n ? [] : [{ pool, requested: n, available }];
  }
  const short: Short[] = [];
  for (const [pool, requested] of sumByPool(lines)) {
    const available = availableOf(pool);
    if (available < requested) short.push({ pool, requested, available });
  }
  return short;
}

/** Free units that no debt has a claim on. */
export function spendable(row: Readonly<Row>): number {
  return Math.max(0, free(row) - debt(row));
}

/** T7: would adding `n` keep every column exact? */
export function hasRoom(row: Readonly<Row>, n: number): boolean {
  let largest = Math.max(sumCells(row.sent), sumCells(row.took), sumCells(row.reclaimed));
  for (const counter of COUNTERS) largest = Math.max(largest, row[counter]);
  return largest <= COLUMN_MAX - n;
}

/** T6, T7: what every ancestor checks of a live writer after each of its entries. */
export function isSound(row: Readonly<Row>): boolean {
  return onHold(row) >= 0 && free(row) >= 0 && debt(row) >= 0 && hasRoom(row, 0);
}
