/**
 * Admission: how many requests one pass of the event loop takes in, so that those it takes stay quick.
 *
 * A region is one thread: whatever comes while it works waits until the loop looks at its sockets again,
 * so the time of a pass is what everybody waits. As CoDel does it (RFC 8289), a long pass alone means
 * nothing (a batch, a pause for garbage); a delay that stands, where the shortest of several passes was
 * too long, means that more comes than can be done. Then a pass takes in as many as fit into the delay
 * that is wanted, and the rest hears so at once, which costs a fraction of what it asked for. Once passes
 * are short again the number grows back by tenths.
 */
import { performance } from 'node:perf_hooks';

/** What a pass may take. Two of them are not felt by anybody who waits for an answer over a network. */
const TARGET_MS = 10;
/** A flush takes as long for one as for all: a slow disk asks for more at a time, not for less. */
const COMMITS_PER_PASS = 4;
/** A delay stands when so many passes in a row, and for so long, were too long. */
const PASSES_MIN = 3;
const WINDOW_MS = 30;
/** Also where something else takes all the time, or the code is still cold, so many are taken in. */
const TAKEN_MIN = 64;
/** Without a delay that stands. */
const TAKEN_MAX = 512;
const GROWTH = 1.1;

export interface AdmissionTools {
  nowMs(): number;
  /** How long the loop had nothing to do since it began, in milliseconds. */
  idleMs(): number;
  /** Calls back once this pass has looked at all its sockets. */
  endOfPass(ended: () => void): void;
}

const TOOLS: AdmissionTools = {
  nowMs: () => performance.now(),
  idleMs: () => performance.eventLoopUtilization().idle,
  endOfPass: (ended) => void setImmediate(ended),
};

export class Admission {
  readonly #commitMs: () => number;
  readonly #tools: AdmissionTools;
  #isPassOpen = false;
  /** In this pass. */
  #taken = 0;
  #takenMax = TAKEN_MAX;
  #endedMs = 0;
  #idleMs = 0;
  /** Of the window. */
  #passes = 0;
  #busyMs = 0;
  #shortestMs = Number.POSITIVE_INFINITY;
  #takenInAll = 0;

  /** @param commitMs how long the last commit took */
  constructor(commitMs: () => number, tools: AdmissionTools = TOOLS) {
    this.#commitMs = commitMs;
    this.#tools = tools;
  }

  /** How many one pass takes in now. */
  get takenMax(): number {
    return this.#takenMax;
  }

  /** Asked for each request, once. @returns false where it is to be refused. */
  admits(): boolean {
    if (!this.#isPassOpen) {
      this.#isPassOpen = true;
      this.#tools.endOfPass(() => this.#endPass());
    }
    if (this.#taken >= this.#takenMax) return false;
    this.#taken += 1;
    return true;
  }

  #endPass(): void {
    const [nowMs, idleMs] = [this.#tools.nowMs(), this.#tools.idleMs()];
    const tookMs = nowMs - this.#endedMs - (idleMs - this.#idleMs);
    [this.#endedMs, this.#idleMs] = [nowMs, idleMs];
    this.#passes += 1;
    this.#busyMs += tookMs;
    this.#shortestMs = Math.min(this.#shortestMs, tookMs);
    this.#takenInAll += this.#taken;
    this.#taken = 0;
    this.#isPassOpen = false;
    if (this.#passes >= PASSES_MIN && this.#busyMs >= WINDOW_MS) this.#endWindow();
  }

  #endWindow(): void {
    const targetMs = Math.max(TARGET_MS, COMMITS_PER_PASS * this.#commitMs());
    const fitting = (this.#takenInAll / this.#busyMs) * targetMs;
    const next = this.#shortestMs > targetMs ? fitting : Math.ceil(this.#takenMax * GROWTH);
    this.#takenMax = Math.min(TAKEN_MAX, Math.max(TAKEN_MIN, Math.floor(next)));
    this.#passes = 0;
    this.#busyMs = 0;
    this.#takenInAll = 0;
    this.#shortestMs = Number.POSITIVE_INFINITY;
  }
}
