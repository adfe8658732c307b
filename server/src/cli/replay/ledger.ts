/**
 * The replay's own ledger: what was physically shelved, what was asked, what was handed over.
 *
 * It sees everything and shares no code with the product, so that the two can disagree. It follows the
 * goods, not the rights: a unit stands on a shelf, or a customer has it, or it was written off.
 *
 *   standing = shelved + returned − handed over − written off
 *
 * Goods count as shelved before the keeper is told, for they stand there already: a seller that hears
 * of them before this process hears the keeper's answer has not oversold.
 */
import assert from 'node:assert/strict';
import { ReturnMatcher, type ReturnPart } from './return-matcher.ts';
import type { DeliveryLine, ReturnStep, SaleLine, SaleStep, ShrinkageStep } from './steps.ts';

export interface PoolBook {
  readonly sku: string;
  readonly location: string;
  shelved: number;
  returned: number;
  handedOver: number;
  writtenOff: number;
  refused: number;
  /** The most units ever handed over beyond what had ever stood there. */
  oversold: number;
}

const COUNTS = {
  /** Sale lines that were decided. */
  lines: 0,
  linesSold: 0,
  sales: 0,
  unitsAsked: 0,
  unitsSold: 0,
  unitsRefused: 0,
  /** Lines refused while enough units stood there, whoever held the rights. */
  falseRefusals: 0,
  /** Rows with which goods came back. */
  returns: 0,
  /** Rows of goods that this run never handed over. */
  unmatchedReturns: 0,
  shrinkage: 0,
};

const SUMS = {
  oversold: 0,
  /** Units that stand on a shelf although somebody was refused them. */
  strandedUnits: 0,
  /** Handed over rightly, but a write-off had taken the units: a shortage of the shelf, not an oversell. */
  shortageUnits: 0,
};

export type LedgerTotals = Readonly<typeof COUNTS & typeof SUMS>;

export class Ledger {
  readonly #pools = new Map<string, PoolBook>();
  readonly #handedOver = new Map<string, readonly SaleLine[]>();
  readonly #returns: ReturnMatcher;
  readonly #counts = { ...COUNTS };
  /** Over all pools; kept at every change, so that a progress bar may look as often as it likes. */
  readonly #sums = { ...SUMS };

  /** `returnKeys` of the plan: purchases that will be brought back. */
  constructor(returnKeys: ReadonlySet<string>) {
    this.#returns = new ReturnMatcher(returnKeys);
  }

  /** A lorry is unloaded. */
  shelved(location: string, lines: readonly DeliveryLine[]): void {
    for (const { sku, quantity } of lines) this.#add(sku, location, 'shelved', quantity);
  }

  /** The seller has answered: the customer has these lines. `saleId` is the id under which it was sold. */
  sold(step: SaleStep, saleId: string, lines: readonly SaleLine[]): void {
    assert(!this.#handedOver.has(saleId), `Sale ${saleId} was told to the ledger twice.`);
    this.#handedOver.set(saleId, lines);
    this.#counts.sales++;
    for (const line of lines) {
      this.#add(line.sku, line.location, 'handedOver', line.quantity);
      this.#counts.lines++;
      this.#counts.linesSold++;
      this.#counts.unitsAsked += line.quantity;
      this.#counts.unitsSold += line.quantity;
      this.#returns.remember(step.customer, saleId, line);
    }
  }

  /** The customer goes without this line. @returns whether the refusal was false. */
  refused(line: SaleLine): boolean {
    const isFalse = this.falseRefusal(line);
    this.#add(line.sku, line.location, 'refused', line.quantity);
    this.#counts.lines++;
    this.#counts.unitsAsked += line.quantity;
    this.#counts.unitsRefused += line.quantity;
    if (isFalse) this.#counts.falseRefusals++;
    return isFalse;
  }

  /** Whether enough units stand there at this moment, whoever holds the rights to them. */
  falseRefusal(line: SaleLine): boolean {
    return standing(this.#pool(line.sku, line.location)) >= line.quantity;
  }

  /** The sale lines that goods come back from. None: the customer never got them, so nothing comes back. */
  matchReturn(step: ReturnStep): ReturnPart[] {
    const parts = this.#returns.match(step);
    if (parts.length === 0) this.#counts.unmatchedReturns++;
    else this.#counts.returns++;
    return parts;
  }

  /** Goods that a customer brought back stand on the shelf again. */
  returned(location: string, sku: string, quantity: number): void {
    this.#add(sku, location, 'returned', quantity);
  }

  /** Writes off what can be: never more than stands there. Zero means that the step is void. */
  shrink(step: ShrinkageStep): number {
    const quantity = Math.max(0, Math.min(step.quantity, standing(this.#pool(step.sku, step.location))));
    this.#add(step.sku, step.location, 'writtenOff', quantity);
    if (quantity > 0) this.#counts.shrinkage++;
    return quantity;
  }

  /** What was handed over, by the id of the sale. */
  get handedOver(): ReadonlyMap<string, readonly SaleLine[]> {
    return this.#handedOver;
  }

  pools(): Iterable<Readonly<PoolBook>> {
    return this.#pools.values();
  }

  /** What was decided so far: live, for whoever shows it. */
  get counts(): Readonly<typeof COUNTS> {
    return this.#counts;
  }

  totals(): LedgerTotals {
    return { ...this.#counts, ...this.#sums };
  }

  #add(
    sku: string,
    location: string,
    column: 'shelved' | 'returned' | 'handedOver' | 'writtenOff' | 'refused',
    quantity: number,
  ): void {
    const pool = this.#pool(sku, location);
    this.#sum(pool, -1);
    pool[column] += quantity;
    pool.oversold = Math.max(pool.oversold, unitsBeyondShelf(pool));
    this.#sum(pool, 1);
  }

  #sum(pool: PoolBook, sign: 1 | -1): void {
    const stranded = Math.max(0, Math.min(standing(pool), pool.refused));
    const missing = Math.max(0, -standing(pool) - Math.max(0, unitsBeyondShelf(pool)));
    this.#sums.oversold += sign * pool.oversold;
    this.#sums.strandedUnits += sign * stranded;
    this.#sums.shortageUnits += sign * missing;
  }

  #pool(sku: string, location: string): PoolBook {
    const key = `${sku}@${location}`;
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      const empty = {
        shelved: 0,
        returned: 0,

        handedOver: 0,
        writtenOff: 0,
        refused: 0,
        oversold: 0,
      };
      pool = { sku, location, ...empty };
      this.#pools.set(key, pool);
    }
    return pool;
  }
}

export function standing(pool: Readonly<PoolBook>): number {
  return pool.shelved + pool.returned - pool.handedOver - pool.writtenOff;
}

/** Write-offs left out: what was handed over against what ever came. */
function unitsBeyondShelf(pool: Readonly<PoolBook>): number {
  return pool.handedOver - pool.shelved - pool.returned;
}
