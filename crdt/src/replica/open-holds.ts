/** Open holds of this life, and what the open turn changed about them, for its commit or to be put back (D4). */
import type { Entry } from '../entry/entry.ts';
import type { HoldId, WriterId } from '../ids.ts';
import { foldHold, type Hold, inThisRun } from './holds.ts';
import type { Now } from './ledger.ts';

export class OpenHolds {
  readonly #all: Map<HoldId, Hold>;
  readonly #before = new Map<HoldId, Hold | null>();
  /** None can expire before this, so that turns need not look at every hold. Monotonic. */
  dueMs: number;

  constructor(stored: Iterable<[HoldId, Hold]>) {
    this.#all = new Map(stored);
    this.dueMs = this.#all.size > 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }

  get all(): ReadonlyMap<HoldId, Hold> {
    return this.#all;
  }

  /** What an own entry does to a hold. */
  fold(entry: Entry): void {
    const change = foldHold(this.#all, entry);
    if (change === undefined) return;
    const { holdId, hold } = change;
    this.#change(holdId, hold);
    if (hold !== null && !hold.capturing) this.dueMs = Math.min(this.dueMs, entry.monotonicMs + hold.ttlMs);
  }

  /** What other lives set aside is void (F3): its units stay with them, and its customers must ask again. */
  endOthers(writer: WriterId): void {
    for (const [holdId, hold] of [...this.#all]) if (hold.writer !== writer) this.#change(holdId, null);
  }

  /** The machine of another process may have run for longer than this one: when it ends here is seen at the next look. */
  absorbed({ body }: Entry): void {
    if (body.type === 'held' || body.type === 'extended') this.dueMs = Number.NEGATIVE_INFINITY;
  }

  /** Holds of an earlier run of the machine are counted by the clock of this one (F9). */
  countIn(now: Now): void {
    for (const [holdId, hold] of this.#all) this.#all.set(holdId, inThisRun(hold, now));
  }

  #change(holdId: HoldId, hold: Hold | null): void {
    if (!this.#before.has(holdId)) this.#before.set(holdId, this.#all.get(holdId) ?? null);
    if (hold === null) this.#all.delete(holdId);
    else this.#all.set(holdId, hold);
  }

  get changes(): readonly { holdId: HoldId; hold: Hold | null }[] {
    return [...this.#before.keys()].map((holdId) => ({ holdId, hold: this.#all.get(holdId) ?? null }));
  }

  keep(): void {
    this.#before.clear();
  }

  putBack(): void {
    for (const [holdId, hold] of this.#before) {
      if (hold === null) this.#all.delete(holdId);
      else this.#all.set(holdId, hold);
    }
    if (this.#before.size > 0) this.dueMs = Number.NEGATIVE_INFINITY;
    this.#before.clear();
  }
}
