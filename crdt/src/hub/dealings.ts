/**
 * Dealings: who sent units to whom, took from whom, or took back from whom.
 *
 * Whoever settles a life that ended has to know all who dealt with it, wherever they are by now
 * (F5, F3a): a child of a lost region that lives elsewhere told what it took there by another way.
 */
import type { ReplicaId, WriterId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import { settlerFrom } from '../replica/settler.ts';
import { ABOVE, isBranch, type Stream } from '../replica/stream.ts';
import type { Effect } from '../tally/fold.ts';

/** Somebody who is not below a child did what is to be known there. */
export interface Missed {
  readonly child: ReplicaId;
  readonly stream: Stream;
  /** The last of its entries that the child is to hear. */
  readonly seq: number;
}

export class Dealings {
  readonly #ledger: Ledger;
  /** Writer → who named it in a cell, and when last. What a turn that failed had noted does no harm. */
  readonly #with = new Map<WriterId, Map<WriterId, number>>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    for (const stream of ledger.streams.values())
      for (const [, { sent, took, reclaimed }] of stream.rows())
        for (const cells of [sent, took, reclaimed])
          for (const { writer } of cells) this.#note(writer, stream.writer, stream.head.seq);
  }

  /** @returns whether somebody may have to be told. */
  onEffect(stream: Stream, effect: Effect): boolean {
    if (!('writer' in effect)) return false;
    this.#note(effect.writer, stream.writer, stream.head.seq + 1);
    return this.#ledger.streams.get(effect.writer)?.head.fence != null;
  }

  #note(writer: WriterId, by: WriterId, seq: number): void {
    const known = this.#with.get(writer);
    if (known === undefined) this.#with.set(writer, new Map([[by, seq]]));
    else known.set(by, seq);
  }

  /** Who dealt with a life that is settled below a child, and is not below that child itself. */
  *missedBelow(): Iterable<Missed> {
    const { streams } = this.#ledger;
    for (const lost of streams.values()) {
      const { via, fence } = lost.head;
      if (fence === null || via === null || via === ABOVE || isBranch(lost)) continue;
      const others = [...(this.#with.get(lost.writer) ?? [])].flatMap(([by, seq]) => {
        const stream = streams.get(by);
        // This replica itself tells no past of its own; what it sent is told as strays are.
        const isThere = stream === undefined || stream.head.via === null || stream.head.via === via;
        return isThere ? [] : [{ child: via, stream, seq: Math.min(seq, stream.head.seq) }];
      });
      if (others.length > 0 && settlerFrom(this.#ledger, lost) === 'below') yield* others;
    }
  }
}
