/** Pricing a line: what somebody wants, with the catalogue's price, tax and unit, as it is written down. */
import { toBase, type UnitOfSale } from './units.ts';

/** What the catalogue says of a product, as far as a line needs it. */
export interface PricedProduct {
  readonly sku: string;
  readonly baseUnit: string;
  readonly units?: readonly UnitOfSale[] | undefined;
  /** By currency, for one base unit. */
  readonly prices: Readonly<Record<string, number>>;
  readonly taxRateBp: number;
  readonly taxIncluded: boolean;
}

export interface LinePrice {
  readonly quantityBase: number;
  readonly unit: string;
  readonly unitPriceMinor: number;
  readonly currency: string;
  readonly taxRateBp: number;
  readonly taxIncluded: boolean;
}

export type PriceFault = 'no_price' | 'unknown_unit' | 'out_of_range';

export type PriceResult =
  | { readonly ok: true; readonly price: LinePrice }
  | { readonly ok: false; readonly faults: readonly PriceFault[] };

/** @param unit the name of a unit of sale; the base unit where it is left out */
export function priceLine(
  product: PricedProduct,
  wanted: { readonly quantity: number; readonly unit?: string | undefined; readonly currency: string },
): PriceResult {
  const faults: PriceFault[] = [];
  const perBase = product.prices[wanted.currency];
  if (perBase === undefined) faults.push('no_price');
  const unit = unitOf(product, wanted.unit);
  if (unit === undefined) faults.push('unknown_unit');
  const { basePerUnit } = unit ?? { basePerUnit: 1 };
  const base = toBase(wanted.quantity, { unit: '', basePerUnit });
  // Catalogues price the base unit; a case costs what its pieces cost.
  const unitPriceMinor = (perBase ?? 0) * basePerUnit;
  if (!base.ok || !Number.isSafeInteger(unitPriceMinor)) faults.push('out_of_range');
  if (faults.length > 0 || !base.ok || unit === undefined) return { ok: false, faults };
  const { taxRateBp, taxIncluded } = product;
  const { currency } = wanted;
  const price = {
    quantityBase: base.quantity,
    unit: unit.unit,
    unitPriceMinor,
    currency,
    taxRateBp,
    taxIncluded,
  };
  return { ok: true, price };
}

/** The base unit where none is named; undefined where the product is not sold by it. */
export function unitOf(
  { baseUnit, units = [] }: Pick<PricedProduct, 'baseUnit' | 'units'>,
  named: string | undefined,
): UnitOfSale | undefined {
  if (named === undefined || named === baseUnit) return { unit: baseUnit, basePerUnit: 1 };
  return units.find(({ unit }) => unit === named);
}
