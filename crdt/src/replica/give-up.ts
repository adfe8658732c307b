/**
 * Giving up a lost replica (F3): its lives are fenced; what they still held stays with them
 * until it is reclaimed by whoever settles them.
 */
import type { Hub } from '../hub/hub.ts';
import { type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import type { Ledger, Now } from './ledger.ts';
import { noteLostLife } from './recovery.ts';
import { settlesHere } from './settler.ts';

/** @returns the writers that are settled here, or undefined where there is none. */
export function giveUp(
  ledger: Ledger,
  hub: Hub,
  replica: ReplicaId,
  now: Now,
  hangUp: (message: string) => void,
): readonly WriterId[] | undefined {
  const lives = ledger.livesOf(replica).filter((life) => settlesHere(ledger, life));
  // Where its parent is lost too, nobody above may have heard that it was given up there.
  for (const life of lives) if (life.head.fence === null) hub.fence(life, 'retired', now);
  for (const named of namedBy(ledger)) if (replicaOf(named) === replica) noteLostLife(ledger, named);
  if (lives.length > 0 && hub.children.get(replica)?.session !== undefined)
    hangUp('This replica was retired.');
  return lives.length === 0 ? undefined : lives.map((life) => life.writer);
}

/** Everybody to whom somebody sent units, or from whom somebody took them. */
function namedBy(ledger: Ledger): Set<WriterId> {
  const named = new Set<WriterId>();
  for (const stream of ledger.streams.values())
    for (const [, { sent, took }] of stream.rows())
      for (const cells of [sent, took]) for (const { writer } of cells) named.add(writer);
  return named;
}
