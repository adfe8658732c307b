/** Incoming: units on their way, summed by SKU and by the place where they will stand. Hints, as levels are. */
import type { Transfer } from './items.ts';

type Expected = Pick<Transfer, 'to' | 'lines' | 'status'>;

export class Incoming {
  /** Those that something is still to come of. */
  readonly #open = new Map<string, Expected>();
  readonly #bySku = new Map<string, Map<string, number>>();

  /** A transfer as it is now; undefined where there is none any more. */
  put(id: string, transfer: Expected | undefined): void {
    const before = this.#open.get(id);
    if (before !== undefined) this.#add(before, -1);
    this.#open.delete(id);
    if (transfer?.status !== 'expected') return;
    this.#open.set(id, transfer);
    this.#add(transfer, 1);
  }

  /** Units by location; a location where none are expected is not there. */
  of(sku: string): ReadonlyMap<string, number> {
    return this.#bySku.get(sku) ?? NONE;
  }

  #add({ to, lines }: Expected, sign: 1 | -1): void {
    for (const { sku, quantity, received } of lines) {
      const places = this.#bySku.get(sku) ?? new Map<string, number>();
      this.#bySku.set(sku, places);
      // More may have come than was announced.
      const n = (places.get(to) ?? 0) + sign * Math.max(0, quantity - received);
      if (n === 0) places.delete(to);
      else places.set(to, n);
      if (places.size === 0) this.#bySku.delete(sku);
    }
  }
}

const NONE: ReadonlyMap<string, number> = new Map();
