/** Bounds: how small the small case is. Every one is printed with the result; within them nothing is left out. */
export interface Bounds {
  /** Units that the parent receives, in one delivery. */
  readonly units: number;
  /** Commands in all, the delivery included. */
  readonly acts: number;
  /** Sales that may be begun at each child; the same id again does not count. */
  readonly salesEach: number;
  /** The most units of one sale: each size from 1 to this is tried. */
  readonly saleUnitsMax: number;
  /** Holds in all. */
  readonly holds: number;
  /** Times that a child may be asked for the id of its latest sale again. */
  readonly repeats: number;
  readonly duplicates: number;
  readonly drops: number;
  readonly crashes: number;
  readonly restores: number;
  /** A restored image lacks at most this many commits. */
  readonly restoreBack: number;
  /** Steps of time; each is long enough for every resend, or for every deadline. */
  readonly ticks: number;
  /** Duplicates, drops, crashes, restores and ticks together. */
  readonly faults: number;
}

/**
 * Some 1.2 million states, in a minute and a half of one core. Time stands still in them and moves only when a
 * calm state is brought to rest; one tick within the exploration makes several times as many.
 */
export const FULL: Bounds = {
  units: 3,
  acts: 3,
  salesEach: 1,
  saleUnitsMax: 1,
  holds: 1,
  repeats: 0,
  duplicates: 1,
  drops: 1,
  crashes: 1,
  restores: 1,
  restoreBack: 3,
  ticks: 0,
  faults: 1,
};

export const BOUND_NAMES = Object.keys(FULL) as (keyof Bounds)[];
