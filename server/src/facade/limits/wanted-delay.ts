/**
 * The wanted delay: how long those who are taken in may wait while there is a crowd.
 *
 * Short, they are answered at once; but with nothing left to do, a region stands idle until more comes, and has
 * turned away who could have been served. On a machine of its own that never happens. Where callers, or the
 * region itself, get their processor by turns, requests come in lumps, and what is kept back has to last until
 * the next one. So it is learnt, as Linux learns how long the queue of a network card must be (its dynamic queue
 * limits): more where the loop rested though somebody had been refused, less, slowly, where it never did.
 */

/** A pass takes as long, and two of them are not felt by anybody who waits for an answer over a network. */
const MS_MIN = 10;
/** Longer pauses cost more in waiting than is won by bridging them. */
const MS_MAX = 40;
/** By windows of a tenth of a second: a machine's pauses are known after half a second, and forgotten in three. */
const LONGER_MS = 5;
const SHORTER_MS = 1;
/** The share of a window in which a loop rests that works without a pause: looking at its sockets is no work. */
const RESTED_SHARE = 0.02;
/** A flush takes as long for one as for all: a slow disk asks for more at a time, not for less. */
const COMMITS = 4;
/** Disks are moody: one slow flush, or a quick one, says little of the next. */
const COMMIT_SHARE = 1 / 8;

export class WantedDelay {
  #ms = MS_MIN;
  #commitMs = 0;

  /** How long a pass takes that leaves nobody waiting too long, in milliseconds; longer is a crowd. */
  get shortestMs(): number {
    return Math.max(MS_MIN, COMMITS * this.#commitMs);
  }

  /** What a pass may take in a crowd, in milliseconds. */
  get ms(): number {
    return Math.max(this.#ms, COMMITS * this.#commitMs);
  }

  /** After each pass. @param commitMs how long the last commit took */
  committed(commitMs: number): void {
    this.#commitMs += (commitMs - this.#commitMs) * COMMIT_SHARE;
  }

  /** After some passes. @param restedMs of it the loop had nothing to do, though somebody was refused */
  learn(spanMs: number, restedMs: number): void {
    const longer = restedMs > RESTED_SHARE * spanMs;
    this.#ms = longer ? Math.min(MS_MAX, this.#ms + LONGER_MS) : Math.max(MS_MIN, this.#ms - SHORTER_MS);
  }
}
