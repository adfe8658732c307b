/** Checkpoints (D6): now and then a writer puts a digest of all its rows into its chain, for others to compare with theirs. */
import type { Entry } from '../entry/entry.ts';
import { digestText } from '../tally/digest.ts';
import type { Ledger, Now } from './ledger.ts';

export function appendCheckpoint(ledger: Ledger, now: Now): Entry {
  const { self } = ledger;
  const digest = digestText(self.currentDigest());
  return ledger.append({ type: 'checkpoint', digest, pools: self.poolCount }, '', 'system', now);
}

/**
 * At the end of a turn whose entries pass a multiple of `every`. By seq alone: so it is as often for who
 * restarts, begins a new life or shares its writer with other processes, and a commit that failed is no
 * reason to write.
 */
export function checkpointIfDue(ledger: Ledger, every: number, now: Now): void {
  const { head, durableSeq } = ledger.self;
  if (Math.floor(head.seq / every) > Math.floor(durableSeq / every)) appendCheckpoint(ledger, now);
}
