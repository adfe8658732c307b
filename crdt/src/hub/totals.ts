/**
 * Totals: sums over streams, kept up to date effect by effect.
 *
 * `holding` says, for each child, what its subtree may still use; `levels` says,
 * for each pool, what stands on the shelf and what can be promised over the whole
 * tree. Both could be summed from the rows at any time; here they cost O(1).
 */
import type { PoolId, ReplicaId, WriterId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';
import type { Effect } from '../tally/fold.ts';
import { debt, onHold, type Row, sumCells } from '../tally/row.ts';
import type { Child } from './child.ts';

export interface Level {
  onHand: number;
  available: number;
}

export class Totals {
  readonly #ledger: Ledger;
  readonly #childOf: (replica: ReplicaId) => Child;
  readonly levels: Map<PoolId, Level> | undefined;
  /** Pools whose level changed since somebody last took them. */
  readonly changed = new Set<PoolId>();

  constructor(ledger: Ledger, childOf: (replica: ReplicaId) => Child, keepsLevels: boolean) {
    this.#ledger = ledger;
    this.#childOf = childOf;
    this.levels = keepsLevels ? new Map() : undefined;
    for (const stream of ledger.streams.values()) this.#addStream(stream);
  }

  /** Everything anew, from the rows. */
  sumAgain(children: Iterable<Child>): void {
    for (const child of children) for (const pool of child.pools.values()) pool.holding = 0;
    this.levels?.clear();
    for (const stream of this.#ledger.streams.values()) this.#addStream(stream);
  }

  #addStream(stream: Stream): void {
    for (const [pool, row] of stream.rows()) {
      if (this.levels !== undefined) {
        const level = this.#level(pool);
        level.onHand += row.received - row.departed;
        level.available += row.received + row.reinstated - row.used - debt(row);
      }
      if (stream.head.via === null) {
        for (const cell of row.sent) this.#toChild(cell.writer)?.addHolding(pool, cell.n);
      } else if (stream.head.fence === null) {
        this.#childOf(stream.head.via).pool(pool).holding += this.#share(row);
      }
    }
  }

  /** What a row adds to what its subtree may use: transfers inside the subtree cancel out. */
  #share(row: Readonly<Row>): number {
    let toMe = 0;
    for (const cell of row.sent) if (this.#isMine(cell.writer)) toMe += cell.n;
    return row.received + row.reinstated + sumCells(row.reclaimed) - row.used - onHold(row) - toMe;
  }

  /** A fenced writer's units are exposure, not stock: they leave its child's holding, with what was sent to it. */
  onFenced(stream: Stream): void {
    const via = stream.head.via;
    if (via === null) return;
    const child = this.#childOf(via);
    for (const [pool, row] of stream.rows()) {
      let sentToIt = 0;
      for (const own of this.#ownLives())
        sentToIt += own.row(pool).sent.find((c) => c.writer === stream.writer)?.n ?? 0;
      child.pool(pool).holding -= this.#share(row) + sentToIt;
    }
  }

  /** A child may be granted units before its first entry arrives: they count from then on. */
  onStream(stream: Stream, sign: 1 | -1): void {
    const { via } = stream.head;
    if (via === null) return;
    for (const own of this.#ownLives()) {
      for (const [pool, row] of own.rows()) {
        const n = row.sent.find(({ writer }) => writer === stream.writer)?.n ?? 0;
        if (n > 0) this.#childOf(via).pool(pool).holding += sign * n;
      }
    }
  }

  onEffect(stream: Stream, effect: Effect, sign: 1 | -1): void {
    const n = effect.n * sign;
    const { pool, column } = effect;
    const via = stream.head.via;
    if (column === 'sent') {
      if (via === null) this.#toChild(effect.writer)?.addHolding(pool, n);
      else if (stream.head.fence === null && this.#isMine(effect.writer))
        this.#childOf(via).pool(pool).holding -= n;
      return;
    }
    if (column === 'took') return;
    const holds =
      column === 'received' || column === 'reinstated' || column === 'reclaimed' || column === 'closed';
    const uses = column === 'used' || column === 'opened';
    if (via !== null && stream.head.fence === null && (holds || uses)) {
      this.#childOf(via).pool(pool).holding += holds ? n : -n;
    }
    if (this.levels !== undefined) this.#moveLevel(pool, column, n);
  }

  #moveLevel(pool: PoolId, column: Effect['column'], n: number): void {
    const level = this.#level(pool);
    switch (column) {
      case 'received':
        level.onHand += n;
        level.available += n;
        break;
      case 'reinstated':
      case 'repaid':
        level.available += n;
        break;
      case 'used':
      case 'owed':
        level.available -= n;
        break;
      case 'departed':
        level.onHand -= n;
        break;
      default:
        return;
    }
    this.changed.add(pool);
  }

  #level(pool: PoolId): Level {
    const levels = this.levels as Map<PoolId, Level>;
    let level = levels.get(pool);
    if (level === undefined) {
      level = { onHand: 0, available: 0 };
      levels.set(pool, level);
    }
    return level;
  }

  #toChild(writer: WriterId): { addHolding(pool: PoolId, n: number): void } | undefined {
    const stream = this.#ledger.streams.get(writer);
    if (stream === undefined || stream.head.via === null || stream.head.fence !== null) return undefined;
    const child = this.#childOf(stream.head.via);
    return {
      addHolding(pool, n) {
        child.pool(pool).holding += n;
      },
    };
  }

  #isMine(writer: WriterId): boolean {
    return this.#ledger.streams.get(writer)?.head.via === null;
  }

  #ownLives(): Stream[] {
    return [...this.#ledger.streams.values()].filter((stream) => stream.head.via === null);
  }
}
