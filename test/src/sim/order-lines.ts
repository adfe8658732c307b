/** Order lines as the entries of the books tell them: nothing leaves, comes back or is cancelled twice (T4, T8). */
import type { Entry } from '@tallystick/crdt';
import { Violation } from './trace.ts';

interface Line {
  sold: number;
  departed: number;
  cancelled: number;
  returned: number;
}

export class OrderLines {
  readonly #lines = new Map<string, Line>();

  readonly #ofOrder = new Map<string, Line[]>();

  #of(orderId: string, lineId: string): Line {
    const key = `${orderId} ${lineId}`;
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { sold: 0, departed: 0, cancelled: 0, returned: 0 };
      this.#lines.set(key, line);
      this.#ofOrder.set(orderId, [...(this.#ofOrder.get(orderId) ?? []), line]);
    }
    return line;
  }

  /** Entries of several writers come in any order, so what was sold may be learnt last: check at the end. */
  add({ body }: Entry): void {
    if (body.type === 'sold' || body.type === 'confirmed') {
      for (const { lineId, quantityBase, departed } of body.lines) {
        const line = this.#of(body.orderId, lineId);
        line.sold += quantityBase;
        if (departed) line.departed += quantityBase;
      }
    } else if (body.type === 'shipped') {
      for (const { lineId, n } of body.lines) this.#of(body.orderId, lineId).departed += n;
    } else if (body.type === 'cancelled') {
      for (const { lineId, n } of body.lines) this.#of(body.orderId, lineId).cancelled += n;
    } else if (body.type === 'returned') {
      for (const { lineId, n } of body.lines) this.#of(body.orderId, lineId).returned += n;
    } else if (body.type === 'marked') {
      // Whoever marks an order has sold it and taken it back before, in one chain.
      const lines = this.#ofOrder.get(body.orderId) ?? [];
      if (lines.length > 0 && lines.every(({ sold, cancelled }) => sold > 0 && cancelled === sold))
        throw new Violation('T8', `${body.orderId} was marked ${body.mark} when all of it was cancelled`);
    }
  }

  /** Of `torn` orders a part is gone with an image that was put back: the rest need not fit. */
  check(torn: ReadonlySet<string>): void {
    for (const [key, { sold, departed, cancelled, returned }] of this.#lines) {
      if (torn.has(key.split(' ')[0] as string)) continue;
      if (departed + cancelled > sold || returned > departed) {
        throw new Violation(
          'T4',
          `${key}: ${sold} sold, ${departed} departed, ${cancelled} cancelled, ${returned} returned`,
        );
      }
    }
  }
}
