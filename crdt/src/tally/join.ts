/**
 * Join: two copies of what one writer says, met in a checkpoint (T2).
 *
 * The one with the longer verified chain wins whole. Never column by column: two
 * branches of a fork would mix into a history that nobody lived.
 */
import type { PoolId } from '../ids.ts';
import type { Row } from './row.ts';

export interface WriterRows {
  /** The last entry folded in, whose chain the holder has verified. */
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly rows: ReadonlyMap<PoolId, Readonly<Row>>;
}

export type Joined =
  | { readonly kind: 'joined'; readonly rows: WriterRows }
  /** T3: one seq, two hashes. Both copies are kept by whoever called. */
  | { readonly kind: 'fork'; readonly seq: number };

export function joinWriter(a: WriterRows, b: WriterRows): Joined {
  if (a.seq === b.seq && !sameBytes(a.hash, b.hash)) return { kind: 'fork', seq: a.seq };
  return { kind: 'joined', rows: a.seq >= b.seq ? a : b };
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
