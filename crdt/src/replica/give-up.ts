/**
 * Giving up a lost replica (F3): its lives are fenced; what they still held stays with them
 * until it is reclaimed by whoever settles them.
 */
import type { Places } from '../hub/places.ts';
import type { ReplicaId, WriterId } from '../ids.ts';
import type { Ledger, Now } from './ledger.ts';
import { giveUpNamed } from './recovery.ts';
import type { Replica } from './replica.ts';
import { settlesHere } from './settler.ts';
import { ABOVE } from './stream.ts';

/** @returns the writers that are settled here, or undefined where there is none. */
export function giveUp(
  { ledger, hub, moving }: Pick<Replica, 'ledger' | 'hub' | 'moving'>,
  replica: ReplicaId,
  now: Now,
  hangUp: (message: string) => void,
): readonly WriterId[] | undefined {
  bringWhereItBelongs(ledger, moving.places, replica);
  const settled = () => ledger.livesOf(replica).filter((life) => settlesHere(ledger, life));
  const lives = settled();
  // Where its parent is lost too, nobody above may have heard that it was given up there.
  for (const life of lives) if (life.head.fence === null) hub.fence(life, 'retired', now);
  giveUpNamed(ledger, replica, lives[0], moving.places.wayTo(replica));
  const ended = settled();
  if (ended.length === 0) return undefined;
  if (hub.children.get(replica)?.session !== undefined) hangUp('This replica was retired.');
  return ended.map((life) => life.writer);
}

/**
 * Given to another part of the tree below here and lost before it spoke there, it is brought there by this act: its
 * old parent settles nothing of it any more, its new one never heard of it, and this replica stands above both (F3a).
 */
function bringWhereItBelongs(ledger: Ledger, places: Places, replica: ReplicaId): void {
  const place = places.wayTo(replica);
  const via = ledger.livesOf(replica)[0]?.head.via;
  if (place === undefined || place === ABOVE || via === undefined || via === null || via === place) return;
  places.arrived(replica, place);
}
