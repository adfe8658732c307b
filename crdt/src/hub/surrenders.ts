/** Surrenders: what came back from children in the open turn. It is written down before it is used, like any grant (T4). */
import { portions } from '../entry/lines-codec.ts';
import type { PoolId, WriterId } from '../ids.ts';
import type { Ledger, Now } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';
import { amountOf, type Cell, cellOf } from '../tally/row.ts';

export class Surrenders {
  readonly #ledger: Ledger;
  /** Who sent, and of what. */
  readonly #cells = new Map<Stream, Map<PoolId, Cell>>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  note(sender: Stream, to: WriterId, pool: PoolId): void {
    const cell = cellOf(sender.row(pool).sent, to);
    if (cell === undefined) return;
    const cells = this.#cells.get(sender) ?? new Map<PoolId, Cell>();
    this.#cells.set(sender, cells.set(pool, { ...cell }));
  }

  clear(): void {
    this.#cells.clear();
  }

  /** @returns the pools that grew. */
  take(now: Now): PoolId[] {
    const grown: PoolId[] = [];
    const { self } = this.#ledger;
    for (const [sender, cells] of this.#cells) {
      const items: { pool: PoolId; seq: number; n: number }[] = [];
      for (const [pool, { seq, n }] of cells) {
        // What came from above already, while the sender was elsewhere (L1), is told here once more.
        if (n > amountOf(self.row(pool).took, sender.writer)) items.push({ pool, seq, n });
      }
      if (items.length === 0) continue;
      for (const part of portions(items))
        this.#ledger.append({ type: 'took', from: sender.writer, items: part }, '', 'system', now);
      grown.push(...items.map(({ pool }) => pool));
    }
    this.#cells.clear();
    return grown;
  }
}
