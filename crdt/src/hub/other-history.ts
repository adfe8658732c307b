/** Other history: the second of a writer that lived twice, told by who was its parent once (F2, F3a). */
import type { Hash } from '../entry/entry.ts';
import type { ReplicaId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import { parentAt } from '../replica/parent-at.ts';
import type { Stream } from '../replica/stream.ts';
import { sameBytes } from '../tally/join.ts';
import type { Places } from './places.ts';

interface Told {
  readonly ledger: Ledger;
  readonly places: Places;
  readonly child: ReplicaId;
}

/**
 * An image that was put back was given another parent before anybody saw that it is one. Whose child it was by then
 * has the other history, and only both together show that it lived twice.
 */
export function isOtherHistory(
  { ledger, places, child }: Told,
  stream: Stream,
  seq: number,
  hash: Hash,
): boolean {
  const known = seq > 1 && stream.head.via !== null ? ledger.hashOf(stream, seq) : undefined;
  if (known === undefined || sameBytes(known, hash)) return false;
  const parent = parentAt(ledger, stream, seq - 1);
  const old = parent === null ? undefined : ledger.streams.get(parent);
  return old !== undefined && places.isOldWay(old, child);
}
