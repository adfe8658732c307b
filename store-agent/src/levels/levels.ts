/** Levels: what was last said of every pool from above. Hints: they decide no sale, and say at most where to ask for units. */
import { locationOf, type PoolId, parsePoolId, type Sku } from '@tallystick/crdt';
import type { LevelItem, Levels as LevelsFrame } from '@tallystick/crdt/wire';

/** The clock above was ahead, and was put right: what is heard now is no older for it. */
const CLOCK_SET_BACK_MS = 60_000;

export class Levels {
  /** In the order in which they were first heard of. Each second thousands are looked up by it, to be told and stored. */
  readonly #byPool = new Map<PoolId, LevelItem>();
  readonly #poolsOf = new Map<Sku, PoolId[]>();
  readonly #whenNews: ((skus: ReadonlySet<Sku>) => void)[] = [];
  /** What the file does not have yet. */
  readonly #unsaved = new Set<PoolId>();
  #asOfMs: number | null = null;

  /** When the newest of these hints was true, by the clock of who said it; null where none came yet. */
  get asOfMs(): number | null {
    return this.#asOfMs;
  }

  /** Calls this with the SKUs of which something else is said now. */
  whenNews(news: (skus: ReadonlySet<Sku>) => void): void {
    this.#whenNews.push(news);
  }

  /** @returns what is new of it: a link that begins anew says all of them once more. */
  apply(frame: LevelsFrame): LevelItem[] {
    const back = (this.#asOfMs ?? 0) - frame.asOfMs;
    if (back < 0 || back > CLOCK_SET_BACK_MS) this.#asOfMs = frame.asOfMs;
    const skus = new Set<Sku>();
    const changed: LevelItem[] = [];
    for (const item of frame.items) {
      const sku = this.#put(item);
      if (sku === undefined) continue;
      skus.add(sku);
      this.#unsaved.add(item.pool);
      changed.push(item);
    }
    if (skus.size > 0) for (const news of this.#whenNews) news(skus);
    return changed;
  }

  /** What was heard before this process began. */
  remember(items: Iterable<LevelItem>, asOfMs: number | null): void {
    for (const item of items) this.#put(item);
    this.#asOfMs = asOfMs;
  }

  /** @returns undefined where just this was known. */
  #put(item: LevelItem): Sku | undefined {
    const { pool } = item;
    const known = this.#byPool.get(pool);
    if (known?.onHand === item.onHand && known.available === item.available) return undefined;
    const { sku } = parsePoolId(pool);
    if (known === undefined) {
      const pools = this.#poolsOf.get(sku);
      if (pools === undefined) this.#poolsOf.set(sku, [pool]);
      else pools.push(pool);
    }
    this.#byPool.set(pool, item);
    return sku;
  }

  /** Up to so many that changed since they were taken last. */
  takeUnsaved(max: number): LevelItem[] {
    const items: LevelItem[] = [];
    for (const pool of this.#unsaved) {
      if (items.length === max) break;
      this.#unsaved.delete(pool);
      items.push(this.at(pool) as LevelItem);
    }
    return items;
  }

  /** They could not be saved. */
  giveBack(items: readonly LevelItem[]): void {
    for (const { pool } of items) this.#unsaved.add(pool);
  }

  get pools(): readonly PoolId[] {
    return [...this.#byPool.keys()];
  }

  at(pool: PoolId): LevelItem | undefined {
    return this.#byPool.get(pool);
  }

  of(sku: string): readonly LevelItem[] {
    return (this.#poolsOf.get(sku as Sku) ?? [])
      .map((pool) => this.#byPool.get(pool) as LevelItem)
      .sort((a, b) => locationOf(a.pool).localeCompare(locationOf(b.pool)));
  }

  /** SKUs after a SKU that have a level, in order. */
  skus(after: string, limit: number): string[] {
    return [...this.#poolsOf.keys()]
      .filter((sku) => sku > after)
      .sort((a, b) => (a < b ? -1 : 1))
      .slice(0, limit);
  }
}
