/**
 * Progress print: one fingerprint of what has happened to all order lines together.
 *
 * It is linear: the print of a table is the sum of the prints of the entries that made it,
 * in any order. So `verify` compares the table with the entries without holding either in
 * memory, and what pruned entries did stays behind as sixteen bytes.
 */
import { type Digest, type Entry, foldProgress, type LineProgress } from '@tallystick/crdt';
import { digestLine } from './line-digest.ts';

const COLUMNS = ['cancelled', 'shipped', 'returned'] as const;

/** Adds what one entry did. */
export function addEntryProgress(print: Digest, { body }: Entry): void {
  foldProgress(body, (orderId, lineId, change) => addProgress(print, orderId, lineId, change));
}

/** Adds the progress of one order line. */
export function addProgress(
  print: Digest,
  orderId: string,
  lineId: string,
  progress: Partial<LineProgress>,
): void {
  for (const column of COLUMNS) {
    const n = progress[column] ?? 0;
    if (n === 0) continue;
    const weight = digestLine([orderId, lineId, column]);
    // Odd, so that no difference below 2^32 is weighed to nothing.
    print.lo = (print.lo + Math.imul(weight.lo | 1, n)) | 0;
    print.hi = (print.hi + Math.imul(weight.hi | 1, n)) | 0;
  }
}
