/**
 * Pool watch: what this replica's own acts did to its pools (T4).
 *
 * It knows which pools grew in the open turn, so that who waits for them is decided
 * again, and in which pools this writer owes, so that whatever becomes free there repays.
 */

import type { EntryBody } from '../entry/entry.ts';
import { portions } from '../entry/lines-codec.ts';
import type { Moves } from '../hub/moves.ts';
import type { PoolId } from '../ids.ts';
import { debt, free, QUANTITY_MAX } from '../tally/row.ts';
import type { Ledger, Now } from './ledger.ts';
import type { Uplink } from './uplink.ts';

export class PoolWatch {
  /** Pools that have more free units than when the turn began. */
  readonly grown = new Set<PoolId>();
  readonly #owing = new Set<PoolId>();
  readonly #ledger: Ledger;
  readonly #moves: Moves;
  readonly #uplink: Uplink;

  constructor(ledger: Ledger, moves: Moves, uplink: Uplink) {
    this.#ledger = ledger;
    this.#moves = moves;
    this.#uplink = uplink;
  }

  findDebts(): void {
    if (!this.#ledger.hasLife) return;
    for (const [pool, row] of this.#ledger.self.rows()) if (debt(row) > 0) this.#owe(pool);
  }

  /** A new life owes nothing; what the former one owed stays in its rows. */
  forgetDebts(): void {
    this.#owing.clear();
  }

  /** Somebody new may be able to cover what is owed here. */
  debtsChanged(): void {
    for (const pool of this.#owing) this.#moves.poolChanged(pool);
  }

  afterOwn(body: EntryBody, now: Now): void {
    switch (body.type) {
      case 'sold':
        for (const line of body.lines) {
          this.#moves.observe(line.pool, line.quantityBase, now);
          if (line.owed > 0) this.#owe(line.pool);
        }
        return;
      case 'held':
        for (const line of body.lines) this.#moves.observe(line.pool, line.n, now);
        return;
      case 'counted':
      case 'lost':
        for (const line of body.lines) {
          if (line.owed > 0) this.#owe(line.pool);
          this.freed(line.pool);
        }
        return;
      case 'received':
      case 'returned':
      case 'cancelled':
        this.#uplink.hurry();
        for (const line of body.lines) this.freed(line.pool);
        return;
      case 'released':
      case 'confirmed':
        for (const line of body.closes) this.freed(line.pool);
        return;
      case 'reclaimed':
        for (const item of body.items) this.freed(item.pool);
        return;
      default:
    }
  }

  #owe(pool: PoolId): void {
    this.#owing.add(pool);
    this.#moves.poolChanged(pool);
  }

  freed(pool: PoolId): void {
    this.grown.add(pool);
    this.#moves.poolChanged(pool);
  }

  /** While a writer owes, whatever becomes free there repays first (T4). */
  repay(now: Now): void {
    const lines: { pool: PoolId; n: number }[] = [];
    for (const pool of this.#owing) {
      const row = this.#ledger.self.row(pool);
      const left = Math.max(0, free(row) - this.#ledger.withheld(pool));
      const n = Math.min(debt(row), left, QUANTITY_MAX);
      if (n > 0) lines.push({ pool, n });
    }
    for (const part of portions(lines))
      this.#ledger.append({ type: 'repaid', lines: part }, '', 'system', now);
  }

  keep(): void {
    this.grown.clear();
    // Only now: a turn that is put back leaves its debts unpaid.
    for (const pool of this.#owing) if (debt(this.#ledger.self.row(pool)) === 0) this.#owing.delete(pool);
  }

  putBack(wasNewLife: boolean): void {
    this.grown.clear();
    if (wasNewLife) this.findDebts();
  }
}
