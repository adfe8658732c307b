/** Stage: how far a fact has come, as every replica can say of what it holds. */
import type { Entry } from '../entry/entry.ts';
import type { Ledger } from './ledger.ts';

/** Durable here, durable at the parent, in the books. */
export type Stage = 'accepted' | 'relayed' | 'settled';

export function stageOf(ledger: Ledger, entry: Pick<Entry, 'writer' | 'seq'>): Stage {
  const stream = ledger.streams.get(entry.writer);
  if (stream === undefined) return 'accepted';
  if (stream.head.settled.seq >= entry.seq) return 'settled';
  return stream.head.relayed.seq >= entry.seq ? 'relayed' : 'accepted';
}
