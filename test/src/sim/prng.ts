/**
 * Prng: the one source of chance in a run, so that a seed is a run.
 *
 * sfc32 ("small fast counting", Chris Doty-Humphrey, PractRand), filled by
 * splitmix32 from the seed and the name of the stream. Each part of the simulator
 * draws from a stream of its own: a fault switched off leaves the acts as they were.
 */
export class Prng {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number, stream: string) {
    let state = Math.trunc(seed) ^ Math.imul(Math.trunc(seed / 2 ** 32), 0x9e3779b1);
    for (const char of stream) state = Math.imul(state ^ char.charCodeAt(0), 0x01000193);
    const splitmix = () => {
      state = (state + 0x9e3779b9) | 0;
      let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return mixed ^ (mixed >>> 15);
    };
    this.#a = splitmix();
    this.#b = splitmix();
    this.#c = splitmix();
    for (let i = 0; i < 12; i += 1) this.u32();
  }

  u32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to n−1. */
  below(n: number): number {
    return Math.floor((this.u32() / 2 ** 32) * n);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(probability: number): boolean {
    return this.u32() < probability * 2 ** 32;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('Nothing to pick from.');
    return items[this.below(items.length)] as T;
  }

  /** One key of the table, as likely as its weight. */
  weighted<K extends string>(table: Readonly<Partial<Record<K, number>>>): K {
    const entries = Object.entries(table) as [K, number][];
    let left = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0));
    for (const [key, weight] of entries) {
      left -= weight;
      if (left < 0) return key;
    }
    throw new Error('A table of weights without weight.');
  }

  /** A span of time in milliseconds, in quarters: clocks are not whole numbers. */
  spanMs(low: number, high: number): number {
    return low + this.below((high - low) * 4 + 1) / 4;
  }

  hex(digits: number): string {
    let text = '';
    while (text.length < digits) text += this.u32().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  }
}
