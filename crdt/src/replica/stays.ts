/**
 * Stays: how far each child of the authority had come when it began to stand below it, told outside the books (F6).
 *
 * Whoever is given to the authority, takes units there and is given away again stands in books that were put back as if it had
 * never come: neither they nor the registry can tell. So beside the books stands, of each life that ever named the authority's as
 * its parent, an entry by which it had done so: books that lack it wait for whoever wrote it. Nothing is granted before (L1), so what
 * it took there is written behind that entry and before the one that names another parent. What it may take later, a stray that its
 * next parent tells, stands under "What is not" in `docs/correctness.md`.
 */
import { incarnationOf, type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import type { Ledger } from './ledger.ts';
import type { Stream } from './stream.ts';

export interface Stay {
  readonly writer: WriterId;
  /** An entry of it that was taken in while it named the authority's life as its parent. */
  readonly seq: number;
}

export class Stays {
  readonly #seqs = new Map<WriterId, number>();
  /** Which life of the authority each names at present. */
  readonly #parents = new Map<WriterId, WriterId>();

  constructor(stored: Iterable<Stay> = []) {
    for (const { writer, seq } of stored) this.#seqs.set(writer, seq);
  }

  /** @returns stays that have begun with these streams: to be written down before anything is told of the turn. */
  note(streams: Iterable<Stream>, self: WriterId): Stay[] {
    const begun: Stay[] = [];
    for (const { writer, head } of streams) {
      if (head.parent !== self) this.#parents.delete(writer);
      else if (this.#parents.get(writer) !== self) {
        this.#parents.set(writer, self);
        const seq = Math.max(head.seq, this.#seqs.get(writer) ?? 0);
        this.#seqs.set(writer, seq);
        begun.push({ writer, seq });
      }
    }
    return begun;
  }

  /**
   * Of whom these books lack that it came: `missing` may still tell; of `untold`, whose life was given up or went on as
   * another one that stands here already, nobody knows what they took.
   */
  lacking(ledger: Ledger): { missing: ReplicaId[]; untold: ReplicaId[] } {
    const missing = new Set<ReplicaId>();
    const untold = new Set<ReplicaId>();
    const newest = new Map<ReplicaId, number>();
    for (const writer of ledger.streams.keys())
      newest.set(replicaOf(writer), Math.max(incarnationOf(writer), newest.get(replicaOf(writer)) ?? 0));
    for (const [writer, seq] of this.#seqs) {
      const head = ledger.streams.get(writer)?.head;
      if ((head?.seq ?? 0) >= seq) continue;
      const replica = replicaOf(writer);
      const isGivenUp = head !== undefined && head.fence !== null && head.fence.reason !== 'superseded';
      const goesOn = (newest.get(replica) ?? 0) > incarnationOf(writer);
      (isGivenUp || goesOn ? untold : missing).add(replica);
    }
    return { missing: [...missing], untold: [...untold] };
  }
}
