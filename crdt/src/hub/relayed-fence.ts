/** Fences that somebody else decided: a descendant of a child or former life of its own, or an ancestor. */
import type { BodyOf, Hash } from '../entry/entry.ts';
import { replicaOf, type WriterId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import { parentAt } from '../replica/parent-at.ts';
import { settles } from '../replica/settler.ts';
import { isBranch, type Stream } from '../replica/stream.ts';
import { sameBytes } from '../tally/join.ts';

export type FenceSaid = Omit<BodyOf<'fenced'>, 'type'>;

/**
 * Whether it is a life of that writer's replica, of whose child the registry says that it is (F3a), or of
 * whoever settles it, that says so; or of whose child it was at that point, for that one may have taken back
 * what it had before it heard that it was given away (seed 13006411). Nobody else may.
 */
export function isShutOutBy(
  ledger: Ledger,
  stream: Stream,
  by: WriterId,
  parentThen: () => WriterId | null,
): boolean {
  const [replica, lost] = [replicaOf(by), replicaOf(stream.writer)];
  if (lost === replica || ledger.parentOf(lost) === replica || settles(ledger, replica, stream)) return true;
  const parent = parentThen();
  return parent !== null && replicaOf(parent) === replica;
}

/**
 * @returns the writer that is shut out here from now on too, or at another point; undefined where it is
 * not known that far, or was before.
 *
 * @param hashOf what stands here of that writer, where the journal can be asked for it.
 * @param parentOf whose child it was by then, likewise.
 */
export function noteRelayedFence(
  ledger: Ledger,
  by: WriterId | 'parent',
  { writer, seq, hash, reason }: FenceSaid,
  hashOf: (stream: Stream, seq: number) => Hash | undefined = (at, atSeq) => ledger.hashOf(at, atSeq),
  parentOf: (stream: Stream, seq: number) => WriterId | null = (at, atSeq) => parentAt(ledger, at, atSeq),
): Stream | undefined {
  const stream = ledger.streams.get(writer);
  // A branch is one from its first entry on: nobody makes one of a chain (L7).
  if (stream === undefined || seq > stream.head.seq || reason === 'branch') return undefined;
  const isNews =
    stream.head.fence === null || (by === 'parent' && isElsewhere(ledger, stream, { seq, hash }));
  if (!isNews || (by !== 'parent' && !isShutOutBy(ledger, stream, by, () => parentOf(stream, seq))))
    return undefined;
  // Of a writer that lived twice, another history may stand here (F2).
  const fence = { seq, hash: hashOf(stream, seq) ?? hash, reason };
  ledger.changeHead(stream, { fence, parent: parentOf(stream, seq) });
  return stream;
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
