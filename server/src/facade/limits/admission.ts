/**
 * Admission: how many requests one pass of the event loop takes in, so that those it takes stay quick.
 *
 * A region is one thread: whatever comes while it works waits until the loop looks at its sockets again,
 * so the time of a pass is what everybody waits. As CoDel does it (RFC 8289), a long pass alone means
 * nothing (a batch, a pause for garbage); a delay that stands, where the shortest of all passes of a
 * tenth of a second was too long, or one that grows from pass to pass for as long, means that more comes
 * than can be done: a crowd. After a pause passes get shorter each time. In a crowd a pass takes in as
 * many as fit into the wanted delay, and the rest hears so at once, which costs a fraction of what
 * it asked for. A crowd is over when nobody had to be refused for a while.
 */
import { performance } from 'node:perf_hooks';
import { WantedDelay } from './wanted-delay.ts';

/** A delay stands when so many passes in a row, and for so long, were too long: CoDel's interval. */
const PASSES_MIN = 3;
const WINDOW_MS = 100;
/** Of the mean of a window: a last pass that is shorter has others before it that were longer. */
const FALLING_SHARE = 3 / 4;
/** Also where something else takes all the time, or the code is still cold, so many are taken in. */
const TAKEN_MIN = 64;
/** Where there is no crowd: what comes in a quarter of a second, should the loop stand still for that long. */
const TAKEN_MAX = 1_024;
/** Of what an order costs, beside orders: fitted over windows of a tenth of a second, most of it the kernel's. */
const REFUSAL_COST = 0.3;
/** Without a refusal, until a crowd is over. */
const CALM_MS = 500;

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
  readonly #delay = new WantedDelay();
  #isPassOpen = false;
  /** In this pass. */
  #taken = 0;
  #takenMax = TAKEN_MAX;
  #isCrowded = false;
  #refused = 0;
  /** When the last one was refused, of a crowd. */
  #refusedMs = 0;
  #endedMs = 0;
  #idleMs = 0;
  #tookMs = 0;
  /** Passes that were too long, each longer than the one before, and how long they took together. */
  #growing = 0;
  #growingMs = 0;
  /** Of the window. */
  #beganMs = 0;
  #passes = 0;
  #busyMs = 0;
  #restedMs = 0;
  #shortestMs = Number.POSITIVE_INFINITY;
  #takenInAll = 0;
  #refusedInAll = 0;

  /** @param commitMs how long the last commit took */
  constructor(commitMs: () => number, tools: AdmissionTools = TOOLS) {
    this.#commitMs = commitMs;
    this.#tools = tools;
  }

  /** How many one pass takes in now. */
  get takenMax(): number {
    return this.#takenMax;
  }

  /** Whether more comes than can be done: those who come may be looked at for whether they are to be refused. */
  get isCrowded(): boolean {
    return this.#isCrowded;
  }

  /** Whether this pass has taken in what it can: who comes now is refused. */
  get isFull(): boolean {
    return this.#taken >= this.#takenMax;
  }

  /** Told of each request that was refused before it was read; it is then not asked about. */
  refused(): void {
    this.#refused += 1;
  }

  /** Asked for each request that was read, once. @returns false where it is to be refused. */
  admits(): boolean {
    if (!this.#isPassOpen) {
      this.#isPassOpen = true;
      this.#tools.endOfPass(() => this.#endPass());
    }
    if (this.isFull) {
      this.#refused += 1;
      return false;
    }
    this.#taken += 1;
    return true;
  }

  #endPass(): void {
    const [nowMs, idleMs] = [this.#tools.nowMs(), this.#tools.idleMs()];
    const restedMs = idleMs - this.#idleMs;
    const tookMs = nowMs - this.#endedMs - restedMs;
    [this.#endedMs, this.#idleMs] = [nowMs, idleMs];
    // Until somebody is refused, a rest is no loss.
    if (this.#refusedMs > this.#beganMs) this.#restedMs += restedMs;
    if (this.#refused > 0) this.#refusedMs = nowMs;
    this.#passes += 1;
    this.#busyMs += tookMs;
    this.#delay.committed(this.#commitMs());
    this.#shortestMs = Math.min(this.#shortestMs, tookMs);
    this.#takenInAll += this.#taken;
    this.#refusedInAll += this.#refused;
    [this.#taken, this.#refused] = [0, 0];
    this.#isPassOpen = false;
    if (nowMs - this.#refusedMs > CALM_MS) {
      this.#isCrowded = false;
      this.#takenMax = TAKEN_MAX;
    }
    const begins = this.#grows(tookMs) && !this.#isCrowded;
    if (begins) this.#crowded(nowMs);
    if (begins || (this.#passes >= PASSES_MIN && this.#busyMs >= WINDOW_MS)) this.#endWindow(nowMs);
  }

  #crowded(nowMs: number): void {
    this.#isCrowded = true;
    this.#refusedMs = nowMs;
  }

  /** Whatever comes until a crowd is noticed is taken in, and kept waiting: so it is looked at after each pass. */
  #grows(tookMs: number): boolean {
    const isLonger = tookMs > this.#delay.crowdMs && tookMs > this.#tookMs;
    this.#growing = isLonger ? this.#growing + 1 : 0;
    this.#growingMs = isLonger ? this.#growingMs + tookMs : 0;
    this.#tookMs = tookMs;
    return this.#growing >= PASSES_MIN && this.#growingMs >= WINDOW_MS;
  }

  /** After a pause passes are too long as well, and shorter each time: what came in it is being worked off. */
  #stands(): boolean {
    const falls = this.#tookMs < (FALLING_SHARE * this.#busyMs) / this.#passes;
    return this.#shortestMs > this.#delay.crowdMs && !falls;
  }

  #endWindow(nowMs: number): void {
    const refusing = REFUSAL_COST * this.#refusedInAll;
    const work = this.#takenInAll + refusing;
    this.#delay.learn(this.#restedMs / (nowMs - this.#beganMs), refusing / work);
    if (!this.#isCrowded && this.#stands()) this.#crowded(nowMs);
    if (this.#isCrowded) {
      // Refusals are no reason to take in fewer: the more were refused, the more would be.
      const fitting = Math.floor((work / this.#busyMs) * this.#delay.ms);
      this.#takenMax = Math.min(TAKEN_MAX, Math.max(TAKEN_MIN, fitting));
    }
    this.#beganMs = nowMs;
    this.#passes = 0;
    this.#busyMs = 0;
    this.#restedMs = 0;
    this.#takenInAll = 0;
    this.#refusedInAll = 0;
    this.#shortestMs = Number.POSITIVE_INFINITY;
  }
}
