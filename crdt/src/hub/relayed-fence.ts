/** Fences that somebody else decided: a descendant of a child or former life of its own, or an ancestor. */
import type { BodyOf } from '../entry/entry.ts';
import { type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { copyOf } from '../replica/branches.ts';
import type { Ledger } from '../replica/ledger.ts';
import { parentAt, parentsOf } from '../replica/parent-at.ts';
import { settles } from '../replica/settler.ts';
import { isBranch, type Stream } from '../replica/stream.ts';
import { sameBytes } from '../tally/join.ts';

export type FenceSaid = Omit<BodyOf<'fenced'>, 'type'>;

/**
 * Whether it is a life of that writer's replica, of whose child the registry says that it is (F3a), or of
 * whoever settles it, that says so; or of who stood above it at that point, for that one may have taken back
 * what it had before it heard that it was given away (seed 13006411). Also by what it is said to have said behind
 * its own fence, whoever brings it: what it took back there counts as well (seed 19009499).
 *
 * @param parentThen whose child it was by then
 */
export function isShutOutBy(
  ledger: Ledger,
  stream: Stream,
  by: WriterId,
  parentThen: () => WriterId | null,
): boolean {
  const [replica, lost] = [replicaOf(by), replicaOf(stream.writer)];
  if (lost === replica || ledger.parentOf(lost) === replica || settles(ledger, replica, stream)) return true;
  return stoodAbove(ledger, replica, parentThen());
}

/** That parent, or who settled its children in the place of one that has ended: whoever that was below at any time. */
function stoodAbove(ledger: Ledger, replica: ReplicaId, parent: WriterId | null): boolean {
  const above = new Set<WriterId | null>([parent]);
  for (const at of above) {
    if (at === null) continue;
    if (replicaOf(at) === replica) return true;
    const stream = ledger.streams.get(at);
    // A root stood below nobody, and what it wrote is long.
    if (stream !== undefined && stream.head.fence !== null && stream.head.parent !== null)
      for (const named of parentsOf(ledger, stream)) above.add(named);
  }
  return false;
}

/**
 * @param by who said so; 'above' where somebody who decides about that has believed it.
 * @returns the writer that is shut out here from now on too, or at another point; undefined where it is
 * not known that far, or was before.
 */
export function noteRelayedFence(
  ledger: Ledger,
  by: WriterId | 'above',
  { writer, seq, hash, reason }: FenceSaid,
): Stream | undefined {
  const stream = ledger.streams.get(writer);
  // A branch is one from its first entry on: nobody makes one of a chain (L7).
  if (stream === undefined || seq > stream.head.seq || reason === 'branch') return undefined;
  const isNews = stream.head.fence === null || (by === 'above' && isElsewhere(ledger, stream, { seq, hash }));
  if (!isNews || (by !== 'above' && !isShutOutBy(ledger, stream, by, () => parentAt(ledger, stream, seq))))
    return undefined;
  // Of a writer that lived twice, another history may stand here (F2).
  const fence = { seq, hash: ledger.hashOf(stream, seq) ?? hash, reason };
  ledger.changeHead(stream, { fence, parent: parentAt(ledger, stream, seq) });
  return stream;
}

/**
 * What the parent says of another history of a writer that lived twice holds here up to where the two part: what
 * follows in the chain that stands here is a branch there (F2, seed 21003583).
 */
export function saidOfChain(ledger: Ledger, said: FenceSaid): FenceSaid {
  let { seq, hash } = said;
  let at = ledger.branches.size === 0 ? undefined : copyOf(ledger, said.writer, seq, hash);
  while (at !== undefined && isBranch(at)) {
    const { fence, parent }: Stream['head'] = at.head;
    if (fence !== null) ({ seq, hash } = fence);
    at = parent === null ? undefined : ledger.streams.get(parent);
  }
  return { ...said, seq, hash };
}

/**
 * Two machines with one identity may have shut out a child of theirs each where it stood. What the books say
 * counts: what was surrendered behind that point is in one account and not in another (F2).
 */
function isElsewhere(
  ledger: Ledger,
  stream: Stream,
  { seq, hash }: Pick<FenceSaid, 'seq' | 'hash'>,
): boolean {
  if (isBranch(stream) || stream.head.fence?.seq === seq) return false;
  const known = ledger.hashOf(stream, seq);
  return known !== undefined && sameBytes(known, hash);
}
