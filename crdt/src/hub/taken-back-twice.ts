/**
 * Taken back twice: of one lost life, by two who each believed to settle it (F3).
 *
 * Who is cut off may settle what, above, somebody else settles by now, for its parent was found and given away
 * meanwhile. Units that were taken back are free once the books have settled that, so the books take what comes
 * first, and shut out who took the same units second, before it may use them.
 */
import type { BodyOf } from '../entry/entry.ts';
import { type PoolId, type ReplicaId, replicaOf } from '../ids.ts';
import { exposure } from '../replica/decide-reclaim.ts';
import { entriesAfter } from '../replica/entries-after.ts';
import type { Ledger } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';
import { forEachEffect } from '../tally/fold.ts';
import { amountOf } from '../tally/row.ts';

/** At the root. Where nobody else took anything back, what comes late of that life is its settler's debt (F5). */
export function isTakenBackTwice(
  ledger: Ledger,
  by: ReplicaId,
  { writer, items }: Pick<BodyOf<'reclaimed'>, 'writer' | 'items'>,
): boolean {
  const lost = ledger.streams.get(writer);
  if (lost === undefined || lost.head.fence === null) return false;
  return items.some(({ pool, n }) => {
    if (!isTakenByOthers(ledger, lost, pool, by)) return false;
    return n > exposure(ledger, lost, pool) + usedLate(ledger, lost, pool);
  });
}

/** Who was restored has learnt what its former lives took back (T8). */
function isTakenByOthers(ledger: Ledger, lost: Stream, pool: PoolId, by: ReplicaId): boolean {
  for (const stream of ledger.streams.values())
    if (replicaOf(stream.writer) !== by && amountOf(stream.row(pool).reclaimed, lost.writer) > 0) return true;
  return false;
}

/** Behind its fence: whoever took units back need not have heard of it. */
function usedLate(ledger: Ledger, lost: Stream, pool: PoolId): number {
  let units = 0;
  for (const { body } of entriesAfter(ledger, lost, lost.head.fence?.seq ?? 0))
    forEachEffect(body, (effect) => {
      if (effect.pool === pool && effect.column === 'used') units += effect.n;
    });
  return units;
}
