/** Follower: another process of the authority, which decides nothing and learns all from the books. */
import { absorb, defaultSettings, Replica, type ReplicaId } from '@tallystick/crdt';
import { PgJournal } from '@tallystick/server/test-kit';
import { sha256 } from '../sha256.ts';
import type { BooksPool } from './database.ts';
import { textOfStored } from './texts.ts';

export class Follower {
  readonly #journal: PgJournal;
  readonly #replica: Replica;

  private constructor(journal: PgJournal, replica: Replica) {
    this.#journal = journal;
    this.#replica = replica;
  }

  static async open(pool: BooksPool, root: ReplicaId): Promise<Follower> {
    const journal = new PgJournal(pool);
    const replica = new Replica(defaultSettings(root, 'authority'), await journal.load(), journal.view, {
      sha256,
      nonce: () => {
        throw new Error('A follower begins no life.');
      },
      directory: { keeperOf: () => undefined, isShared: () => false, parentOf: () => undefined },
    });
    return new Follower(journal, replica);
  }

  /** Reads what was committed since, about so many entries at a time. @returns how many came. */
  async catchUp(entriesMax: number): Promise<number> {
    const { ledger } = this.#replica;
    const from = ledger.durablePosition;
    for (;;) {
      const caughtUp = await this.#journal.readAfter(ledger.durablePosition, entriesMax);
      absorb(this.#replica, caughtUp);
      if (caughtUp.isComplete) return ledger.durablePosition - from;
    }
  }

  /** What it has in memory, as a restart would be told it. */
  get memory(): string[] {
    const { ledger } = this.#replica;
    return textOfStored({
      self: ledger.hasLife ? ledger.self.writer : null,
      awaitsFormerLives: ledger.awaitsFormerLives,
      position: ledger.durablePosition,
      streams: ledger.streams.values(),
      holds: ledger.holds,
    });
  }
}
