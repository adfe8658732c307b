/** The model of `orders`, `sold_lines` and `line_progress`: what was sold, and what became of it. */
import type { Entry, WriterId } from '@tallystick/crdt';
import { ModelTable } from './tables.ts';

interface Moved {
  cancelled: number;
  shipped: number;
  returned: number;
  isExcused: boolean;
}

export class OrdersModel {
  readonly orders = new ModelTable();
  readonly lines = new ModelTable<{ readonly quantity: number; readonly location: string }>();
  readonly progress = new ModelTable();
  readonly #moved = new Map<string, Moved>();
  /** Lines that the open turn moved on, and who did. */
  readonly #movedNow = new Map<string, Set<WriterId>>();
  /** Moved before their order was known: it may come later. */
  readonly #waiting = new Set<string>();

  add(entry: Entry, isDuplicate: boolean): void {
    const { body } = entry;
    switch (body.type) {
      case 'sold':
      case 'confirmed':
        if (!isDuplicate) this.#sell(entry, body);
        return;
      case 'cancelled':
      case 'shipped':
      case 'returned':
        for (const { lineId, n } of body.lines) {
          const key = `${body.orderId} ${lineId}`;
          const moved = this.#moved.get(key) ?? { cancelled: 0, shipped: 0, returned: 0, isExcused: false };
          this.#moved.set(key, moved);
          moved[body.type] += n;
          this.#movedNow.set(key, (this.#movedNow.get(key) ?? new Set()).add(entry.writer));
        }
        return;
      default:
    }
  }

  #sell({ writer, seq, docId }: Entry, body: Extract<Entry['body'], { type: 'sold' | 'confirmed' }>): void {
    this.orders.set(docId, {
      writer,
      seq,
      channel: body.channel,
      client: body.clientId ?? null,
      customer: body.customerId ?? null,
      priority: body.priority,
      placed_ms: body.placedAt,
      hold: body.type === 'confirmed' ? body.holdId : null,
      payments: body.payments,
      note: body.note ?? null,
      override: body.overrideReason ?? null,
    });
    for (const line of body.lines) {
      const { lineId, locationId, quantityBase, pool: _, ...said } = line;
      const key = `${docId} ${lineId}`;
      if (!this.lines.records.has(key))
        this.lines.set(key, { ...said, location: locationId, quantity: quantityBase });
    }
  }

  /** What was moved before anybody could compare it with its order stays excused, as does what a fenced writer said. */
  endTurn(isFenced: (writer: WriterId) => boolean): void {
    for (const key of [...this.#waiting, ...this.#movedNow.keys()]) {
      const { isExcused: wasExcused, ...moved } = this.#moved.get(key) as Moved;
      const quantity = this.lines.records.get(key)?.quantity ?? null;
      const by = [...(this.#movedNow.get(key) ?? [])];
      const isExcused = wasExcused || by.some(isFenced) || (by.length > 0 && quantity === null);
      this.#moved.set(key, { ...moved, isExcused });
      const conflict = quantity !== null && moved.cancelled + moved.shipped > quantity;
      this.progress.set(key, { ...moved, quantity, excused: isExcused, conflict });
      if (quantity === null) this.#waiting.add(key);
      else this.#waiting.delete(key);
    }
    this.#movedNow.clear();
  }
}
