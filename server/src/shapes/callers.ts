/** Callers: what one of them may have of the shapes that all share, and which of its own go for another. */
import type { Shape } from './shape/shape.ts';

/** So long after it was last read, a shape of a caller who wants another may go. */
export const UNUSED_MS = 30_000;

export interface CallerLimits {
  readonly shapes: number;
  /** In the clauses of all of its shapes: each is asked of each row that changes. */
  readonly terms: number;
}

export type Owned = Pick<Shape, 'caller' | 'waiting' | 'touchedMs'> & {
  readonly rows: { readonly terms: number } | undefined;
};

/**
 * @param more that the caller wants
 * @returns those of its own to end for it, read longest ago first; undefined where it is too much and they are in use
 */
export function roomFor<T extends Owned>(
  caller: string,
  shapes: Iterable<T>,
  more: CallerLimits,
  most: CallerLimits,
  nowMs: number,
): readonly T[] | undefined {
  const own = [...shapes].filter((shape) => shape.caller === caller);
  let { shapes: count, terms } = more;
  count += own.length;
  for (const { rows } of own) terms += rows?.terms ?? 0;
  const unused = own.filter(({ waiting, touchedMs }) => waiting === 0 && touchedMs < nowMs - UNUSED_MS);
  unused.sort((a, b) => b.touchedMs - a.touchedMs);
  const going: T[] = [];
  while (count > most.shapes || terms > most.terms) {
    const shape = unused.pop();
    if (shape === undefined) return undefined;
    going.push(shape);
    count -= 1;
    terms -= shape.rows?.terms ?? 0;
  }
  return going;
}
