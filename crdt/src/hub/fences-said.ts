/** Fences said: what it does here that somebody below says whom it shut out (F3, F3a). */
import { replicaOf, type WriterId } from '../ids.ts';
import { type FenceSaid, noteRelayedFence } from './relayed-fence.ts';
import type { TakeIn } from './take-in.ts';

/**
 * A descendant shut out a child of its own, or a former life of itself: its ancestors hold that writer for
 * fenced too, by whatever way it is reached meanwhile (F3a). The authority says in an own entry that it believes
 * this: another process of it that reads its books has to find when, for what that writer says from here on counts
 * as late (T8), and the word itself may have come before it was believed.
 */
export function takeInFence({ ledger, early, onFence, now }: TakeIn, by: WriterId, said: FenceSaid): void {
  // Of this replica itself nobody below decides, nor in its name.
  const me = replicaOf(ledger.self.writer);
  if (replicaOf(said.writer) === me || replicaOf(by) === me || early.isEarly(by, said)) return;
  const fence = noteRelayedFence(ledger, by, said)?.head.fence;
  if (!fence) return;
  if (ledger.self.head.parent === null)
    ledger.append({ type: 'fenced', writer: said.writer, ...fence }, '', 'system', now);
  onFence(said.writer, said.reason);
}
