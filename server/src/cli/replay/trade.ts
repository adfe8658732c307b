/**
 * Trade as the replay sees it, whether it was read from a file or made up.
 *
 * A file says what happened with signs and prefixes; here each line says it in words. Times are what
 * the clock on the shop's wall showed, counted as if it stood in UTC: only their order and distance matter.
 */

export const LINE_KINDS = ['sale', 'return', 'shrinkage'] as const;
/** A sold line, goods that came back (a line of a cancellation), or goods written off. */
export type LineKind = (typeof LINE_KINDS)[number];

export interface TradeLine {
  /** Where the line stands in its file, the header being line 1: unique, and named in every message. */
  readonly lineNo: number;
  readonly kind: LineKind;
  readonly sku: string;
  readonly name: string;
  /** Whole units, always above zero: the kind says which way they went. */
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

export interface Invoice {
  readonly invoiceNo: string;
  readonly at: number;
  /** Empty where the file does not say. */
  readonly customer: string;
  /** Empty where the file has no such column. */
  readonly store: string;
  readonly lines: readonly TradeLine[];
}

/** An input that cannot be used: its message says what is wrong and what to do, and is for the user. */
export class ReplayInputError extends Error {
  override readonly name = 'ReplayInputError';
}
