/**
 * The wanted delay: how long the work may take that a pass takes in while there is a crowd.
 *
 * Short, they are answered at once; but with nothing left to do, a region stands idle until more comes, and has
 * turned away who could have been served. On a machine of its own that never happens. Where callers, or the
 * region itself, get their processor by turns, requests come in lumps, and what is kept back has to last until
 * the next one. So it is learnt, as Linux learns how long the queue of a network card must be (its dynamic queue
 * limits): more where the loop rested though somebody had been refused, less, slowly, where it never did. More too
 * where refusals take up the time: those who ask again at once then ask less often.
 */

/** A delay that stands for longer than this is a crowd: two of them are not felt by anybody who waits for an answer over a network. */
const CROWD_MS = 10;
/**
 * In a crowd less: with the refusals between them a pass takes half as long again, and whoever is taken in waits for the end of
 * one and for another. Down to here a commit for fewer costs next to nothing, and the collector has less under way to copy.
 */
const MS_MIN = 5;
/** Longer pauses cost more in waiting than is won by bridging them. */
const MS_MAX = 20;
/** By windows of a tenth of a second: a machine's pauses are known after a quarter of a second, and forgotten in one and a half. */
const RESTED_MS = 5;
const SHORTER_MS = 1;
/** Slowly: what has come until a crowd is noticed is told so the sooner, the shorter the passes are. Who asks again for seconds is met with longer ones. */
const REFUSING_MS = 1;
/** The share of a window in which a loop rests that works without a pause: looking at its sockets is no work. */
const RESTED_SHARE_MAX = 0.02;
/** Of the work of a region. Where twice as much comes as it can do, it spends a third on refusals whatever the delay. */
const REFUSING_SHARE_MAX = 1 / 2;
/** A flush takes as long for one as for all: a slow disk asks for more at a time, not for less. */
const COMMITS = 4;
/** Disks are moody: one slow flush, or a quick one, says little of the next. */
const COMMIT_SHARE = 1 / 8;

export class WantedDelay {
  #ms = MS_MIN;
  #commitMs = 0;

  /** How long a pass takes that leaves nobody waiting too long, in milliseconds; longer is a crowd. */
  get crowdMs(): number {
    return Math.max(CROWD_MS, COMMITS * this.#commitMs);
  }

  /** What a pass may take in a crowd, in milliseconds. */
  get ms(): number {
    return Math.max(this.#ms, COMMITS * this.#commitMs);
  }

  /** After each pass. @param commitMs how long the last commit took */
  committed(commitMs: number): void {
    this.#commitMs += (commitMs - this.#commitMs) * COMMIT_SHARE;
  }

  /**
   * After some passes.
   * @param rested the share of the time in which the loop had nothing to do, though somebody was refused
   * @param refusing the share of the work that went into refusals
   */
  learn(rested: number, refusing: number): void {
    const moreMs =
      rested > RESTED_SHARE_MAX ? RESTED_MS : refusing > REFUSING_SHARE_MAX ? REFUSING_MS : -SHORTER_MS;
    this.#ms = Math.min(MS_MAX, Math.max(MS_MIN, this.#ms + moreMs));
  }
}
