/** Every: something done now and again, one at a time, that may fail and is tried again. */
import type { Log } from '@tallystick/store-agent';
import type { Duty } from './leader.ts';

export class Every implements Duty {
  readonly #everyMs: number;
  readonly #log: Log;
  readonly #failed: string;
  readonly #act: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #acting: Promise<void> | undefined;

  constructor(everyMs: number, log: Log, failed: string, act: () => Promise<void>) {
    this.#everyMs = everyMs;
    this.#log = log;
    this.#failed = failed;
    this.#act = act;
  }

  start(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.now(), this.#everyMs);
    this.#timer.unref();
    void this.now();
  }

  /** Once, unless it is being done. */
  now(): Promise<void> {
    this.#acting ??= this.#act()
      .catch((error: unknown) => this.#log.warn({ err: error }, this.#failed))
      .finally(() => {
        this.#acting = undefined;
      });
    return this.#acting;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#acting;
  }
}
