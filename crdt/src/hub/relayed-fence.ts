/** Fences that somebody else decided: a descendant of a child or former life of its own, or an ancestor. */
import type { BodyOf } from '../entry/entry.ts';
import { replicaOf, type WriterId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import { settles } from '../replica/settler.ts';
import { isBranch, type Stream } from '../replica/stream.ts';
import { sameBytes } from '../tally/join.ts';

export type FenceSaid = Omit<BodyOf<'fenced'>, 'type'>;

/**
 * Whether it is a life of that writer's replica, of whose child the registry says that it is (F3a), or of
 * whoever settles it, that says so: nobody else may.
 */
export function isShutOutBy(ledger: Ledger, stream: Stream, by: WriterId): boolean {
  const [replica, lost] = [replicaOf(by), replicaOf(stream.writer)];
  return lost === replica || ledger.parentOf(lost) === replica || settles(ledger, replica, stream);
}

/**
 * @returns the writer that is shut out here from now on too, or at another point; undefined where it is
 * not known that far, or was before.
 */
export function noteRelayedFence(
  ledger: Ledger,
  by: WriterId | 'parent',
  { writer, seq, hash, reason }: FenceSaid,
): Stream | undefined {
  const stream = ledger.streams.get(writer);
  if (stream === undefined || seq > stream.head.seq) return undefined;
  const known = ledger.hashOf(stream, seq);
  const isElsewhere = stream.head.fence !== null && stream.head.fence.seq !== seq && !isBranch(stream);
  // Two machines with one identity may have shut out a child of theirs each where it stood: what the
  // books say counts, for what was surrendered behind that point is in one account and not in another (F2).
  const isCorrected = by === 'parent' && isElsewhere && known !== undefined && sameBytes(known, hash);
  if (stream.head.fence !== null && !isCorrected) return undefined;
  if (by !== 'parent' && !isShutOutBy(ledger, stream, by)) return undefined;
  // Of a writer that lived twice, another history may stand here (F2).
  ledger.changeHead(stream, { fence: { seq, hash: known ?? hash, reason } });
  return stream;
}
