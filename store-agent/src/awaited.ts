/** Awaited: promises that something becomes true of this replica, looked at after each of its turns. */
interface Waiting {
  isTrue(): boolean;
  done(): void;
}

/** More than this and the oldest stops waiting: each is looked at after every turn. */
const WAITING_MAX = 1_000;

export class Awaited {
  readonly #waiting = new Set<Waiting>();

  /** Resolves when it is true, or after `waitMs` milliseconds, whichever is first. */
  async when(isTrue: () => boolean, waitMs: number): Promise<void> {
    if (isTrue()) return;
    if (this.#waiting.size >= WAITING_MAX) this.#waiting.values().next().value?.done();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => waiting.done(), waitMs);
      const waiting: Waiting = {
        isTrue,
        done: () => {
          clearTimeout(timer);
          this.#waiting.delete(waiting);
          resolve();
        },
      };
      this.#waiting.add(waiting);
    });
  }

  look(): void {
    for (const waiting of this.#waiting) if (waiting.isTrue()) waiting.done();
  }
}
