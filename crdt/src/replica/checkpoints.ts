/** Checkpoints: now and then a replica puts the digest of its own rows into its chain (D6). */
import type { Ledger, Now } from './ledger.ts';

export class Checkpoints {
  readonly #ledger: Ledger;
  readonly #every: number;
  #entriesBefore: number;

  constructor(ledger: Ledger, every: number) {
    this.#ledger = ledger;
    this.#every = every;
    this.#entriesBefore = ledger.hasLife ? ledger.self.head.seq : 0;
  }

  write(now: Now): void {
    if (this.#ledger.self.head.seq - this.#entriesBefore < this.#every) return;
    this.#ledger.appendCheckpoint(now);
    this.#entriesBefore = this.#ledger.self.head.seq;
  }

  /** The last one may be among what failed. */
  putBack(): void {
    this.#entriesBefore = 0;
  }
}
