/** Goods history: what each writer's own entries made of the goods at a place, after any of them (T9). */
import type { PoolId, WriterId } from '@tallystick/crdt';
import type { BookOfWriter } from './books.ts';

interface Steps {
  readonly seqs: number[];
  /** Received less departed, after each of them. */
  readonly onHand: number[];
}

export class GoodsHistory {
  readonly #steps = new Map<WriterId, Map<PoolId, Steps>>();

  /** An entry was added to its writer's book. */
  add(writer: WriterId, book: BookOfWriter, touched: Iterable<PoolId>): void {
    for (const pool of touched) {
      const { received, departed } = book.row(pool);
      const onHand = received - departed;
      const steps = this.#of(writer, pool);
      if ((steps.onHand.at(-1) ?? 0) === onHand) continue;
      steps.seqs.push(book.seq);
      steps.onHand.push(onHand);
    }
  }

  #of(writer: WriterId, pool: PoolId): Steps {
    let pools = this.#steps.get(writer);
    if (pools === undefined) {
      pools = new Map();
      this.#steps.set(writer, pools);
    }
    let steps = pools.get(pool);
    if (steps === undefined) {
      steps = { seqs: [], onHand: [] };
      pools.set(pool, steps);
    }
    return steps;
  }

  after(writer: WriterId, pool: PoolId, seq: number): number {
    const steps = this.#steps.get(writer)?.get(pool);
    const at = steps?.seqs.findLastIndex((each) => each <= seq) ?? -1;
    return steps?.onHand[at] ?? 0;
  }

  forget(writer: WriterId): void {
    this.#steps.delete(writer);
  }
}
