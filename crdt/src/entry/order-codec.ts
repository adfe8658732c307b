/** An order inside an entry: its head, then its lines as they were sold. */
import { isLocationId, isSku, type LineId, type LocationId, type OrderId, poolId, type Sku } from '../ids.ts';
import type { Discount, Payment } from '../order/order.ts';
import {
  MalformedBytes,
  type Reader,
  readByte,
  readCount,
  readId,
  readText,
  readUint,
  type Writer,
  writeByte,
  writeText,
  writeUint,
} from '../wire/bytes.ts';
import type { OrderHead, SoldLine } from './entry.ts';
import { LINES_MAX, readQuantity, writeLinesCount } from './lines-codec.ts';

/** Bounds of the byte form, which commands are held against before they become entries. */
export const ID_BYTES = 128;
export const TEXT_BYTES = 2048;
export const REASON_BYTES = 512;
export const UNIT_BYTES = 32;
export const CURRENCY_BYTES = 3;
export const PAYMENTS_MAX = 16;
export const DISCOUNTS_MAX = 16;

/** Bits that say which optional texts follow the head. */
const HAS_CLIENT = 1;
const HAS_CUSTOMER = 2;
const HAS_NOTE = 4;
const HAS_OVERRIDE = 8;

export function writeOrderHead(out: Writer, order: OrderHead): void {
  writeByte(
    out,
    (order.clientId === undefined ? 0 : HAS_CLIENT) |
      (order.customerId === undefined ? 0 : HAS_CUSTOMER) |
      (order.note === undefined ? 0 : HAS_NOTE) |
      (order.overrideReason === undefined ? 0 : HAS_OVERRIDE),
  );
  writeText(out, order.orderId);
  writeText(out, order.channel);
  if (order.clientId !== undefined) writeText(out, order.clientId);
  if (order.customerId !== undefined) writeText(out, order.customerId);
  if (order.note !== undefined) writeText(out, order.note);
  if (order.overrideReason !== undefined) writeText(out, order.overrideReason);
  writeUint(out, order.priority);
  writeUint(out, order.placedAt);
  writeUint(out, order.payments.length);
  for (const payment of order.payments) writePayment(out, payment);
}

export function readOrderHead(input: Reader): OrderHead {
  const bits = readByte(input);
  if (bits > 15) throw new MalformedBytes('an order with unknown parts');
  const orderId = readId(input, ID_BYTES) as OrderId;
  const channel = readText(input, ID_BYTES);
  const clientId = bits & HAS_CLIENT ? readText(input, ID_BYTES) : undefined;
  const customerId = bits & HAS_CUSTOMER ? readText(input, ID_BYTES) : undefined;
  const note = bits & HAS_NOTE ? readText(input, TEXT_BYTES) : undefined;
  const overrideReason = bits & HAS_OVERRIDE ? readText(input, TEXT_BYTES) : undefined;
  const priority = readUint(input);
  const placedAt = readUint(input);
  const payments: Payment[] = [];
  for (let count = readCount(input, PAYMENTS_MAX); count > 0; count -= 1) payments.push(readPayment(input));
  const order: Mutable<OrderHead> = { orderId, channel, priority, placedAt, payments };
  if (clientId !== undefined) order.clientId = clientId;
  if (customerId !== undefined) order.customerId = customerId;
  if (note !== undefined) order.note = note;
  if (overrideReason !== undefined) order.overrideReason = overrideReason;
  return order;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

function writePayment(out: Writer, payment: Payment): void {
  writeText(out, payment.method);
  writeUint(out, payment.amountMinor);
  writeText(out, payment.currency);
  writeText(out, payment.reference ?? '');
}

function readPayment(input: Reader): Payment {
  const method = readText(input, ID_BYTES);
  const amountMinor = readUint(input);
  const currency = readText(input, CURRENCY_BYTES);
  const reference = readText(input, ID_BYTES);
  return { method, amountMinor, currency, ...(reference === '' ? {} : { reference }) };
}

const TAX_INCLUDED = 1;
const HAS_DISCOUNTS = 2;
const OWES = 4;
/** Most lines are sold by the base unit, whose two quantities are one. */
const BY_OTHER_UNIT = 8;
const DEPARTED = 16;

export function writeSoldLines(out: Writer, lines: readonly SoldLine[]): void {
  writeLinesCount(out, lines.length);
  for (const line of lines) {
    const byOtherUnit = line.quantityUnits !== line.quantityBase;
    writeByte(
      out,
      (line.taxIncluded ? TAX_INCLUDED : 0) |
        (line.discounts.length > 0 ? HAS_DISCOUNTS : 0) |
        (line.owed > 0 ? OWES : 0) |
        (byOtherUnit ? BY_OTHER_UNIT : 0) |
        (line.departed ? DEPARTED : 0),
    );
    writeText(out, line.lineId);
    writeText(out, line.sku);
    writeText(out, line.locationId);
    writeUint(out, line.quantityBase);
    writeText(out, line.unit);
    if (byOtherUnit) writeUint(out, line.quantityUnits);
    writeUint(out, line.unitPriceMinor);
    writeText(out, line.currency);
    writeUint(out, line.taxRateBp);
    if (line.discounts.length > 0) {
      writeUint(out, line.discounts.length);
      for (const discount of line.discounts) writeDiscount(out, discount);
    }
    if (line.owed > 0) writeUint(out, line.owed);
  }
}

export function readSoldLines(input: Reader): SoldLine[] {
  const count = readCount(input, LINES_MAX);
  const lines: SoldLine[] = [];
  for (let i = 0; i < count; i += 1) lines.push(readSoldLine(input));
  return lines;
}

function readSoldLine(input: Reader): SoldLine {
  const bits = readByte(input);
  if (bits > 31) throw new MalformedBytes('an order line with unknown parts');
  const lineId = readId(input, ID_BYTES) as LineId;
  const sku = readText(input, 256) as Sku;
  const locationId = readText(input, 64) as LocationId;
  if (!isSku(sku) || !isLocationId(locationId))
    throw new MalformedBytes('an order line without SKU or place');
  const quantityBase = readQuantity(input);
  const unit = readText(input, UNIT_BYTES);
  const quantityUnits = bits & BY_OTHER_UNIT ? readQuantity(input) : quantityBase;
  const unitPriceMinor = readUint(input);
  const currency = readText(input, CURRENCY_BYTES);
  const taxRateBp = readUint(input);
  const discounts: Discount[] = [];
  if (bits & HAS_DISCOUNTS) {
    for (let left = readCount(input, DISCOUNTS_MAX); left > 0; left -= 1) discounts.push(readDiscount(input));
  }
  const owed = bits & OWES ? readQuantity(input) : 0;
  if (owed > quantityBase) throw new MalformedBytes('an order line owes more than it sold');
  return {
    lineId,
    sku,
    locationId,
    pool: poolId(sku, locationId),
    quantityBase,
    unit,
    quantityUnits,
    unitPriceMinor,
    currency,
    taxRateBp,
    taxIncluded: (bits & TAX_INCLUDED) !== 0,
    discounts,
    departed: (bits & DEPARTED) !== 0,
    owed,
  };
}

function writeDiscount(out: Writer, discount: Discount): void {
  writeByte(out, discount.kind === 'rate' ? 0 : 1);
  writeUint(out, discount.kind === 'rate' ? discount.rateBp : discount.amountMinor);
  writeText(out, discount.code ?? '');
}

function readDiscount(input: Reader): Discount {
  const kind = readByte(input);
  if (kind > 1) throw new MalformedBytes('an unknown kind of discount');
  const value = readUint(input);
  const code = readText(input, ID_BYTES);
  const named = code === '' ? {} : { code };
  return kind === 0
    ? { kind: 'rate', rateBp: value, ...named }
    : { kind: 'amount', amountMinor: value, ...named };
}
