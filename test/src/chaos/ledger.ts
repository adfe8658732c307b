/**
 * The outside client's own ledger: what was put on shelves, what was asked, and what was
 * answered. It shares nothing with the product, so that the two can disagree.
 *
 * A unit that goes onto a shelf counts before its keeper is told, for it stands there
 * already; a unit that is sold counts when the answer has come.
 */

/** `unknown`: asked, and never answered. */
export type Outcome = 'unknown' | 'acked' | 'refused';

export interface Line {
  readonly lineId: string;
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
}

export interface Sale {
  readonly id: string;
  readonly seller: string;
  readonly lines: readonly Line[];
  outcome: Outcome;
  /** Its order was taken back before the goods left. */
  cancel: Outcome | 'none';
  /** Goods of its first line that the customer brought back. */
  comeBack: Outcome | 'none';
}

/** Goods that came: by lorry. */
export interface Receipt {
  readonly id: string;
  readonly location: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  outcome: Outcome;
}

/** One pool as the client knows it; `maybe` is what was asked and never answered. */
export interface PoolBook {
  shelved: number;
  shelvedMaybe: number;
  sold: number;
  soldMaybe: number;
  cancelled: number;
  cancelledMaybe: number;
  returned: number;
  returnedMaybe: number;
}

export class ClientLedger {
  readonly sales = new Map<string, Sale>();
  readonly receipts = new Map<string, Receipt>();
  readonly #standing = new Map<string, number>();
  /** The most units that any pool was ever sold beyond what stood there, over all pools. */
  oversoldUnits = 0;
  readonly #deepest = new Map<string, number>();

  /** Before the keeper is told. */
  shelve(receipt: Omit<Receipt, 'outcome'>): Receipt {
    const kept: Receipt = { ...receipt, outcome: 'unknown' };
    this.receipts.set(receipt.id, kept);
    for (const { sku, quantity } of receipt.lines) this.#move(`${sku}@${receipt.location}`, quantity);
    return kept;
  }

  /** Before the seller is asked. */
  ask(id: string, seller: string, lines: readonly Line[]): Sale {
    const sale: Sale = { id, seller, lines, outcome: 'unknown', cancel: 'none', comeBack: 'none' };
    this.sales.set(id, sale);
    return sale;
  }

  acked(sale: Sale): void {
    sale.outcome = 'acked';
    for (const line of sale.lines) this.#move(poolOf(line), -line.quantity);
  }

  /** Before the owner is asked: the goods never left. */
  askCancel(sale: Sale): void {
    sale.cancel = 'unknown';
    for (const line of sale.lines) this.#move(poolOf(line), line.quantity);
  }

  answerCancel(sale: Sale, outcome: Outcome): void {
    sale.cancel = outcome;
    if (outcome === 'refused') for (const line of sale.lines) this.#move(poolOf(line), -line.quantity);
  }

  /** Before the keeper is told: the goods stand there again. */
  askReturn(sale: Sale): Line {
    const line = sale.lines[0] as Line;
    sale.comeBack = 'unknown';
    this.#move(poolOf(line), line.quantity);
    return line;
  }

  pools(): Map<string, PoolBook> {
    return poolBooks(this.sales.values(), this.receipts.values());
  }

  #move(pool: string, units: number): void {
    const standing = (this.#standing.get(pool) ?? 0) + units;
    this.#standing.set(pool, standing);
    const deepest = this.#deepest.get(pool) ?? 0;
    if (-standing <= deepest) return;
    this.oversoldUnits += -standing - deepest;
    this.#deepest.set(pool, -standing);
  }
}

export function poolOf(line: { readonly sku: string; readonly location: string }): string {
  return `${line.sku}@${line.location}`;
}

/** Sums the client's papers by pool, anew and from nothing. */
function poolBooks(sales: Iterable<Sale>, receipts: Iterable<Receipt>): Map<string, PoolBook> {
  const pools = new Map<string, PoolBook>();
  const add = (
    pool: string,
    column: 'shelved' | 'sold' | 'cancelled' | 'returned',
    outcome: string,
    n: number,
  ) => {
    const book = pools.get(pool) ?? emptyBook();
    pools.set(pool, book);
    if (outcome === 'acked') book[column] += n;
    else if (outcome === 'unknown') book[`${column}Maybe`] += n;
  };
  for (const { location, lines, outcome } of receipts) {
    for (const { sku, quantity } of lines) add(`${sku}@${location}`, 'shelved', outcome, quantity);
  }
  for (const { lines, outcome, cancel, comeBack } of sales) {
    for (const line of lines) {
      add(poolOf(line), 'sold', outcome, line.quantity);
      add(poolOf(line), 'cancelled', cancel, line.quantity);
    }
    const [first] = lines;
    if (first !== undefined) add(poolOf(first), 'returned', comeBack, first.quantity);
  }
  return pools;
}

function emptyBook(): PoolBook {
  const sure = { shelved: 0, sold: 0, cancelled: 0, returned: 0 };
  return { ...sure, shelvedMaybe: 0, soldMaybe: 0, cancelledMaybe: 0, returnedMaybe: 0 };
}
