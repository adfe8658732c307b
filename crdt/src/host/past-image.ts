/**
 * Past image: is this journal the past of what its machine already said? (F1)
 *
 * A witness outside the journal remembers where its chain stood. A journal that is older than its witness
 * was put back: it would spend rights twice, so its life is over.
 */
import type { Hash } from '../entry/entry.ts';
import { incarnationOf, type WriterId } from '../ids.ts';
import { sameBytes } from '../tally/join.ts';
import type { Point } from '../wire/frames.ts';

/**
 * @param witness undefined where none can be read: there is no evidence then, and the parent is the one who knows
 * @param journal its last own entry; undefined where it has none
 */
export function isPastImage(
  witness: Point | undefined,
  journal: Point | undefined,
  hashAt: (writer: WriterId, seq: number) => Hash | undefined,
): boolean {
  if (witness === undefined) return false;
  if (journal === undefined) return true;
  if (witness.writer !== journal.writer)
    return incarnationOf(witness.writer) >= incarnationOf(journal.writer);
  if (witness.seq > journal.seq) return true;
  const known = hashAt(witness.writer, witness.seq);
  // Undefined: pruned, hence settled long ago; nothing contradicts it.
  return known !== undefined && !sameBytes(known, witness.hash);
}
