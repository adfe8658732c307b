/**
 * All lines of the trade, held compactly: about 25 bytes a line and 60 an invoice, so that a year of a
 * large shop fits beside the fleet. The plan needs all of it before the first sale, to know demand.
 */
import { type Invoice, LINE_KINDS, type LineKind } from './trade.ts';

export interface TradeTable {
  readonly lineCount: number;
  readonly invoices: readonly TableInvoice[];
  readonly skus: readonly TableSku[];
  /** Distinct invoice numbers: an invoice may be cut in two by another one in the file. */
  readonly invoiceNumberCount: number;
  line(index: number): TableLine;
}

export interface TableInvoice {
  readonly invoiceNo: string;
  readonly at: number;
  readonly customer: string;
  readonly store: string;
  readonly firstLine: number;
  readonly lineCount: number;
}

export interface TableSku {
  readonly sku: string;
  /** The first name that the file gives it; empty if it never does. */
  name: string;
  /** The first price above zero at which it was sold. */
  unitPriceMinor: number;
  saleLines: number;
}

export interface TableLine {
  readonly lineNo: number;
  readonly kind: LineKind;
  /** Its place in `skus`. */
  readonly skuIndex: number;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

/** Reads everything, or the first `limit` lines; invoices come out in the order of time. */
export async function collectTrade(
  source: AsyncIterable<Invoice> | Iterable<Invoice>,
  limit = Number.POSITIVE_INFINITY,
): Promise<TradeTable> {
  const columns = new Columns();
  const invoices: TableInvoice[] = [];
  const skus: TableSku[] = [];
  const places = new Map<string, number>();
  const numbers = new Set<string>();

  for await (const invoice of source) {
    const firstLine = columns.length;
    for (const line of invoice.lines.slice(0, limit - firstLine)) {
      let skuIndex = places.get(line.sku);
      if (skuIndex === undefined) {
        skuIndex = skus.length;
        places.set(line.sku, skuIndex);
        skus.push({ sku: line.sku, name: '', unitPriceMinor: 0, saleLines: 0 });
      }
      const known = skus[skuIndex] as TableSku;
      if (line.kind === 'sale') {
        known.saleLines++;
        if (known.name === '') known.name = line.name;
        if (known.unitPriceMinor === 0) known.unitPriceMinor = line.unitPriceMinor;
      }
      columns.push(line.lineNo, LINE_KINDS.indexOf(line.kind), skuIndex, line.quantity, line.unitPriceMinor);
    }
    const { invoiceNo, at, customer, store } = invoice;
    numbers.add(invoiceNo);
    invoices.push({ invoiceNo, at, customer, store, firstLine, lineCount: columns.length - firstLine });
    if (columns.length >= limit) break;
  }
  invoices.sort((a, b) => a.at - b.at || a.firstLine - b.firstLine);
  return {
    lineCount: columns.length,
    invoices,
    skus,
    invoiceNumberCount: numbers.size,
    line: (index) => columns.line(index),
  };
}

const COLUMNS = 5;

/** Five whole numbers a line in one array that doubles when it is full. */
class Columns {
  #cells = new Int32Array(COLUMNS * 1024);
  length = 0;

  push(
    ...cells: [lineNo: number, kind: number, skuIndex: number, quantity: number, priceMinor: number]
  ): void {
    const at = this.length++ * COLUMNS;
    if (at + COLUMNS > this.#cells.length) {
      const grown = new Int32Array(this.#cells.length * 2);
      grown.set(this.#cells);
      this.#cells = grown;
    }
    this.#cells.set(cells, at);
  }

  line(index: number): TableLine {
    if (index < 0 || index >= this.length) throw new RangeError(`No line ${index}`);
    const [lineNo = 0, kind = 0, skuIndex = 0, quantity = 0, unitPriceMinor = 0] = this.#cells.subarray(
      index * COLUMNS,
      (index + 1) * COLUMNS,
    );
    return { lineNo, kind: LINE_KINDS[kind] as LineKind, skuIndex, quantity, unitPriceMinor };
  }
}
