/**
 * Seen check: a child that says how far it saw its parent's chain has written down what was
 * sent to it up to there, for nobody tells it that again (L1).
 */
import type { Entry, PoolId, WriterId } from '@tallystick/crdt';
import type { Seen } from '@tallystick/crdt/wire';
import type { BookOfWriter } from './books.ts';
import { Violation } from './trace.ts';

interface Told {
  upTo: number;
  /** Units sent in all, by the parent's entries up to there. */
  readonly units: Map<PoolId, number>;
}

export class SeenCheck {
  /** By child and parent. */
  readonly #told = new Map<string, Told>();

  /** @param sender the parent's entries, by seq − 1. @param taker the books of the child. */
  said({ writer, parent, seq }: Seen, sender: readonly Entry[], taker: BookOfWriter): void {
    const key = `${writer} ${parent}`;
    const told = this.#told.get(key) ?? { upTo: 0, units: new Map() };
    this.#told.set(key, told);
    const grown = new Set<PoolId>();
    for (; told.upTo < seq; told.upTo += 1) {
      const body = sender[told.upTo]?.body;
      if (body?.type !== 'sent' || body.to !== writer) continue;
      for (const { pool, n } of body.items) {
        told.units.set(pool, (told.units.get(pool) ?? 0) + n);
        grown.add(pool);
      }
    }
    for (const pool of grown) {
      const sent = told.units.get(pool) ?? 0;
      const took = taker.row(pool).took.get(parent) ?? 0;
      if (took < sent)
        throw new Violation('L1', `${writer} saw ${parent} ${seq} and took ${took} ${pool} of ${sent}`);
    }
  }

  /** This life goes on from an earlier point, and what it did after that never was. */
  forget(life: WriterId): void {
    for (const key of this.#told.keys()) if (key.includes(life)) this.#told.delete(key);
  }
}
