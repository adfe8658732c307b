/**
 * Told cells: what a replica's parent told it was sent to writers below it, by writers that
 * are not below it (L1, F3a). Soft: it is told again until it was taken.
 */
import type { PoolId, WriterId } from '../ids.ts';
import { amountOf, type Cell } from '../tally/row.ts';
import type { SentCell } from '../wire/frames.ts';
import type { Stream } from './stream.ts';

/** A parent names no more at once than a fleet can have in flight to one writer. */
const CELLS_PER_WRITER_MAX = 100_000;

export class ToldCells {
  readonly #cells = new Map<WriterId, Map<string, SentCell>>();

  get writers(): Iterable<WriterId> {
    return this.#cells.keys();
  }

  get isEmpty(): boolean {
    return this.#cells.size === 0;
  }

  /** @returns true where it says more than was told before. */
  note(cell: SentCell): boolean {
    let cells = this.#cells.get(cell.to);
    if (cells === undefined) {
      cells = new Map();
      this.#cells.set(cell.to, cells);
    }
    const key = `${cell.pool} ${cell.from}`;
    const known = cells.get(key);
    if ((known?.n ?? 0) >= cell.n) return false;
    if (known === undefined && cells.size >= CELLS_PER_WRITER_MAX) return false;
    cells.set(key, cell);
    return true;
  }

  /** What the writer has not taken, as far as it is known here; what it has is forgotten. */
  untaken(to: WriterId, taker: Stream | undefined): SentCell[] {
    const cells = this.#cells.get(to);
    if (cells === undefined) return [];
    for (const [key, { pool, from, n }] of cells)
      if (taker !== undefined && amountOf(taker.row(pool).took, from) >= n) cells.delete(key);
    if (cells.size === 0) this.#cells.delete(to);
    return [...cells.values()];
  }

  /** Units told to be on their way, beyond what their senders said themselves as far as it is known here. */
  units(to: WriterId, pool: PoolId, took: readonly Cell[], saidBy: (from: WriterId) => number): number {
    let units = 0;
    for (const cell of this.#cells.get(to)?.values() ?? []) {
      if (cell.pool !== pool) continue;
      units += Math.max(0, cell.n - Math.max(saidBy(cell.from), amountOf(took, cell.from)));
    }
    return units;
  }
}
