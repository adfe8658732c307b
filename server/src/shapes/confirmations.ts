/**
 * Confirmations: asking whether something is still so, once for all who want to know at that time. Whoever asks while
 * a question is under way has the answer of the next: it must have been asked after they wanted to know.
 */
export class Confirmations<K> {
  readonly #ask: (key: K) => Promise<void>;
  readonly #asked = new Map<K, { readonly now: Promise<void>; next: Promise<void> | undefined }>();

  /** @param ask throws where there is no answer */
  constructor(ask: (key: K) => Promise<void>) {
    this.#ask = ask;
  }

  /** @throws what the question throws */
  confirm(key: K): Promise<void> {
    const asked = this.#asked.get(key);
    if (asked === undefined) return this.#begin(key);
    const begin = () => this.#begin(key);
    asked.next ??= asked.now.then(begin, begin);
    return asked.next;
  }

  #begin(key: K): Promise<void> {
    const now = this.#ask(key);
    const asked = { now, next: undefined };
    this.#asked.set(key, asked);
    const over = () => {
      if (asked.next === undefined) this.#asked.delete(key);
    };
    now.then(over, over);
    return now;
  }
}
