/** Fences that somebody else decided: a descendant of a child or former life of its own, or an ancestor. */
import type { BodyOf } from '../entry/entry.ts';
import { replicaOf, type WriterId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';

export type FenceSaid = Omit<BodyOf<'fenced'>, 'type'>;

/** @returns the writer that is shut out here from now on too; undefined where it is not known that far, or was before. */
export function noteRelayedFence(
  ledger: Ledger,
  by: WriterId | 'parent',
  { writer, seq, hash, reason }: FenceSaid,
): Stream | undefined {
  const stream = ledger.streams.get(writer);
  if (stream === undefined || stream.head.fence !== null || seq > stream.head.seq) return undefined;
  const settlers = [writer, stream.head.parent].map((each) => each && replicaOf(each));
  if (by !== 'parent' && !settlers.includes(replicaOf(by))) return undefined;
  ledger.touchHead(stream).fence = { seq, hash, reason };
  return stream;
}
