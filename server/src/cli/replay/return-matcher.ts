/**
 * Finds the sale that a returned item came from. A cancellation in the file names a customer and an
 * article, not a sale; goods can only come back if they were handed over, which the replay decides
 * anew. The latest purchase is taken first, as a shop would look it up.
 */
import type { ReturnStep, SaleLine } from './steps.ts';

export interface ReturnPart {
  readonly saleId: string;
  readonly lineNo: number;
  readonly quantity: number;
  /** Units of the whole sale line. */
  readonly sold: number;
}

interface HandedOver {
  readonly saleId: string;
  readonly lineNo: number;
  readonly sold: number;
  left: number;
}

export function returnKey(customer: string, sku: string, location: string): string {
  return `${customer} ${sku}@${location}`;
}

export class ReturnMatcher {
  readonly #purchases = new Map<string, HandedOver[]>();
  readonly #wanted: ReadonlySet<string>;

  /** Only purchases whose `returnKey` is in `wanted` are remembered. */
  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  remember(customer: string, saleId: string, line: SaleLine): void {
    const key = returnKey(customer, line.sku, line.location);
    if (customer === '' || !this.#wanted.has(key)) return;
    const bought: HandedOver = {
      saleId,
      lineNo: line.lineNo,
      sold: line.quantity,
      left: line.quantity,
    };
    const known = this.#purchases.get(key);
    if (known === undefined) this.#purchases.set(key, [bought]);
    else known.push(bought);
  }

  /** The sale lines that the goods came from; fewer units than asked where fewer were handed over. */
  match(step: ReturnStep): ReturnPart[] {
    const parts: ReturnPart[] = [];
    const purchases = this.#purchases.get(returnKey(step.customer, step.sku, step.location)) ?? [];
    let wanted = step.quantity;
    while (wanted > 0) {
      const latest = purchases.at(-1);
      if (latest === undefined) break;
      const quantity = Math.min(wanted, latest.left);
      parts.push({ saleId: latest.saleId, lineNo: latest.lineNo, sold: latest.sold, quantity });
      wanted -= quantity;
      latest.left -= quantity;
      if (latest.left === 0) purchases.pop();
    }
    return parts;
  }
}
