/** Visited: the set of states that were seen, as 64-bit hashes in two lanes, in one flat table that doubles. */
export class Visited {
  #lo = new Int32Array(1 << 16);
  #hi = new Int32Array(1 << 16);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns false where it was there already. */
  add(lo: number, hi: number): boolean {
    if (this.#size * 2 > this.#lo.length) this.#grow();
    if (!place(this.#lo, this.#hi, lo, hi)) return false;
    this.#size += 1;
    return true;
  }

  #grow(): void {
    const lo = new Int32Array(this.#lo.length * 2);
    const hi = new Int32Array(lo.length);
    for (let at = 0; at < this.#lo.length; at += 1) {
      const each = this.#lo[at] as number;
      const other = this.#hi[at] as number;
      if (each !== 0 || other !== 0) place(lo, hi, each, other);
    }
    this.#lo = lo;
    this.#hi = hi;
  }
}

/** Both lanes zero mark an empty place: the one hash that this confuses counts in the odds of a collision. */
function place(los: Int32Array, his: Int32Array, lo: number, hi: number): boolean {
  const mask = los.length - 1;
  for (let at = (lo ^ Math.imul(hi, 0x9e3779b1)) & mask; ; at = (at + 1) & mask) {
    if (los[at] === lo && his[at] === hi) return false;
    if (los[at] === 0 && his[at] === 0) {
      los[at] = lo;
      his[at] = hi;
      return true;
    }
  }
}

/** How likely it is that among so many states any two share a hash, so that one was taken for seen. */
export function collisionOdds(states: number): number {
  return states ** 2 / 2 ** 65;
}
