/**
 * Refused: writers of whom the journal did not take an entry that the core took in (T6).
 *
 * Its constraints check once more what is checked here. Who broke one is shut out before it, and what it said is kept
 * as late (F5); a journal that does not take it so either gets it as evidence, with all that follows in that chain.
 * Soft: after a restart it is sent again, and taken in once whatever was wrong with it is mended.
 */
import { replicaOf, type WriterId } from '../ids.ts';
import type { Stream } from '../replica/stream.ts';

/** More replicas than that do not go wrong in one way. */
const REPLICAS_MAX = 3;

export class Refused {
  readonly #refused = new Map<WriterId, 'late' | 'aside'>();

  /** @returns what its next entry is to be from here on; undefined where nothing milder is left. */
  note(writer: WriterId, stream: Stream | undefined): 'late' | 'aside' | undefined {
    const was = this.#refused.get(writer);
    if (was === 'aside') return undefined;
    const isTrusted = was === undefined && stream !== undefined && stream.head.fence === null;
    const next = isTrusted ? 'late' : 'aside';
    this.#refused.set(writer, next);
    return next;
  }

  /**
   * Whether so many others were shut out for this that it is rather the journal that is wrong: a rule in it that is broken would
   * shut out all, one after the other. Those of runs before count as well: a restart must not go on with the next.
   */
  isBeyondBelief(writer: WriterId, streams: Iterable<Stream>): boolean {
    const replicas = new Set([...this.#refused.keys()].map(replicaOf));
    for (const { writer: one, head } of streams)
      if (head.fence?.reason === 'malformed') replicas.add(replicaOf(one));
    return !replicas.has(replicaOf(writer)) && replicas.size >= REPLICAS_MAX;
  }

  /** It is shut out, before the first entry that comes of it. */
  has(writer: WriterId): boolean {
    return this.#refused.has(writer);
  }

  /** Nothing of it is folded any more. */
  isAside(writer: WriterId): boolean {
    return this.#refused.get(writer) === 'aside';
  }
}
