/** Levels: what the parent last said of every pool. Hints, never read by code that decides a sale. */
import { locationOf, type PoolId, parsePoolId, type Sku } from '@tallystick/crdt';
import type { LevelItem, Levels as LevelsFrame } from '@tallystick/crdt/wire';

export class Levels {
  readonly #bySku = new Map<Sku, Map<PoolId, LevelItem>>();
  readonly #whenNews: ((skus: ReadonlySet<Sku>) => void)[] = [];
  #asOfMs: number | null = null;

  /** When the newest of these hints was true, by the clock of who said it; null where none came yet. */
  get asOfMs(): number | null {
    return this.#asOfMs;
  }

  /** Calls this with the SKUs of which something else is said now. */
  whenNews(news: (skus: ReadonlySet<Sku>) => void): void {
    this.#whenNews.push(news);
  }

  apply(frame: LevelsFrame): void {
    const skus = new Set<Sku>();
    this.#asOfMs = Math.max(this.#asOfMs ?? 0, frame.asOfMs);
    for (const item of frame.items) {
      const { sku } = parsePoolId(item.pool);
      skus.add(sku);
      let pools = this.#bySku.get(sku);
      if (pools === undefined) {
        pools = new Map();
        this.#bySku.set(sku, pools);
      }
      pools.set(item.pool, item);
    }
    for (const news of this.#whenNews) news(skus);
  }

  at(pool: PoolId): LevelItem | undefined {
    return this.#bySku.get(parsePoolId(pool).sku)?.get(pool);
  }

  of(sku: string): readonly LevelItem[] {
    const pools = this.#bySku.get(sku as Sku);
    return pools === undefined
      ? []
      : [...pools.values()].sort((a, b) => locationOf(a.pool).localeCompare(locationOf(b.pool)));
  }

  /** SKUs after a SKU that have a level, in order. */
  skus(after: string, limit: number): string[] {
    return [...this.#bySku.keys()]
      .filter((sku) => sku > after)
      .sort((a, b) => (a < b ? -1 : 1))
      .slice(0, limit);
  }
}
