/** One row of the file as a line of trade, or the reason why it cannot be one. */
import type { ColumnPlaces, ColumnRole } from './columns.ts';
import { minorOfDecimal } from './price.ts';
import { skuOfCode } from './sku-code.ts';
import type { LineKind, TradeLine } from './trade.ts';
import { parseTradeDate } from './trade-date.ts';

/** What a command of the product can carry: 2^31 − 1 units. */
const QUANTITY_MAX = 2_147_483_647;
/** Longer than any name on a shelf label; more is a sign of a broken row, not of a name. */
const FIELD_CHARACTERS_MAX = 500;
const KEY_CHARACTERS_MAX = 64;

export interface RowShape {
  readonly columns: number;
  readonly places: ColumnPlaces;
  readonly dayFirst: boolean;
}

export interface ParsedRow {
  readonly invoiceNo: string;
  readonly at: number;
  readonly customer: string;
  readonly store: string;
  /** The stock code as the file writes it. */
  readonly code: string;
  readonly line: TradeLine;
}

export type RowResult = { ok: true; row: ParsedRow } | { ok: false; reason: string };

export type RowParser = (cells: readonly string[], lineNo: number) => RowResult;

export function createRowParser(shape: RowShape): RowParser {
  const dateOf = rememberingLast((text) => parseTradeDate(text, shape.dayFirst));
  return (cells, lineNo) => parseRow(cells, lineNo, shape, dateOf);
}

function parseRow(
  cells: readonly string[],
  lineNo: number,
  shape: RowShape,
  dateOf: (text: string) => number | undefined,
): RowResult {
  if (cells.length !== shape.columns) {
    return bad(`has ${cells.length} columns where the header has ${shape.columns}`);
  }
  const long = cells.findIndex((cell) => cell.length > FIELD_CHARACTERS_MAX);
  if (long >= 0) return bad(`column ${long + 1} is longer than ${FIELD_CHARACTERS_MAX} characters`);
  const cell = (role: ColumnRole) => (shape.places[role] < 0 ? '' : (cells[shape.places[role]] ?? '').trim());

  const invoiceNo = cell('invoice');
  if (invoiceNo === '') return bad('the invoice number is missing');
  if (invoiceNo.length > KEY_CHARACTERS_MAX) return bad(`the invoice number ${tooLong(invoiceNo)}`);

  const code = cell('sku');
  if (code === '') return bad('the stock code is missing');
  const sku = skuOfCode(code);
  if (sku === undefined) return bad(`the stock code ${quoted(code)} is not 1 to 64 visible characters`);

  const quantity = quantityOf(cell('quantity'));
  if (typeof quantity === 'string') return bad(quantity);

  const at = dateOf(cell('date'));
  if (at === undefined) return bad(`the date ${quoted(cell('date'))} cannot be read`);

  const priceText = shape.places.price < 0 ? '0' : cell('price');
  const unitPriceMinor = minorOfDecimal(priceText);
  if (unitPriceMinor === undefined) return bad(`the price ${quoted(priceText)} cannot be read`);
  if (unitPriceMinor < 0) return bad(`the price ${quoted(priceText)} is below zero`);

  const customer = customerOf(cell('customer'));
  if (customer.length > KEY_CHARACTERS_MAX) return bad(`the customer ${tooLong(customer)}`);
  const store = cell('store');
  if (store.length > KEY_CHARACTERS_MAX) return bad(`the store ${tooLong(store)}`);

  const line: TradeLine = {
    lineNo,
    kind: kindOf(invoiceNo, quantity),
    sku,
    name: cell('name'),
    quantity: Math.abs(quantity),
    unitPriceMinor,
  };
  return { ok: true, row: { invoiceNo, at, customer, store, code, line } };
}

/** The sign decides first, for an invoice number that happens to begin with a C may be an ordinary sale. */
function kindOf(invoiceNo: string, quantity: number): LineKind {
  if (quantity > 0) return 'sale';
  return /^c/i.test(invoiceNo) ? 'return' : 'shrinkage';
}

function quantityOf(text: string): number | string {
  if (!/^[+-]?\d{1,10}$/.test(text)) return `the quantity ${quoted(text)} is not a whole number`;
  const quantity = Number(text);
  if (quantity === 0) return 'the quantity is zero';
  if (Math.abs(quantity) > QUANTITY_MAX) return `the quantity ${text} is too large`;
  return quantity;
}

/** Rows of one invoice share their date, so that remembering the last one saves most of the parsing. */
function rememberingLast(parse: (text: string) => number | undefined): (text: string) => number | undefined {
  let last: { text: string; at: number | undefined } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, at: parse(text) };
    return last.at;
  };
}

/** Spreadsheets turn customer 17850 into `17850.0`. */
function customerOf(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text;
}

function bad(reason: string): RowResult {
  return { ok: false, reason };
}

function tooLong(text: string): string {
  return `${quoted(text)} is longer than ${KEY_CHARACTERS_MAX} characters`;
}

/** What the file says, cut short and with control characters made visible: it goes to a terminal. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
