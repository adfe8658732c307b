/**
 * Money: what a line and an order cost, in integer minor units.
 *
 * A line is worth quantity × price, less its discounts in their order, kept as an
 * exact fraction and rounded once, half to even. From that one rounded figure the
 * tax follows, again rounded once, so that whoever reads a receipt can check it:
 *
 *   price contains tax:  gross = rounded,  tax = gross · r / (1 + r),  net = gross − tax
 *   tax comes on top:    net = rounded,    tax = net · r,              gross = net + tax
 *
 * Products pass 2^53 long before results do, so the steps between are BigInt.
 */
import type { LineId } from '../ids.ts';
import { isQuantity } from '../tally/guards.ts';
import { isCurrencyCode } from './currency.ts';
import type { Discount, OrderLine } from './order.ts';
import { divideHalfToEven, exactNumber } from './rounding.ts';

export interface Amounts {
  readonly netMinor: number;
  readonly taxMinor: number;
  readonly grossMinor: number;
}

export interface CurrencyTotals extends Amounts {
  readonly currency: string;
}

export type PricedLine = Pick<
  OrderLine,
  'quantityUnits' | 'unitPriceMinor' | 'taxRateBp' | 'taxIncluded' | 'discounts'
>;

/** Why an amount cannot be given. Nothing is ever cut down in silence. */
export type MoneyFault =
  | 'bad_quantity'
  | 'bad_price'
  | 'bad_tax_rate'
  | 'bad_discount'
  | 'bad_currency'
  | 'discount_exceeds_line'
  | 'amount_out_of_range';

export type MoneyResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: MoneyFault; readonly lineId?: LineId };

/** A whole in basis points. */
const WHOLE_BP = 10_000n;

/** Net, tax and gross of one line. */
export function lineAmounts(line: PricedLine): MoneyResult<Amounts> {
  if (!isQuantity(line.quantityUnits)) return { ok: false, fault: 'bad_quantity' };
  if (!isCount(line.unitPriceMinor)) return { ok: false, fault: 'bad_price' };
  if (!isCount(line.taxRateBp)) return { ok: false, fault: 'bad_tax_rate' };
  const worth = discounted(BigInt(line.quantityUnits) * BigInt(line.unitPriceMinor), line.discounts);
  if (!worth.ok) return worth;
  const rateBp = BigInt(line.taxRateBp);
  const rounded = worth.value;
  const tax = divideHalfToEven(rounded * rateBp, line.taxIncluded ? WHOLE_BP + rateBp : WHOLE_BP);
  return line.taxIncluded ? amounts(rounded - tax, tax, rounded) : amounts(rounded, tax, rounded + tax);
}

/** Sums over all lines, one for each currency, by code. */
export function totals(
  lines: readonly (PricedLine & Pick<OrderLine, 'lineId' | 'currency'>)[],
): MoneyResult<CurrencyTotals[]> {
  const sums = new Map<string, { net: bigint; tax: bigint; gross: bigint }>();
  for (const line of lines) {
    const { lineId } = line;
    if (!isCurrencyCode(line.currency)) return { ok: false, fault: 'bad_currency', lineId };
    const priced = lineAmounts(line);
    if (!priced.ok) return { ...priced, lineId };
    const sum = sums.get(line.currency) ?? { net: 0n, tax: 0n, gross: 0n };
    sum.net += BigInt(priced.value.netMinor);
    sum.tax += BigInt(priced.value.taxMinor);
    sum.gross += BigInt(priced.value.grossMinor);
    sums.set(line.currency, sum);
  }
  const value: CurrencyTotals[] = [];
  for (const currency of [...sums.keys()].sort()) {
    const { net, tax, gross } = sums.get(currency) as { net: bigint; tax: bigint; gross: bigint };
    const total = amounts(net, tax, gross);
    if (!total.ok) return total;
    value.push({ currency, ...total.value });
  }
  return { ok: true, value };
}

/** The exact fraction that the discounts leave of a line, rounded once. */
function discounted(list: bigint, discounts: readonly Discount[]): MoneyResult<bigint> {
  let left = list;
  let over = 1n;
  for (const discount of discounts) {
    if (discount.kind === 'rate') {
      if (!isCount(discount.rateBp) || discount.rateBp > WHOLE_BP)
        return { ok: false, fault: 'bad_discount' };
      left *= WHOLE_BP - BigInt(discount.rateBp);
      over *= WHOLE_BP;
    } else {
      if (!isCount(discount.amountMinor)) return { ok: false, fault: 'bad_discount' };
      left -= BigInt(discount.amountMinor) * over;
      // Whoever grants a discount trims it to the line; a negative line would be a payout without a name.
      if (left < 0n) return { ok: false, fault: 'discount_exceeds_line' };
    }
  }
  return { ok: true, value: divideHalfToEven(left, over) };
}

function amounts(net: bigint, tax: bigint, gross: bigint): MoneyResult<Amounts> {
  const netMinor = exactNumber(net);
  const taxMinor = exactNumber(tax);
  const grossMinor = exactNumber(gross);
  if (netMinor === undefined || taxMinor === undefined || grossMinor === undefined) {
    return { ok: false, fault: 'amount_out_of_range' };
  }
  return { ok: true, value: { netMinor, taxMinor, grossMinor } };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
