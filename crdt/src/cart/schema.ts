/**
 * Schema of a cart, version 1: a Yjs document with three maps at its root. A cart that names no version has this one,
 * so that a new one is empty: whoever writes into a document is one writer more for Yjs to look through, on each device
 * and at each edit, for as long as it lives.
 *
 *   lines   client id → slip         what each device says about each SKU, in its own words alone
 *   cart    word → value             one value for all: the one that was written last stays
 *   presses client id → total        who pressed "order", and what the shopper saw it cost
 *
 * A slip is a Y.Map of SKU → Saying, and its key is the Yjs client id of the only one who writes it:
 * a little tally, one row a writer. What a guest's cart brought along is a plain object under
 * `+` and that cart's id, written once.
 */
import * as Y from 'yjs';

export const CART_VERSION = 1;

export const LINES = 'lines';
export const FIELDS = 'cart';
export const PRESSES = 'presses';
/** Roots of a document; one that has more is no cart. */
export const ROOTS = 3;

/** Devices, sessions and merged carts that one cart hears of. A page that is loaded anew is a new one. */
export const SLIPS_MAX = 1_000;
/** Lines of one cart, as its order has them. */
export const CART_LINES_MAX = 500;
/** Bytes of the whole document as Yjs writes it. */
export const CART_BYTES_MAX = 512 * 1024;
/** Units that one device adds to one line in all; with so many devices the sum stays exact. */
export const ADDED_MAX = 2 ** 40;
export const NOTE_CHARS_MAX = 500;
export const OPAQUE_CHARS_MAX = 128;

/** What one device says about one SKU. Only it writes this, and `added` and `nr` only grow. */
export interface Saying {
  /** Units it has added, in all. */
  readonly added: number;
  /** The quantity that it set last; a removal sets 0. */
  readonly set?: QuantitySet;
}

export interface QuantitySet {
  readonly to: number;
  /** The how-many-eth it was, from 1. */
  readonly nr: number;
  /** What it replaced: by slip, the units added and the number of the set that its device had seen. */
  readonly saw: Readonly<Record<string, Seen>>;
}

export type Seen = readonly [added: number, nr: number];

/** What only the region that keeps the cart writes. */
export const REGION_FIELDS = ['v', 'order', 'mergedInto', 'refused'] as const;

/** An amount of money as the shopper saw it. */
export interface Total {
  /** In minor units, from 0. */
  readonly amountMinor: number;
  readonly currency: string;
}

/** "Order" was pressed on a device, which has the Yjs client id `by`. */
export interface Press extends Total {
  readonly by: string;
}

/** Why nothing was ordered when "order" was pressed last. */
export interface Refused {
  /** A code of the error table, such as `cart_changed`. */
  readonly code: string;
  /** What it would cost now; null where it cannot be bought. */
  readonly total: Total | null;
}

/** What any device may set; the value that was written last stays. */
export interface CartFields {
  /** Opaque: no name and no address belongs in a cart. */
  readonly customer?: string;
  readonly note?: string;
  readonly gift?: boolean;
  /** The name of a way of delivery, such as `standard` or `pickup:berlin`. */
  readonly delivery?: string;
}

export function slipsOf(doc: Y.Doc): Y.Map<unknown> {
  return doc.getMap(LINES);
}

export function fieldsOf(doc: Y.Doc): Y.Map<unknown> {
  return doc.getMap(FIELDS);
}

/** A slip is a map and nothing that is built on one, such as a hook of XML. */
export function isSlip(slip: unknown): slip is Y.Map<unknown> {
  return slip instanceof Y.Map && slip.constructor === Y.Map;
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
