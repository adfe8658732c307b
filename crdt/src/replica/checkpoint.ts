/** Checkpoints (D6): now and then a writer puts a digest of all its rows into its chain, for others to compare with theirs. */
import type { Entry } from '../entry/entry.ts';
import { digestText } from '../tally/digest.ts';
import type { Ledger, Now } from './ledger.ts';

export function appendCheckpoint(ledger: Ledger, now: Now): Entry {
  const { self } = ledger;
  const digest = digestText(self.currentDigest());
  return ledger.append({ type: 'checkpoint', digest, pools: self.poolCount }, '', 'system', now);
}
