/**
 * Giving up a lost replica (F3): its lives are fenced; what they still held stays with them
 * until it is reclaimed by whoever settles them.
 */
import type { Hub } from '../hub/hub.ts';
import type { ReplicaId, WriterId } from '../ids.ts';
import type { Ledger, Now } from './ledger.ts';
import { giveUpNamed } from './recovery.ts';
import { settlesHere } from './settler.ts';

/** @returns the writers that are settled here, or undefined where there is none. */
export function giveUp(
  ledger: Ledger,
  hub: Hub,
  replica: ReplicaId,
  now: Now,
  hangUp: (message: string) => void,
): readonly WriterId[] | undefined {
  const settled = () => ledger.livesOf(replica).filter((life) => settlesHere(ledger, life));
  const lives = settled();
  // Where its parent is lost too, nobody above may have heard that it was given up there.
  for (const life of lives) if (life.head.fence === null) hub.fence(life, 'retired', now);
  giveUpNamed(ledger, replica, lives[0]);
  const ended = settled();
  if (ended.length === 0) return undefined;
  if (hub.children.get(replica)?.session !== undefined) hangUp('This replica was retired.');
  return ended.map((life) => life.writer);
}
