/** Checkpoints (D6): now and then a writer puts a digest of all its rows into its chain, for others to compare with theirs. */
import type { Entry } from '../entry/entry.ts';
import { digestText } from '../tally/digest.ts';
import type { Ledger, Now } from './ledger.ts';

export function appendCheckpoint(ledger: Ledger, now: Now): Entry {
  const { self } = ledger;
  const digest = digestText(self.currentDigest());
  return ledger.append({ type: 'checkpoint', digest, pools: self.poolCount }, '', 'system', now);
}

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
    appendCheckpoint(this.#ledger, now);
    this.#entriesBefore = this.#ledger.self.head.seq;
  }

  /** The last one may be among what failed. */
  putBack(): void {
    this.#entriesBefore = 0;
  }
}
