/** The body of an order, and how it becomes a command: prices come from the catalogue, never from the caller. */
import {
  isDocumentId,
  isKnownCurrency,
  isLocationId,
  isSku,
  type LineId,
  type LinePrice,
  type LocationId,
  type Payment,
  type PriceFault,
  priceLine,
  QUANTITY_MAX,
  type Sell,
  type SellLine,
  type Sku,
} from '@tallystick/crdt';
import { type ErrorCode, firstError } from '@tallystick/crdt/wire';
import { z } from 'zod';
import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Product } from '../catalogue/items.ts';
import { words } from '../words.ts';
import { FIELD_ERRORS_MAX, Problem } from './problem.ts';

export const LINES_MAX = 10_000;
/** R4: the longest that a caller may ask a command to wait for units from elsewhere. */
export const WAIT_MS_MAX = 10_000;

export const documentId = z
  .string()
  .refine(isDocumentId, 'must be 1 to 128 printable characters without spaces')
  // A path with one of them is another path before it is sent.
  .refine((text) => text !== '.' && text !== '..', 'must not be a dot or two');
export const sku = z.string().refine(isSku, 'must be 1 to 64 visible characters');
export const locationId = z.string().refine(isLocationId, 'must be lower-case letters, digits and dashes');
export const quantity = z
  .number()
  .refine((n) => Number.isInteger(n) && !Object.is(n, -0) && n >= 1 && n <= QUANTITY_MAX, {
    message: `must be a whole number from 1 to ${QUANTITY_MAX}`,
  });

/** A reason as an entry keeps it. */
export const reason = words(300, 512);

/** Opaque to us; no name and no address belongs here. */
const opaqueId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/, 'must be an opaque id');

/** As somebody gives it: what was written down before is read by its shape. */
export const currencyCode = z
  .string()
  .regex(/^[A-Z]{3}$/, { abort: true, message: 'must be three capital letters such as EUR' })
  .refine(isKnownCurrency, 'must be a currency of ISO 4217, such as EUR');

const payment = z.strictObject({
  method: words(32, 128).min(1),
  amountMinor: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  currency: currencyCode,
  reference: opaqueId.optional(),
});

export const orderLine = z.strictObject({
  lineId: documentId.optional(),
  sku,
  quantity: quantity.meta({ description: 'In `unit`.' }),
  unit: words(32, 128).min(1).optional().meta({
    description: 'One of the product’s units of sale, such as case; its base unit where it is left out.',
  }),
  locationId: locationId.optional(),
});

export const orderBody = z.strictObject({
  id: documentId.optional(),
  lines: z
    .array(orderLine)
    .min(1, 'at least one line is needed')
    .max(LINES_MAX, `at most ${LINES_MAX} lines`),
  channel: z
    .string()
    .min(1)
    .max(32)
    .regex(/^[a-z0-9-]+$/)
    .optional(),
  client: opaqueId.optional(),
  customer: opaqueId.optional(),
  priority: z.number().int().min(0).max(9).optional(),
  currency: currencyCode.optional(),
  payments: z.array(payment).max(16).optional(),
  allowSplit: z.boolean().optional().meta({
    description:
      'Whether a line without a location may come in pieces from several; each is a line of its own then.',
  }),
  note: words(500, 2_000).optional(),
  waitMs: z.number().int().min(0).max(WAIT_MS_MAX).optional(),
});

export type OrderBody = z.infer<typeof orderBody>;

export interface Placing {
  readonly id: string;
  readonly actor: string;
  readonly channel: string;
  /** Where lines without a location may come from, best first. */
  readonly locations: readonly LocationId[];
  readonly defaultWaitMs: number;
  /** The places whose goods leave with the sale, as over their counter. */
  readonly departsFrom: readonly LocationId[];
  readonly nowMs: number;
}

interface LineError {
  readonly code: ErrorCode;
  readonly line: number;
  readonly field: 'sku' | 'locationId' | 'lineId' | 'unit' | 'quantity';
  readonly message: string;
}

/** @throws Problem where a SKU or a location is not known, or a SKU has no price in the currency. */
export function toSell(body: OrderBody, catalogue: Catalogue, placing: Placing): Sell {
  const errors: LineError[] = [];
  const seen = new Set<string>();
  const [first] = placing.locations;
  const currency = first === undefined ? undefined : catalogue.location(first)?.currency;
  const lines: SellLine[] = body.lines.map((line, i) => {
    const lineId = line.lineId ?? String(i + 1);
    if (seen.has(lineId))
      errors.push({
        code: 'invalid_request',
        line: i,
        field: 'lineId',
        message: `${lineId} stands on two lines`,
      });
    seen.add(lineId);
    return sellLine(line, lineId, i, body.currency, currency, catalogue, errors);
  });
  if (errors.length > 0) {
    // When several apply, the table's order decides which one the answer is named after.
    const code = firstError(errors.map((error) => error.code)) as ErrorCode;
    const named = errors.find((error) => error.code === code) as LineError;
    throw new Problem(code, `Line ${named.line + 1}: ${named.message}.`, {
      errors: errors
        .slice(0, FIELD_ERRORS_MAX)
        .map(({ line, field, message }) => ({ pointer: `/lines/${line}/${field}`, message })),
    });
  }
  // What is left out stays out, without a copy for each.
  const sell: Mutable<Sell> = {
    type: 'sell',
    id: placing.id,
    actor: placing.actor,
    channel: body.channel ?? placing.channel,
    priority: body.priority ?? 0,
    placedAt: placing.nowMs,
    payments: body.payments === undefined ? [] : body.payments.map(paymentOf),
    departsFrom: placing.departsFrom,
    waitMs: body.waitMs ?? placing.defaultWaitMs,
    locations: placing.locations,
    lines,
  };
  if (body.client !== undefined) sell.clientId = body.client;
  if (body.customer !== undefined) sell.customerId = body.customer;
  if (body.note !== undefined) sell.note = body.note;
  if (body.allowSplit === true) sell.allowSplit = true;
  return sell;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function paymentOf({ reference, ...rest }: NonNullable<OrderBody['payments']>[number]): Payment {
  return reference === undefined ? rest : { ...rest, reference };
}

function sellLine(
  line: OrderBody['lines'][number],
  lineId: string,
  index: number,
  wanted: string | undefined,
  usual: string | undefined,
  catalogue: Catalogue,
  errors: LineError[],
): SellLine {
  const product = catalogue.product(line.sku);
  const place = line.locationId === undefined ? undefined : catalogue.location(line.locationId);
  if (product === undefined)
    errors.push({
      code: 'unknown_sku',
      line: index,
      field: 'sku',
      message: `no product has SKU ${line.sku}`,
    });
  if (line.locationId !== undefined && place === undefined) {
    errors.push({
      code: 'unknown_location',
      line: index,
      field: 'locationId',
      message: `no location is called ${line.locationId}`,
    });
  }
  const currency = wanted ?? place?.currency ?? usual ?? Object.keys(product?.prices ?? {})[0] ?? 'EUR';
  const { quantity, unit } = line;
  const priced = product && priceLine(product, { quantity, unit, currency });
  if (priced?.ok === false)
    for (const fault of priced.faults)
      errors.push({ line: index, ...said(fault, line, product as Product, currency) });
  // With an error in the list this line goes nowhere.
  const price = priced?.ok === true ? priced.price : UNPRICED;
  const sold: Mutable<SellLine> = {
    lineId: lineId as LineId,
    sku: line.sku as Sku,
    quantityUnits: quantity,
    discounts: [],
    quantityBase: price.quantityBase,
    unit: price.unit,
    unitPriceMinor: price.unitPriceMinor,
    currency: price.currency,
    taxRateBp: price.taxRateBp,
    taxIncluded: price.taxIncluded,
  };
  if (line.locationId !== undefined) sold.locationId = line.locationId as LocationId;
  return sold;
}

const UNPRICED: LinePrice = {
  quantityBase: 1,
  unit: 'piece',
  unitPriceMinor: 0,
  currency: 'EUR',
  taxRateBp: 0,
  taxIncluded: true,
};

function said(
  fault: PriceFault,
  { sku: name, quantity, unit }: OrderBody['lines'][number],
  { baseUnit, units = [] }: Product,
  currency: string,
): Omit<LineError, 'line'> {
  switch (fault) {
    case 'no_price':
      return { code: 'invalid_request', field: 'sku', message: `${name} has no price in ${currency}` };
    case 'unknown_unit': {
      const sold = [baseUnit, ...units.map((each) => each.unit)].join(', ');
      return {
        code: 'invalid_request',
        field: 'unit',
        message: `${name} is sold by ${sold}, and not by ${unit}`,
      };
    }
    case 'out_of_range':
      return {
        code: 'quantity_out_of_range',
        field: 'quantity',
        message: `${quantity} of ${unit} are more than can be counted`,
      };
    default:
      return fault satisfies never;
  }
}
