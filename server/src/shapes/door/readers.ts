/** Readers at a door: how many questions are being answered at once, most of which wait for a change. */
import { Problem } from '@tallystick/store-agent';

/** Each that waits costs about ten kilobytes. */
const READERS_MAX = 20_000;
/** So that one caller keeps nobody else out. */
const READERS_PER_CALLER_MAX = 2_000;
const RETRY_AFTER_S = 30;

export class Readers {
  readonly #most: number;
  readonly #mostOfOne: number;
  readonly #ofCaller = new Map<string, number>();
  #count = 0;

  constructor(most = READERS_MAX, mostOfOne = READERS_PER_CALLER_MAX) {
    this.#most = most;
    this.#mostOfOne = mostOfOne;
  }

  /**
   * @param caller undefined where callers are not told apart: counted among all alone
   * @returns to be called once, when it has its answer or is gone @throws Problem
   */
  enter(caller: string | undefined): () => void {
    if (this.#count >= this.#most)
      throw new Problem('overloaded', 'As many follow shapes here as can. Try again later.', {
        retryAfterS: RETRY_AFTER_S,
      });
    const own = caller === undefined ? 0 : (this.#ofCaller.get(caller) ?? 0);
    if (own >= this.#mostOfOne)
      throw new Problem(
        'rate_limited',
        `These credentials read ${this.#mostOfOne} shapes here at this moment, which is as many as they may. Try again later, or share what is read.`,
        { retryAfterS: RETRY_AFTER_S },
      );
    this.#count += 1;
    if (caller !== undefined) this.#ofCaller.set(caller, own + 1);
    return () => {
      this.#count -= 1;
      if (caller === undefined) return;
      const left = (this.#ofCaller.get(caller) as number) - 1;
      if (left === 0) this.#ofCaller.delete(caller);
      else this.#ofCaller.set(caller, left);
    };
  }
}
