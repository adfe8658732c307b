/**
 * Ahead: when a parent and all below it run low, what they should be sent before
 * anyone has to ask (R2).
 *
 * Targets cannot say this, for they only share what is here. So the need is measured
 * by itself: what is expected over the horizon, with a margin, for all sellers
 * together, and never less than two typical lines of the one that sells in the largest.
 */
import type { Need } from './demand.ts';

/** Covers about 19 of 20 horizons where many small lines add up; the rule of lines covers the lumpy rest. */
const MARGIN_Z = 1.64;
/** One line to sell and one to sell while more is on its way. */
const TYPICAL_LINES = 2;

/** Whole units that a place with these sellers should hold. */
export function neededAhead(sellers: readonly Need[], horizonMs: number): number {
  let mean = 0;
  let variance = 0;
  let typical = 0;
  for (const { rate, sigma2 } of sellers) {
    if (!(rate > 0)) continue;
    mean += rate * horizonMs;
    variance += Math.max(sigma2, rate) * horizonMs;
    // Σ units² / Σ units: the size of the line in which an average unit is sold.
    typical = Math.max(typical, sigma2 / rate);
  }
  return Math.ceil(Math.max(mean + MARGIN_Z * Math.sqrt(variance), TYPICAL_LINES * typical));
}
