/**
 * Turns: so many at once, and the others wait, in rounds over those in whose name they do: somebody who asks a thousand
 * times has as many turns as somebody who asks once.
 *
 * Where turns `rest`, each leaves as much time alone as it took while others wait for theirs: however many come, half of
 * the time is left for whatever else is done there.
 */
import { Problem } from '@tallystick/store-agent';

export interface TurnsBounds {
  readonly atOnce: number;
  readonly waitingMax: number;
  readonly rests?: boolean;
}

/** One that took long because something else was in the way says nothing of what the next will take. */
const REST_MS_MAX = 1_000;

export class Turns {
  readonly #bounds: TurnsBounds;
  #running = 0;
  #waiting = 0;
  /** By whose they are; the next round begins with the first. */
  readonly #queues = new Map<string, (() => void)[]>();

  constructor(bounds: TurnsBounds) {
    this.#bounds = bounds;
  }

  /** @throws Problem `overloaded` where too many wait already; and whatever `act` throws */
  async take<T>(whose: string, act: () => Promise<T>): Promise<T> {
    await this.#enter(whose);
    const beganMs = performance.now();
    try {
      return await act();
    } finally {
      const tookMs = performance.now() - beganMs;
      if (this.#waiting === 0 || this.#bounds.rests !== true) this.#next();
      else setTimeout(() => this.#next(), Math.min(REST_MS_MAX, tookMs)).unref();
    }
  }

  #enter(whose: string): Promise<void> {
    const { atOnce, waitingMax } = this.#bounds;
    if (this.#running < atOnce) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (this.#waiting >= waitingMax)
      throw new Problem('overloaded', 'Too many read the past here at once. Go on in a moment.');
    this.#waiting += 1;
    return new Promise((resolve) => {
      const queue = this.#queues.get(whose);
      if (queue === undefined) this.#queues.set(whose, [resolve]);
      else queue.push(resolve);
    });
  }

  /** The turn that ended is given on. */
  #next(): void {
    const [first] = this.#queues;
    if (first === undefined) {
      this.#running -= 1;
      return;
    }
    const [whose, queue] = first;
    const begin = queue.shift();
    this.#queues.delete(whose);
    if (queue.length > 0) this.#queues.set(whose, queue);
    this.#waiting -= 1;
    begin?.();
  }
}
