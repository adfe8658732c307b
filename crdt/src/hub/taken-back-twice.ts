/**
 * Taken back twice: of one lost life, by two who each believed to settle it (F3).
 *
 * Who is cut off may settle what, above, somebody else settles by now, for its parent was found and given away
 * meanwhile. Units that were taken back are free once the books have settled that, so the books take what comes
 * first, and shut out who took the same units second, before it may use them.
 */
import type { BodyOf } from '../entry/entry.ts';
import { type PoolId, type ReplicaId, replicaOf } from '../ids.ts';
import { accountRow } from '../replica/account.ts';
import { historiesOf } from '../replica/branches.ts';
import { exposure, takenUnsaid } from '../replica/decide-reclaim.ts';
import { entriesAfter } from '../replica/entries-after.ts';
import type { Ledger } from '../replica/ledger.ts';
import { unheard } from '../replica/recovery.ts';
import type { Stream } from '../replica/stream.ts';
import { forEachEffect } from '../tally/fold.ts';
import { sumByPool } from '../tally/guards.ts';
import { amountOf } from '../tally/row.ts';

/**
 * At the root, once everybody has told what it knows (F6). Where nobody else took anything back, what comes late of
 * that life is its settler's debt (F5); and what its own former lives took back, who was restored has learnt (T8).
 */
export function isTakenBackTwice(
  ledger: Ledger,
  by: ReplicaId,
  { writer, items }: Pick<BodyOf<'reclaimed'>, 'writer' | 'items'>,
): boolean {
  const lost = ledger.streams.get(writer);
  if (lost === undefined || lost.head.fence === null) return false;
  const isOthers = (stream: Stream, pool: PoolId) =>
    replicaOf(stream.writer) !== by && amountOf(stream.row(pool).reclaimed, writer) > 0;
  for (const [pool, n] of sumByPool(items))
    if (
      [...ledger.streams.values()].some((stream) => isOthers(stream, pool)) &&
      n > leftAtMost(ledger, lost, pool)
    )
      return unheard(ledger).length === 0;
  return false;
}

/**
 * What nobody can have taken for its own whom the rest of the tree tells less than the root: the account without all
 * that lowers it late, or that nobody but the root may have heard of.
 */
function leftAtMost(ledger: Ledger, lost: Stream, pool: PoolId): number {
  let units = exposure(ledger, lost, pool) + takenUnsaid(ledger, lost, pool);
  for (const { writer, n } of accountRow(ledger, lost, pool).sent) {
    // What it handed to a former life of its own is in that one's account, and nobody takes it (T8).
    if (replicaOf(writer) === replicaOf(lost.writer)) continue;
    const to = ledger.streams.get(writer);
    units += Math.max(0, n - (to ? amountOf(accountRow(ledger, to, pool).took, lost.writer) : 0));
  }
  for (const history of historiesOf(ledger, lost))
    for (const { body } of entriesAfter(ledger, history, history.head.fence?.seq ?? 0))
      forEachEffect(body, ({ pool: at, column, n }) => {
        if (at !== pool) return;
        if (column === 'used' || column === 'owed' || column === 'sent') units += n;
        // A debt that is repaid uses as much as it lessens the debt.
        else if (column === 'repaid') units -= n;
      });
  return units;
}
