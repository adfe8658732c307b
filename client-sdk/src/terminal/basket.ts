/** Basket: what a cashier scanned, as commands: priced by this till's copy of the catalogue, never by the caller. */
import {
  type LineId,
  type LocationId,
  type PoolId,
  poolId,
  priceLine,
  type SellLine,
  type Sku,
} from '@tallystick/crdt';
import { TallystickError } from '../error.ts';
import type { TillCatalogue } from './catalogue.ts';

/** One line of a basket. */
export interface BasketLine {
  /** The product. */
  readonly sku: string;
  /** Whole, from 1, in `unit`. */
  readonly quantity: number;
  /** One of the product's units of sale, such as `case`; its base unit where it is left out. */
  readonly unit?: string;
}

type PlacedLine = SellLine & { readonly locationId: LocationId };

/** @throws TallystickError `unknown_sku`, `invalid_request`, `quantity_out_of_range` */
export async function pricedLines(
  lines: readonly BasketLine[],
  catalogue: TillCatalogue,
  location: LocationId,
): Promise<PlacedLine[]> {
  const currency = catalogue.location(location)?.currency;
  if (currency === undefined) throw new TallystickError('not_ready', 'This till has no catalogue yet.');
  if (lines.length === 0) throw new TallystickError('invalid_request', 'At least one line is needed.');
  return Promise.all(
    lines.map(async ({ sku, quantity, unit }, i) => {
      const product = await catalogue.product(sku);
      if (product === undefined)
        throw new TallystickError('unknown_sku', `Line ${i + 1}: no product has SKU ${sku}.`);
      const priced = priceLine(product, { quantity, unit, currency });
      if (!priced.ok) throw fault(priced.faults[0], `Line ${i + 1}`, sku, currency, unit);
      return {
        lineId: String(i + 1) as LineId,
        sku: sku as Sku,
        locationId: location,
        quantityUnits: quantity,
        discounts: [],
        ...priced.price,
      };
    }),
  );
}

function fault(kind: string | undefined, line: string, sku: string, currency: string, unit?: string) {
  if (kind === 'no_price')
    return new TallystickError('invalid_request', `${line}: ${sku} has no price in ${currency}.`);
  if (kind === 'unknown_unit')
    return new TallystickError('invalid_request', `${line}: ${sku} is not sold by ${unit}.`);
  return new TallystickError(
    'quantity_out_of_range',
    `${line}: a quantity is a whole number from 1 to 2147483647.`,
  );
}

export function poolOf({ sku, locationId }: PlacedLine): PoolId {
  return poolId(sku, locationId);
}
