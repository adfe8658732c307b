/** The model of `orders`, `sold_lines` and `line_progress`: what was sold, and what became of it. */
import type { Entry, WriterId } from '@tallystick/crdt';
import { ModelTable } from './tables.ts';

interface Moved {
  cancelled: number;
  shipped: number;
  returned: number;
  isExcused: boolean;
}

interface How {
  readonly isDuplicate: boolean;
  readonly isRepeat: boolean;
  readonly isOfCopy: boolean;
}

type Lines = readonly { readonly lineId: string; readonly pool: string; readonly quantityBase: number }[];

export class OrdersModel {
  readonly orders = new ModelTable();
  readonly lines = new ModelTable<{
    readonly quantity: number;
    readonly sku: string;
    readonly location: string;
  }>();
  readonly progress = new ModelTable();
  /** What a writer sold of an order that another one had sold, by order and writer. */
  readonly #copies = new Map<string, Lines>();
  readonly #moved = new Map<string, Moved>();
  /** Lines that the open turn moved on. */
  readonly #movedNow = new Set<string>();
  /** Who spoke of a line in the open turn, also where it counts as nothing. */
  readonly #spokenOf = new Map<string, Set<WriterId>>();
  /** Moved before their order was known: it may come later. */
  readonly #waiting = new Set<string>();

  /** @param stream the history that the entry is part of. */
  add(stream: WriterId, entry: Entry, how: How): void {
    const { body } = entry;
    switch (body.type) {
      case 'sold':
      case 'confirmed':
        if (!how.isDuplicate) this.#sell(stream, entry, body);
        else if (!how.isRepeat) this.#copies.set(`${entry.docId} ${entry.writer}`, body.lines);
        return;
      case 'cancelled':
      case 'shipped':
      case 'returned':
        for (const { lineId, n } of body.lines) {
          const key = `${body.orderId} ${lineId}`;
          this.#spokenOf.set(key, (this.#spokenOf.get(key) ?? new Set()).add(stream));
          if (how.isRepeat || how.isOfCopy) continue;
          const moved = this.#moved.get(key) ?? { cancelled: 0, shipped: 0, returned: 0, isExcused: false };
          this.#moved.set(key, moved);
          moved[body.type] += n;
          this.#movedNow.add(key);
        }
        return;
      default:
    }
  }

  /** Whether the entry moves a line of a known order on beyond what it sold, or one that it did not sell. */
  isBeyond({ body }: Entry, copySeller: WriterId | undefined): boolean {
    if (body.type !== 'cancelled' && body.type !== 'shipped' && body.type !== 'returned') return false;
    if (copySeller !== undefined)
      return isBeyondCopy(body.lines, this.#copies.get(`${body.orderId} ${copySeller}`) ?? []);
    if (!this.orders.records.has(body.orderId)) return false;
    const asked = new Map<string, number>();
    for (const { lineId, pool, n } of body.lines) {
      const key = `${body.orderId} ${lineId}`;
      const line = this.lines.records.get(key);
      if (line === undefined || pool !== `${line.sku}@${line.location}`) return true;
      asked.set(key, (asked.get(key) ?? 0) + n);
    }
    return [...asked].some(([key, n]) => {
      const moved = this.#moved.get(key);
      const before =
        body.type === 'shipped' ? (moved?.shipped ?? 0) : (moved?.cancelled ?? 0) + (moved?.returned ?? 0);
      return before + n > (this.lines.records.get(key)?.quantity ?? 0);
    });
  }

  #sell(
    writer: WriterId,
    { seq, docId }: Entry,
    body: Extract<Entry['body'], { type: 'sold' | 'confirmed' }>,
  ): void {
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
    for (const key of [...this.#waiting, ...this.#movedNow]) {
      const { isExcused: wasExcused, ...moved } = this.#moved.get(key) as Moved;
      const quantity = this.lines.records.get(key)?.quantity ?? null;
      const isMoved = this.#movedNow.has(key);
      const by = isMoved ? [...(this.#spokenOf.get(key) ?? [])] : [];
      const isExcused = wasExcused || by.some(isFenced) || (isMoved && quantity === null);
      this.#moved.set(key, { ...moved, isExcused });
      const conflict = quantity !== null && moved.cancelled + moved.shipped > quantity;
      this.progress.set(key, { ...moved, quantity, excused: isExcused, conflict });
      if (quantity === null) this.#waiting.add(key);
      else this.#waiting.delete(key);
    }
    this.#movedNow.clear();
    this.#spokenOf.clear();
  }
}

function isBeyondCopy(
  asked: readonly { readonly lineId: string; readonly pool: string; readonly n: number }[],
  copy: Lines,
): boolean {
  return asked.some(({ lineId }) => {
    const sold = copy.find((line) => line.lineId === lineId);
    const same = asked.filter((line) => line.lineId === lineId);
    const n = same.reduce((sum, line) => sum + line.n, 0);
    return sold === undefined || same.some(({ pool }) => pool !== sold.pool) || n > sold.quantityBase;
  });
}
