/**
 * Packing: lines of one SKU into the locations that were chosen for the order.
 *
 * Whole lines are a bin-packing problem. The largest line goes first, each to the
 * first location with room for it; where that leaves a line over, some backtracking
 * looks for another way. Orders rarely have one SKU on more than two lines, and up to
 * four lines at four locations the search is exhaustive.
 */
import type { Sku } from '../ids.ts';

export interface PackedLine {
  /** The line's place in the order. */
  readonly index: number;
  readonly units: number;
  readonly maySplit: boolean;
}

/** The lines of one SKU, and what is left of it at each location, by index. */
export interface SkuGroup {
  readonly sku: Sku;
  /** Those that stay whole, then those that may come in pieces; each largest first. */
  readonly lines: readonly PackedLine[];
  readonly total: number;
  readonly left: readonly number[];
}

export interface Placed {
  readonly index: number;
  readonly location: number;
  readonly units: number;
}

/** Covers 4 lines at 4 locations (256 ways), and bounds what a hostile order may cost. */
const BACKTRACKS_MAX = 256;

/** Every line at one of the chosen locations (best first), or in pieces where it may be; undefined where that cannot be. */
export function pack(group: SkuGroup, chosen: readonly number[]): Placed[] | undefined {
  const left = chosen.map((location) => group.left[location] as number);
  if (sum(left) < group.total) return undefined;
  const split = group.lines.findIndex(({ maySplit }) => maySplit);
  const whole = split < 0 ? group.lines : group.lines.slice(0, split);
  const placed = packWhole(whole, chosen, left);
  // Whatever is left somewhere serves a line in pieces, and in all there is enough.
  return split < 0 || placed === undefined
    ? placed
    : [...placed, ...packSplit(group.lines.slice(split), chosen, left)];
}

/** @param left what remains at each of them; less by what is placed */
function packWhole(
  lines: readonly PackedLine[],
  chosen: readonly number[],
  left: number[],
): Placed[] | undefined {
  const at: number[] = lines.map(() => -1);
  let backtracks = 0;
  for (let i = 0; i < lines.length; ) {
    const units = lines[i]?.units as number;
    const from = at[i] as number;
    if (from >= 0) left[from] = (left[from] as number) + units;
    const next = left.findIndex((room, slot) => slot > from && room >= units);
    at[i] = next;
    if (next >= 0) {
      left[next] = (left[next] as number) - units;
      i += 1;
    } else if (i === 0 || backtracks === BACKTRACKS_MAX) {
      return undefined;
    } else {
      backtracks += 1;
      i -= 1;
    }
  }
  return lines.map(({ index, units }, i) => ({ index, units, location: chosen[at[i] as number] as number }));
}

/** Whole where one location has room, else in pieces, best location first. */
function packSplit(lines: readonly PackedLine[], chosen: readonly number[], left: number[]): Placed[] {
  const placed: Placed[] = [];
  for (const { index, units } of lines) {
    const whole = left.findIndex((room) => room >= units);
    let open = units;
    for (let slot = Math.max(0, whole); open > 0; slot += 1) {
      const piece = Math.min(open, left[slot] as number);
      if (piece === 0) continue;
      left[slot] = (left[slot] as number) - piece;
      open -= piece;
      placed.push({ index, units: piece, location: chosen[slot] as number });
    }
  }
  return placed;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
