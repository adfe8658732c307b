/** Every: something done now and again, one at a time, that may fail and is tried again. */
import type { Log } from '@tallystick/store-agent';
import type { Duty } from './leader.ts';

/** After it is done it is left alone for so many times as long as it took, and for no longer than that. */
export interface Rest {
  readonly factor: number;
  readonly msMax: number;
}

export class Every implements Duty {
  readonly #everyMs: number;
  readonly #log: Log;
  readonly #failed: string;
  readonly #act: (stopping: AbortSignal) => Promise<void>;
  #stopping = new AbortController();
  readonly #rest: Rest;
  #restsUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #acting: Promise<void> | undefined;

  /** @param act told when it is to stop: what takes long ends at its next step, and leaves the rest for another time */
  constructor(
    everyMs: number,
    log: Log,
    failed: string,
    act: (stopping: AbortSignal) => Promise<void>,
    rest: Rest = { factor: 0, msMax: 0 },
  ) {
    this.#rest = rest;
    this.#everyMs = everyMs;
    this.#log = log;
    this.#failed = failed;
    this.#act = act;
  }

  start(): void {
    clearInterval(this.#timer);
    this.#stopping = new AbortController();
    this.#timer = setInterval(() => this.#now(), this.#everyMs);
    this.#timer.unref();
    this.#now();
  }

  /** Once, unless it is being done or rests. */
  #now(): void {
    const beganMs = performance.now();
    if (beganMs < this.#restsUntilMs) return;
    this.#acting ??= this.#act(this.#stopping.signal)
      .catch((error: unknown) => this.#log.warn({ err: error }, this.#failed))
      .finally(() => {
        const { factor, msMax } = this.#rest;
        const endedMs = performance.now();
        this.#restsUntilMs = endedMs + Math.min(msMax, factor * (endedMs - beganMs));
        this.#acting = undefined;
      });
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#acting;
  }
}
