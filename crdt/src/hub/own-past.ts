/** Own past: what a replica did in a life that ended, and somebody below may have heard when it stood above (F5, F3a). */
import type { Ledger } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';

/** Whether a child may say more of an own life than is known here: never of the one that goes on, nor at the root. */
export function mayBeHeardBelow({ self }: Ledger, stream: Stream): boolean {
  return stream !== self && stream.head.fence !== null && self.head.parent !== null;
}
