/**
 * Gathering: a turn waits a moment for those who shared the last commit, so that they share this one too.
 *
 * A flush of the disk takes as long for one sale as for a hundred. Those whom one commit answered come
 * back one by one: whoever is first would have the next flush alone, and all others would wait it out.
 * So a turn that is smaller than the last one waits, in passes of the loop, until it is as large, at
 * most half as long as that commit took. A caller who is alone never waits.
 */
/** On a slow disk: more would be felt at a till, and gain nothing. */
const WAIT_MS_MAX = 2;

export interface GatheringTools {
  nowMs(): number;
  /** Calls back in the next pass of the loop, when sockets were read. */
  nextPass(look: () => void): void;
}

export class Gathering {
  readonly #tools: GatheringTools;
  #size = 0;
  #tookMs = 0;

  constructor(tools: GatheringTools) {
    this.#tools = tools;
  }

  /** How long the last commit took. */
  get tookMs(): number {
    return this.#tookMs;
  }

  /** Commits what so many inputs share, and remembers how long the loop stood still for it. */
  commit<T>(size: number, commit: () => T): T {
    const startedMs = this.#tools.nowMs();
    const committed = commit();
    this.#size = size;
    this.#tookMs = this.#tools.nowMs() - startedMs;
    return committed;
  }

  /** Calls `turn` once, in the next pass or in a later one. */
  whenGathered(waiting: () => number, turn: () => void): void {
    const untilMs = this.#tools.nowMs() + Math.min(this.#tookMs / 2, WAIT_MS_MAX);
    const look = () => {
      const size = waiting();
      if (size > 0 && size < this.#size && this.#tools.nowMs() < untilMs) this.#tools.nextPass(look);
      else turn();
    };
    this.#tools.nextPass(look);
  }
}
