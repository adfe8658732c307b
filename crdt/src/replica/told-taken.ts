/**
 * Told taken: what those who stand above took of lives that are settled below them, beyond what these had said
 * (F3, F5). Such a life may have granted to its parent's parent and been lost with its word of it; whoever settles
 * it hears of that from above alone. Soft, and only ever a reason to count less as left.
 */
import type { PoolId, WriterId } from '../ids.ts';
import type { SentCell } from '../wire/frames.ts';

/** A parent names no more than a fleet can have taken from one writer. */
const CELLS_PER_WRITER_MAX = 100_000;

export class ToldTaken {
  readonly #cells = new Map<WriterId, Map<string, SentCell>>();

  get isEmpty(): boolean {
    return this.#cells.size === 0;
  }

  get lives(): Iterable<WriterId> {
    return this.#cells.keys();
  }

  /** @returns whether it says more than was told before. */
  note(cell: SentCell): boolean {
    let cells = this.#cells.get(cell.from);
    if (cells === undefined) {
      cells = new Map();
      this.#cells.set(cell.from, cells);
    }
    const key = `${cell.pool} ${cell.to}`;
    const known = cells.get(key);
    if ((known?.n ?? 0) >= cell.n || (known === undefined && cells.size >= CELLS_PER_WRITER_MAX))
      return false;
    cells.set(key, cell);
    return true;
  }

  of(life: WriterId): Iterable<SentCell> {
    return this.#cells.get(life)?.values() ?? [];
  }

  /** Units that it was told each taker took in all. */
  byTaker(life: WriterId, pool: PoolId): ReadonlyMap<WriterId, number> {
    const units = new Map<WriterId, number>();
    for (const cell of this.of(life)) if (cell.pool === pool) units.set(cell.to, cell.n);
    return units;
  }
}

/** Nobody takes by it: it says what somebody took. */
export function isTaken({ seq }: SentCell): boolean {
  return seq === 0;
}
