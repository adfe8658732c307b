/**
 * Due pools: which pools a parent looks at in this turn, in the next round, and again later.
 *
 * What somebody waits for is looked at in the turn in which it changed; the rest gathers
 * to rounds (R2). A turn that is put back has looked at nothing.
 */
import type { PoolId } from '../ids.ts';

export class DuePools {
  readonly #due = new Set<PoolId>();
  /** Pools that changed and nobody waits for: looked at in the next round. */
  readonly #later = new Set<PoolId>();
  #nextRoundMs = Number.NEGATIVE_INFINITY;
  /** Pools to look at again although nothing changed: a recall may be lost, a debt was not paid. */
  readonly #againAtMs = new Map<PoolId, number>();
  #nextAgainMs = Number.POSITIVE_INFINITY;
  /** Pools that the open turn looked at: put back, it has not. */
  readonly #looked = new Set<PoolId>();

  add(pool: PoolId): void {
    this.#due.add(pool);
  }

  addAt(pool: PoolId, atMs: number): void {
    this.#againAtMs.set(pool, atMs);
    this.#nextAgainMs = Math.min(this.#nextAgainMs, atMs);
  }

  get isEmpty(): boolean {
    return this.#due.size === 0;
  }

  /**
   * The pools to look at now, at most so many; those over the bound wait for the next turn.
   * Outside of a round only those that are awaited.
   */
  *take(
    nowMs: number,
    everyMs: number,
    most: number,
    isAwaited: (pool: PoolId) => boolean,
  ): Iterable<PoolId> {
    this.#wakeSleepers(nowMs);
    const isRound = this.#beginRound(nowMs, everyMs);
    let left = most;
    for (const pool of this.#due) {
      if (left === 0) return;
      this.#due.delete(pool);
      if (!isRound && !isAwaited(pool)) {
        this.#later.add(pool);
        continue;
      }
      left -= 1;
      this.#looked.add(pool);
      yield pool;
    }
  }

  #wakeSleepers(nowMs: number): void {
    if (this.#nextAgainMs > nowMs) return;
    this.#nextAgainMs = Number.POSITIVE_INFINITY;
    for (const [pool, atMs] of this.#againAtMs) {
      if (atMs > nowMs) {
        this.#nextAgainMs = Math.min(this.#nextAgainMs, atMs);
        continue;
      }
      this.#againAtMs.delete(pool);
      this.#due.add(pool);
    }
  }

  #beginRound(nowMs: number, everyMs: number): boolean {
    if (nowMs < this.#nextRoundMs) return false;
    for (const pool of this.#later) this.#due.add(pool);
    this.#later.clear();
    if (this.#due.size > 0) this.#nextRoundMs = nowMs + everyMs;
    return true;
  }

  /** When pools that nobody waits for are due. */
  wakeAtMs(): number {
    return this.#later.size === 0 ? this.#nextAgainMs : Math.min(this.#nextAgainMs, this.#nextRoundMs);
  }

  keep(): void {
    this.#looked.clear();
  }

  putBack(): void {
    for (const pool of this.#looked) this.#due.add(pool);
    this.#looked.clear();
  }
}
