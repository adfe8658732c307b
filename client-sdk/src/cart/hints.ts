/** Hints: prices and stock of a cart's lines, as its region shows them beside the document. */

/** An amount of money. */
export interface Money {
  /** Whole minor units: cents. */
  readonly amountMinor: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** What the region shows beside a line of a cart. */
export interface LineHint {
  /** How many there are to sell, as last heard; null where the region never heard. */
  readonly available: number | null;
  /** How many of them are set aside for this cart. */
  readonly held: number;
  /** Until when, unless the cart is edited before (RFC 3339). */
  readonly heldUntil?: string;
  /** As of now, in the product's base unit; null where it is not for sale. */
  readonly unitPrice: Money | null;
}

/** Prices and stock of a cart's lines, as its region last told them: hints, and no promise. */
export interface CartHints {
  /** By SKU. */
  readonly lines: Readonly<Record<string, LineHint>>;
  /** Tax included; null where a line has no price. */
  readonly total: Money | null;
}

/** What another release says otherwise is no hint. */
export function readHints(value: unknown): CartHints | undefined {
  if (!isObject(value) || !isObject(value.lines)) return undefined;
  const lines = Object.entries(value.lines).flatMap(([sku, line]): [string, LineHint][] => {
    if (!isObject(line)) return [];
    const available = typeof line.available === 'number' ? line.available : null;
    const held = typeof line.held === 'number' ? line.held : 0;
    const until = typeof line.heldUntil === 'string' ? { heldUntil: line.heldUntil } : {};
    return [[sku, { available, held, ...until, unitPrice: moneyOf(line.unitPrice) }]];
  });
  return { lines: Object.fromEntries(lines), total: moneyOf(value.total) };
}

function moneyOf(value: unknown): Money | null {
  if (!isObject(value)) return null;
  const { amountMinor, currency } = value;
  return typeof amountMinor === 'number' && typeof currency === 'string' ? { amountMinor, currency } : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
