/** Owed check: what is owed is what no right paid for, and not a unit more (F7, F8). */
import type { Entry, PoolId } from '@tallystick/crdt';
import { type BookOfWriter, debtOf, freeOf } from './books.ts';
import { Violation } from './trace.ts';

/** @param book the writer's, as it was before the entry. */
export function checkOwed(book: BookOfWriter, { writer, seq, body }: Entry): void {
  const check = (pool: PoolId, wanted: number, usable: number, owed: number) => {
    const lacking = wanted - Math.min(wanted, Math.max(0, usable));
    if (owed === lacking) return;
    throw new Violation('F8', `${writer} ${seq} owes ${owed} ${pool}, and lacked ${lacking} of ${wanted}`);
  };
  if (body.type === 'counted' || body.type === 'lost') {
    for (const { pool, less, owed } of body.lines) check(pool, less, freeOf(book.row(pool)), owed);
  } else if (body.type === 'sold' && body.lines.some(({ owed }) => owed > 0)) {
    const sums = new Map<PoolId, { wanted: number; owed: number }>();
    for (const { pool, quantityBase, owed } of body.lines) {
      const sum = sums.get(pool) ?? { wanted: 0, owed: 0 };
      sums.set(pool, { wanted: sum.wanted + quantityBase, owed: sum.owed + owed });
    }
    for (const [pool, { wanted, owed }] of sums) {
      const row = book.row(pool);
      // What was reclaimed counts only once it is settled: when that was, the entries do not say (F3).
      if (row.reclaimed.size === 0) check(pool, wanted, freeOf(row) - debtOf(row), owed);
    }
  }
}
