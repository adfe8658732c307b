/** Fences said: what it does here that somebody below says whom it shut out (F3, F3a). */
import { replicaOf, type WriterId } from '../ids.ts';
import type { Stream } from '../replica/stream.ts';
import { type FenceSaid, noteRelayedFence } from './relayed-fence.ts';
import type { TakeIn } from './take-in.ts';

/**
 * A descendant shut out a child of its own, or a former life of itself: its ancestors hold that writer for
 * fenced too, by whatever way it is reached meanwhile (F3a).
 */
export function takeInFence(
  { ledger, early, onFence }: TakeIn,
  by: WriterId,
  said: FenceSaid,
): Stream | undefined {
  // Of this replica itself nobody below decides, nor in its name.
  const me = replicaOf(ledger.self.writer);
  if (replicaOf(said.writer) === me || replicaOf(by) === me || early.isEarly(by, said)) return undefined;
  const stream = noteRelayedFence(ledger, by, said);
  if (stream !== undefined) onFence(said.writer, said.reason);
  return stream;
}

/**
 * A word that stands in the books already is believed only now: who reads them has to find when (T8).
 */
export function takeInAgain(context: TakeIn, by: WriterId, said: FenceSaid): void {
  const { ledger, now } = context;
  const fence = takeInFence(context, by, said)?.head.fence;
  if (fence && ledger.self.head.parent === null)
    ledger.append({ type: 'fenced', writer: said.writer, ...fence }, '', 'system', now);
}
