/**
 * Early fences: who was shut out below, while not all that it had said by then has come here.
 *
 * Where a replica was given another parent (F3a), the word that somebody is shut out comes by the one way, and
 * what that one had said comes by the other. It is shut out when the last of it has come. Soft: whoever lacks
 * entries after a restart is told them again, and with them what is said of their writer (L2).
 */
import type { WriterId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';
import type { FenceSaid } from './relayed-fence.ts';

/** More writers than wait for anything in a fleet; a liar may name any number. */
const WRITERS_MAX = 10_000;

interface Early {
  readonly by: WriterId;
  readonly said: FenceSaid;
}

export class EarlyFences {
  readonly #ledger: Ledger;
  /** What a turn that failed noted stays: it is said once more, and of the same writer the same. */
  readonly #early = new Map<WriterId, Early>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  /** @returns whether it is too early for this fence, and it was noted. */
  isEarly(by: WriterId, said: FenceSaid): boolean {
    const stream = this.#ledger.streams.get(said.writer);
    if (stream !== undefined && (stream.head.fence !== null || said.seq <= stream.head.seq)) return false;
    if (this.#early.size < WRITERS_MAX || this.#early.has(said.writer))
      this.#early.set(said.writer, { by, said });
    return true;
  }

  /** What was said of a writer that has come so far by now. */
  due({ writer, head }: Stream): Early | undefined {
    const early = this.#early.size === 0 ? undefined : this.#early.get(writer);
    return early !== undefined && head.fence === null && early.said.seq <= head.seq ? early : undefined;
  }

  /** The turn is durable: who is shut out by now is waited for no more. */
  keep(): void {
    for (const [writer, { said }] of this.#early) {
      const head = this.#ledger.streams.get(writer)?.head;
      if (head !== undefined && (head.fence !== null || said.seq <= head.seq)) this.#early.delete(writer);
    }
  }
}
