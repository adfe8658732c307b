/**
 * Checking a command: nothing is accepted that could not be written down and read again.
 *
 * An entry that a parent cannot read would stop its writer's stream for ever (L7), so
 * whatever an entry will hold is held against the bounds of its byte form first.
 * Quantities are the guards' matter (T7).
 */
import { LOSS_CAUSES, ORDER_MARKS, RECEIPT_CAUSES } from '../entry/entry.ts';
import { LINES_MAX } from '../entry/lines-codec.ts';
import {
  CURRENCY_BYTES,
  DISCOUNTS_MAX,
  ID_BYTES,
  PAYMENTS_MAX,
  REASON_BYTES,
  TEXT_BYTES,
  UNIT_BYTES,
} from '../entry/order-codec.ts';
import { isDocumentId, isLocationId, isPoolId, isSku } from '../ids.ts';
import { isQuantity } from '../tally/guards.ts';
import type { Command, ConfirmHold, Sell, SellLine } from './command.ts';

/** `role:id`. */
const ACTOR = /^[\x21-\x7e]{1,160}$/;
/** A reclaim is named after the act and the writer. */
const LONG_ID = /^[\x21-\x7e]{1,192}$/;

/** @returns what is wrong, in words; undefined where the command can be written down. */
export function findFault(command: Command): string | undefined {
  const isNamed = command.type === 'reclaim' ? LONG_ID.test(command.id) : isDocumentId(command.id);
  if (!isNamed) return 'id must be 1 to 128 visible ASCII characters without spaces.';
  if (!ACTOR.test(command.actor)) return 'actor must be a role and an id without spaces, at most 160.';
  if (command.waitMs !== undefined && !isWhole(command.waitMs)) return 'waitMs must be whole milliseconds.';
  const lines = command.type === 'reclaim' ? command.items : 'lines' in command ? command.lines : [];
  if (lines.length > LINES_MAX) return `At most ${LINES_MAX} lines.`;
  if ('orderId' in command && !isDocumentId(command.orderId)) return 'orderId is no id.';
  if ('holdId' in command && !isDocumentId(command.holdId)) return 'holdId is no id.';
  if ('ttlMs' in command && !isWhole(command.ttlMs)) return 'ttlMs must be whole milliseconds.';
  if ('reason' in command && !isText(command.reason ?? '', REASON_BYTES))
    return textFault('reason', REASON_BYTES);
  switch (command.type) {
    case 'sell':
    case 'confirm':
      return orderFault(command);
    case 'receive':
      return isOneOf(RECEIPT_CAUSES, command.cause) ? poolFault(command.lines) : 'cause is unknown.';
    case 'lose':
      return isOneOf(LOSS_CAUSES, command.cause) ? poolFault(command.lines) : 'cause is unknown.';
    case 'return':
    case 'ship':
      if (!command.lines.every(({ lineId }) => isDocumentId(lineId))) return 'A lineId is no id.';
      return poolFault(command.lines);
    case 'hold':
    case 'count':
      return poolFault(command.lines);
    case 'reclaim':
      return poolFault(command.items);
    case 'mark':
      return isOneOf(ORDER_MARKS, command.mark) ? undefined : 'mark is unknown.';
    default:
      return undefined;
  }
}

function poolFault(lines: readonly { readonly pool: string }[]): string | undefined {
  return lines.every(({ pool }) => isPoolId(pool)) ? undefined : 'A line names no SKU at a place.';
}

function orderFault(order: Sell | ConfirmHold): string | undefined {
  if (!isText(order.channel, ID_BYTES)) return textFault('channel', ID_BYTES);
  if (!isText(order.clientId ?? '', ID_BYTES)) return textFault('clientId', ID_BYTES);
  if (!isText(order.customerId ?? '', ID_BYTES)) return textFault('customerId', ID_BYTES);
  if (!isText(order.note ?? '', TEXT_BYTES)) return textFault('note', TEXT_BYTES);
  const override = order.type === 'sell' ? order.override : undefined;
  if (!isText(override?.reason ?? '', TEXT_BYTES)) return textFault('override.reason', TEXT_BYTES);
  if (!isWhole(order.priority)) return 'priority must be a whole number from 0.';
  if (!isWhole(order.placedAt)) return 'placedAt must be whole milliseconds since 1970.';
  if (order.payments.length > PAYMENTS_MAX) return `At most ${PAYMENTS_MAX} payments.`;
  for (const { method, amountMinor, currency, reference } of order.payments) {
    if (!isText(method, ID_BYTES) || !isText(reference ?? '', ID_BYTES))
      return textFault('A payment’s method or reference', ID_BYTES);
    // Written down, an empty one and none are the same bytes.
    if (reference === '') return 'A payment’s reference must not be empty: leave it out.';
    if (!isWhole(amountMinor)) return 'A payment’s amountMinor must be a whole number from 0.';
    if (!isText(currency, CURRENCY_BYTES)) return textFault('A payment’s currency', CURRENCY_BYTES);
  }
  for (const line of order.lines) {
    const fault = lineFault(line);
    if (fault !== undefined) return `Line ${JSON.stringify(line.lineId)}: ${fault}`;
  }
  return undefined;
}

function lineFault(line: SellLine): string | undefined {
  if (!isDocumentId(line.lineId)) return 'lineId must be 1 to 128 visible ASCII characters.';
  if (!isSku(line.sku)) return 'sku must be 1 to 64 visible characters.';
  if (line.locationId !== undefined && !isLocationId(line.locationId)) return 'locationId is no location.';
  if (!isText(line.unit, UNIT_BYTES)) return textFault('unit', UNIT_BYTES);
  // Sold by the base unit, it is the guards' matter.
  if (!Object.is(line.quantityUnits, line.quantityBase) && !isQuantity(line.quantityUnits))
    return 'quantityUnits must be a whole number from 1 to 2147483647.';
  if (!isWhole(line.unitPriceMinor)) return 'unitPriceMinor must be a whole number from 0.';
  if (!isText(line.currency, CURRENCY_BYTES)) return textFault('currency', CURRENCY_BYTES);
  if (!isWhole(line.taxRateBp)) return 'taxRateBp must be a whole number from 0.';
  if (line.discounts.length > DISCOUNTS_MAX) return `at most ${DISCOUNTS_MAX} discounts.`;
  if (line.discounts.some(({ code }) => code === ''))
    return 'a discount’s code must not be empty: leave it out.';
  const isWell = line.discounts.every((each) => {
    return (
      isWhole(each.kind === 'rate' ? each.rateBp : each.amountMinor) && isText(each.code ?? '', ID_BYTES)
    );
  });
  return isWell ? undefined : 'a discount must be a whole number from 0, with a short code.';
}

/** Read back exactly: not negative, and exact to 2^53−1. */
function isWhole(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

function isText(text: string, bytesMax: number): boolean {
  // UTF-8 takes at most three bytes for each UTF-16 unit, so short texts need no counting.
  if (text.length * 3 > bytesMax && utf8Bytes(text) > bytesMax) return false;
  return text.isWellFormed();
}

function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

function isOneOf(all: readonly string[], one: string): boolean {
  return all.includes(one);
}

function textFault(name: string, bytesMax: number): string {
  return `${name} must be a text of at most ${bytesMax} bytes, of whole characters.`;
}
