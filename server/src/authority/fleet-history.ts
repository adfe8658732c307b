/**
 * How selling went in the whole fleet: sums that only grow, and what they were each quarter of a minute of the last day.
 *
 * Two points say how much was sold between them, so that any may be left out. It is in memory alone: the books know every
 * sale for ever, but not who was refused.
 */
import type { Sales } from '@tallystick/store-agent';

export const EVERY_MS = 15_000;
const KEPT_MS = 24 * 3_600_000;
/** As many as a chart has room for. */
const POINTS_MAX = 360;

export interface FleetPoint extends Sales {
  readonly at: string;
}

const NOTHING: Sales = { sold: 0, soldAtOnce: 0, refused: 0, refusedFalsely: 0 };

/** A replica that was started anew counts from nothing, and one that is away stays as it was. */
export class FleetSums {
  readonly #last = new Map<string, Sales>();
  #sums = NOTHING;

  /** @param sales what each replica has counted since it was started; null where it cannot be asked */
  take(items: readonly { readonly id: string; readonly sales: Sales | null }[]): Sales {
    for (const { id, sales } of items) {
      if (sales === null) continue;
      const last = this.#last.get(id);
      this.#last.set(id, sales);
      // Nobody knows when those were that it had counted before it was seen first.
      if (last === undefined) continue;
      const isAnew = sales.sold < last.sold || sales.refused < last.refused;
      this.#sums = added(this.#sums, sales, isAnew ? NOTHING : last);
    }
    return this.#sums;
  }
}

function added(sums: Sales, now: Sales, before: Sales): Sales {
  return {
    sold: sums.sold + now.sold - before.sold,
    soldAtOnce: sums.soldAtOnce + now.soldAtOnce - before.soldAtOnce,
    refused: sums.refused + now.refused - before.refused,
    refusedFalsely: sums.refusedFalsely + now.refusedFalsely - before.refusedFalsely,
  };
}

export class FleetHistory {
  readonly #points: FleetPoint[] = [];

  add(point: FleetPoint): void {
    this.#points.push(point);
    if (this.#points.length > KEPT_MS / EVERY_MS) this.#points.shift();
  }

  /**
   * @param now the last point, which is not kept
   * @returns oldest first, at most 360, evenly chosen
   */
  since(minutes: number, now: FleetPoint): FleetPoint[] {
    const from = new Date(Date.parse(now.at) - minutes * 60_000).toISOString();
    const found = [...this.#points.filter(({ at }) => at >= from && at < now.at), now];
    const step = Math.ceil(found.length / POINTS_MAX);
    return found.filter((_, i) => (found.length - 1 - i) % step === 0);
  }
}
