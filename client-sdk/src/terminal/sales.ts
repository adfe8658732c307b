/** Sales: what was sold at this till, as its receipts say it, and how far each has come. */
import {
  type BodyOf,
  type CurrencyTotals,
  type Ledger,
  lineAmounts,
  type Payment,
  parseWriterId,
  type SoldLine,
  type Stage,
  stageOf,
  totals,
} from '@tallystick/crdt';
import type { SaleRecord } from '@tallystick/crdt/host';
import type { Returns } from './returns.ts';

/** One line of a sale, as it was priced when it was sold. */
export interface SaleLine {
  /** Within the sale: name it in a return. */
  readonly lineId: string;
  /** The product. */
  readonly sku: string;
  /** In `unit`. */
  readonly quantity: number;
  /** What it was sold by: its base unit, or one such as `case`. */
  readonly unit: string;
  /** In base units. */
  readonly quantityBase: number;
  /** Of one `unit`, in minor units of the currency. */
  readonly unitPriceMinor: number;
  /** ISO 4217. */
  readonly currency: string;
  /** In basis points. */
  readonly taxRateBp: number;
  /** Whether `unitPriceMinor` has the tax in it. */
  readonly taxIncluded: boolean;
  /** With tax, in minor units. */
  readonly grossMinor: number;
  /** In base units: what was cancelled before it left. */
  readonly cancelled: number;
  /** In base units: what came back, as far as this till took it. */
  readonly returned: number;
  /** Base units that were handed over without a right to them. */
  readonly owed: number;
}

/** One sale, durable on this device from the moment you have it. */
export interface Sale {
  /** Of the order, everywhere. */
  readonly id: string;
  /** For the receipt: a prefix of this till, and `number`. */
  readonly receipt: string;
  /** Counted from 1 without a gap under its prefix. */
  readonly number: number;
  /** Milliseconds, by this device's clock. */
  readonly placedAtMs: number;
  /** `accepted`: on this device's disk. `relayed`: on its parent's too. `settled`: in the books. */
  readonly stage: Stage;
  /** Who sold it: `cashier:anna`, `manager:max`, or `local:` and the till where nobody has to sign in. */
  readonly actor: string;
  /** In the order of the basket. */
  readonly lines: readonly SaleLine[];
  /** One for each currency, in minor units. */
  readonly totals: readonly CurrencyTotals[];
  /** As the caller said them; nothing here checks that they add up. */
  readonly payments: readonly Payment[];
  /** As the caller said it. */
  readonly note?: string;
  /** Why it was sold without a right to it, where it was. */
  readonly overrideReason?: string;
}

export function saleOf(
  ledger: Ledger,
  { writer, seq, number, orderId }: SaleRecord,
  returns: Returns,
): Sale | undefined {
  const entry = ledger.entryAt(writer, seq);
  if (entry === undefined) return undefined;
  const order = entry.body as BodyOf<'sold' | 'confirmed'>;
  const sums = totals(order.lines);
  return {
    id: orderId,
    receipt: `${receiptPrefix(writer)}-${String(number).padStart(6, '0')}`,
    number,
    placedAtMs: order.placedAt,
    stage: stageOf(ledger, entry),
    actor: entry.actor,
    lines: order.lines.map((line) => lineOf(ledger, orderId, line, returns)),
    totals: sums.ok ? sums.value : [],
    payments: order.payments,
    ...(order.note === undefined ? {} : { note: order.note }),
    ...(order.overrideReason === undefined ? {} : { overrideReason: order.overrideReason }),
  };
}

/** Base units that came back, as far as this till knows. */
export function returnedOf(ledger: Ledger, orderId: string, lineId: string, returns: Returns): number {
  const { returned } = ledger.lineProgress(orderId as never, lineId as never);
  return Math.max(returned, returns.of(orderId, lineId));
}

/** The till, and which of its lives: one that was put back, or copied, counts from 1 under another prefix. */
export function receiptPrefix(writer: SaleRecord['writer']): string {
  const { replica, nonce } = parseWriterId(writer);
  return `${replica}-${nonce.slice(0, 4)}`;
}

function lineOf(ledger: Ledger, orderId: SaleRecord['orderId'], line: SoldLine, returns: Returns): SaleLine {
  const { cancelled } = ledger.lineProgress(orderId, line.lineId);
  const returned = returnedOf(ledger, orderId, line.lineId, returns);
  const amounts = lineAmounts(line);
  const { lineId, sku, unit, quantityBase, unitPriceMinor, currency, taxRateBp, taxIncluded, owed } = line;
  return {
    lineId,
    sku,
    quantity: line.quantityUnits,
    unit,
    quantityBase,
    unitPriceMinor,
    currency,
    taxRateBp,
    taxIncluded,
    grossMinor: amounts.ok ? amounts.value.grossMinor : 0,
    cancelled,
    returned,
    owed,
  };
}
