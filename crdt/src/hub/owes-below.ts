/** Owing below: whether any part of what a child asks for is of use (F5, F7). */
import type { PoolId, ReplicaId } from '../ids.ts';
import { exposure } from '../replica/decide-reclaim.ts';
import type { Ledger } from '../replica/ledger.ts';
import { debt } from '../tally/row.ts';

/** Somebody below this child owes units of the pool, or a life that ended lacks them: any part repays. */
export function owesBelow(ledger: Ledger, replica: ReplicaId, pool: PoolId): boolean {
  for (const stream of ledger.streams.values()) {
    const { via, fence } = stream.head;
    if (via !== replica) continue;
    if (fence === null ? debt(stream.row(pool)) > 0 : exposure(ledger, stream, pool) < 0) return true;
  }
  return false;
}
