/**
 * Gathering: a turn waits a moment for those who shared the last commit, so that they share this one too.
 *
 * A flush of the disk takes as long for one sale as for a hundred. Those whom one commit answered come
 * back one by one: whoever is first would have the next flush alone, and all others would wait it out.
 * So a turn of fewer callers than the last one waits, in passes of the loop, until there are as many, at
 * most half as long as that commit took, and no longer than somebody comes: the passes cost the processor
 * whatever they wait for. A caller who is alone never waits, and frames, which nobody waits for, neither.
 */
/** On a slow disk: more would be felt at a till, and gain nothing. */
const WAIT_MS_MAX = 2;
/** Who comes back does so in tens of microseconds; after as long as this, nobody is on the way. */
const LULL_MS = 0.2;

export interface GatheringTools {
  nowMs(): number;
  /** Calls back in the next pass of the loop, when sockets were read. */
  nextPass(look: () => void): void;
}

export class Gathering {
  readonly #tools: GatheringTools;
  #callers = 0;
  #tookMs = 0;

  constructor(tools: GatheringTools) {
    this.#tools = tools;
  }

  /** How long the last commit took. */
  get tookMs(): number {
    return this.#tookMs;
  }

  /** Commits what so many callers share, and remembers how long the loop stood still for it. */
  commit<T>(callers: number, commit: () => T): T {
    const startedMs = this.#tools.nowMs();
    const committed = commit();
    this.#callers = callers;
    this.#tookMs = this.#tools.nowMs() - startedMs;
    return committed;
  }

  /** Calls `turn` once, in the next pass or in a later one. */
  whenGathered(callers: () => number, turn: () => void): void {
    let came = callers();
    let cameAtMs = this.#tools.nowMs();
    const untilMs = cameAtMs + Math.min(this.#tookMs / 2, WAIT_MS_MAX);
    const look = () => {
      const here = callers();
      if (here === 0 || here >= this.#callers) return turn();
      const nowMs = this.#tools.nowMs();
      if (here > came) [came, cameAtMs] = [here, nowMs];
      if (nowMs < untilMs && nowMs < cameAtMs + LULL_MS) this.#tools.nextPass(look);
      else turn();
    };
    this.#tools.nextPass(look);
  }
}
