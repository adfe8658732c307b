/** The plain model: one shelf a pool and one list of orders, as anybody would keep them on paper. */
export interface ModelLine {
  readonly sku: string;
  readonly locationId: string;
  readonly quantity: number;
  cancelled: number;
  shipped: number;
  returned: number;
}
export type ModelOrder = Map<string, ModelLine>;
interface ModelHold {
  readonly sku: string;
  readonly locationId: string;
  readonly quantity: number;
}

export class PlainModel {
  /** Units that stand at a place, by `sku@place`. */
  readonly onHand = new Map<string, number>();
  /** Units that broke: those may have been promised already (F7). */
  readonly broken = new Map<string, number>();
  readonly orders = new Map<string, ModelOrder>();
  /** Those that are open. */
  readonly holds = new Map<string, ModelHold>();

  put(sku: string, locationId: string, n: number): void {
    const pool = `${sku}@${locationId}`;
    this.onHand.set(pool, (this.onHand.get(pool) ?? 0) + n);
  }

  breakUnits(sku: string, locationId: string, n: number): void {
    this.put(sku, locationId, -n);
    this.broken.set(`${sku}@${locationId}`, (this.broken.get(`${sku}@${locationId}`) ?? 0) + n);
  }

  place(
    id: string,
    lines: readonly { lineId: string; sku: string; locationId: string; quantity: number }[],
  ): void {
    if (this.orders.has(id)) throw new Error(`${id} was placed twice`);
    const made = lines.map(
      ({ lineId, ...line }) => [lineId, { ...line, cancelled: 0, shipped: 0, returned: 0 }] as const,
    );
    this.orders.set(id, new Map(made));
  }

  ship(id: string, lineId: string, n: number): void {
    const line = this.#line(id, lineId);
    line.shipped += n;
    this.put(line.sku, line.locationId, -n);
  }

  takeBack(id: string, lineId: string, n: number): void {
    const line = this.#line(id, lineId);
    line.returned += n;
    this.put(line.sku, line.locationId, n);
  }

  cancel(id: string): void {
    for (const line of this.orders.get(id)?.values() ?? [])
      if (line.cancelled === 0) line.cancelled = line.quantity - line.shipped;
  }

  #line(id: string, lineId: string): ModelLine {
    return this.orders.get(id)?.get(lineId) as ModelLine;
  }

  /** What can still be sold of each pool: what stands there less what is sold and not gone, and what is held. */
  available(): Map<string, number> {
    const left = new Map(this.onHand);
    const take = (sku: string, place: string, n: number) =>
      left.set(`${sku}@${place}`, (left.get(`${sku}@${place}`) ?? 0) - n);
    for (const order of this.orders.values())
      for (const line of order.values())
        take(line.sku, line.locationId, line.quantity - line.cancelled - line.shipped);
    for (const { sku, locationId, quantity } of this.holds.values()) take(sku, locationId, quantity);
    return left;
  }
}
