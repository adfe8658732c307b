/** Units of sale: a case is 12 pieces, always and exactly. Stock is counted in base units only. */
import { isQuantity } from '../tally/guards.ts';

/** `basePerUnit` base units make one unit of sale; the base unit itself has 1. */
export interface UnitOfSale {
  readonly unit: string;
  readonly basePerUnit: number;
}

export type UnitResult =
  | { readonly ok: true; readonly quantity: number }
  | { readonly ok: false; readonly fault: 'bad_quantity' | 'bad_unit' | 'not_whole' };

/** How many base units are so many units of sale. Both must be quantities (T7). */
export function toBase(quantityUnits: number, { basePerUnit }: UnitOfSale): UnitResult {
  if (!isQuantity(basePerUnit)) return { ok: false, fault: 'bad_unit' };
  if (!isQuantity(quantityUnits)) return { ok: false, fault: 'bad_quantity' };
  // Past 2^53 the product is inexact, but then it is also far past the largest quantity.
  const quantity = quantityUnits * basePerUnit;
  return isQuantity(quantity) ? { ok: true, quantity } : { ok: false, fault: 'bad_quantity' };
}

/** How many units of sale are so many base units; a broken case is no case. */
export function toUnits(quantityBase: number, { basePerUnit }: UnitOfSale): UnitResult {
  if (!isQuantity(basePerUnit)) return { ok: false, fault: 'bad_unit' };
  if (!isQuantity(quantityBase)) return { ok: false, fault: 'bad_quantity' };
  if (quantityBase % basePerUnit !== 0) return { ok: false, fault: 'not_whole' };
  return { ok: true, quantity: quantityBase / basePerUnit };
}
