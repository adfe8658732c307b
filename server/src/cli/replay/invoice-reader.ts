/**
 * Reads invoices from a CSV file, gzipped or not, as a stream.
 *
 *   for await (const invoice of readInvoices('sales.csv.gz', { onMalformed: console.warn })) …
 *
 * An invoice is a run of consecutive lines with one invoice number, so that memory does not grow with
 * the file. A malformed row is reported with its line number and skipped, or stops the reading (`strict`).
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { type ColumnMap, parseColumnMap, placeColumns } from './columns.ts';
import { readRecordBlocks } from './record-blocks.ts';
import { createRowParser, type ParsedRow, type RowParser } from './row.ts';
import { type Invoice, ReplayInputError, type TradeLine } from './trade.ts';

/** Measured on the 541,909-line file: larger blocks parse no faster, smaller ones cost calls. */
const BLOCK_BYTES = 262_144;
/** The product takes orders of at most 10,000 lines; a longer run of one number is read as several invoices. */
const INVOICE_LINES_MAX = 10_000;

export interface MalformedRow {
  readonly lineNo: number;
  readonly reason: string;
}

export interface ReadOptions {
  readonly columns?: ColumnMap;
  readonly dayFirst?: boolean;
  readonly strict?: boolean;
  readonly onMalformed?: (row: MalformedRow) => void;
  /** Told once of each stock code that is no SKU as it stands, such as `BANK CHARGES`. */
  readonly onRenamed?: (code: string, sku: string) => void;
}

export function readInvoices(path: string, options: ReadOptions = {}): AsyncGenerator<Invoice> {
  return readInvoicesFrom(readBytes(path), options);
}

export async function* readInvoicesFrom(
  source: AsyncIterable<Uint8Array>,
  options: ReadOptions = {},
): AsyncGenerator<Invoice> {
  const columns = options.columns ?? parseColumnMap('');
  let parseRow: RowParser | undefined;
  const malformed = (lineNo: number, reason: string) => {
    if (parseRow === undefined)
      throw new ReplayInputError(`The header in line ${lineNo} ${says(reason)}. Is this a CSV file?`);
    if (options.strict)
      throw new ReplayInputError(`Line ${lineNo} ${says(reason)}. Leave out --strict to skip it.`);
    options.onMalformed?.({ lineNo, reason });
  };
  const renamed = new Set<string>();
  let open: OpenInvoice | undefined;

  for await (const block of readRecordBlocks(source)) {
    const rows = parseBlock(block.bytes);
    if (rows.length !== block.lineNos.length) {
      throw new Error(`csv-parse found ${rows.length} records where ${block.lineNos.length} were framed`);
    }
    let told = 0;
    for (const [i, cells] of rows.entries()) {
      const lineNo = block.lineNos[i] as number;
      // In the order of lines, so that --strict stops at the first fault of either kind.
      for (
        let fault = block.faults[told];
        fault !== undefined && fault.lineNo < lineNo;
        fault = block.faults[++told]
      ) {
        malformed(fault.lineNo, fault.reason);
      }
      if (parseRow === undefined) {
        const places = placeColumns(cells, columns);
        parseRow = createRowParser({ columns: cells.length, places, dayFirst: options.dayFirst ?? false });
        continue;
      }
      const parsed = parseRow(cells, lineNo);
      if (!parsed.ok) {
        malformed(lineNo, parsed.reason);
        continue;
      }
      const { code, line } = parsed.row;
      if (code !== line.sku && !renamed.has(code)) {
        renamed.add(code);
        options.onRenamed?.(code, line.sku);
      }
      if (open !== undefined && !belongs(open, parsed.row)) {
        yield open;
        open = undefined;
      }
      if (open === undefined) open = openInvoice(parsed.row);
      else open.lines.push(line);
    }
    for (const { lineNo, reason } of block.faults.slice(told)) malformed(lineNo, reason);
  }
  if (parseRow === undefined) throw new ReplayInputError('The file is empty: not even a header was found.');
  if (open !== undefined) yield open;
}

type OpenInvoice = Invoice & { readonly lines: TradeLine[] };

function openInvoice(row: ParsedRow): OpenInvoice {
  return {
    invoiceNo: row.invoiceNo,
    at: row.at,
    customer: row.customer,
    store: row.store,
    lines: [row.line],
  };
}

function belongs(invoice: OpenInvoice, row: ParsedRow): boolean {
  return (
    invoice.invoiceNo === row.invoiceNo &&
    invoice.store === row.store &&
    invoice.lines.length < INVOICE_LINES_MAX
  );
}

/** The blocks are framed already, so that nothing here can fail: a quote inside a bare field is kept as it is. */
function parseBlock(bytes: Buffer): string[][] {
  return parse(bytes, {
    bom: true,
    relax_quotes: true,
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n'],
  });
}

async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  try {
    const gzip = await isGzip(path);
    const file = createReadStream(path, { highWaterMark: BLOCK_BYTES });
    if (gzip) {
      // pipeline closes both ends if the reader stops early; its errors arrive through the iteration.
      yield* pipeline(file, createGunzip({ chunkSize: BLOCK_BYTES }), () => {}) as AsyncIterable<Uint8Array>;
    } else {
      yield* file as AsyncIterable<Uint8Array>;
    }
  } catch (error) {
    throw error instanceof ReplayInputError ? error : readable(path, error);
  }
}

/** By its first two bytes, for names lie. */
async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

function readable(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT') return new ReplayInputError(`There is no file ${path}. Check the path.`);
  if (code === 'EISDIR') return new ReplayInputError(`${path} is a folder. Name the CSV file in it.`);
  if (code === 'EACCES') return new ReplayInputError(`${path} may not be read by this user.`);
  if (code.startsWith('Z_')) {
    return new ReplayInputError(
      `${path} is a damaged gzip file (${(error as Error).message}). Download it again.`,
    );
  }
  return error;
}

function says(reason: string): string {
  return /^(is|has|holds) /.test(reason) ? reason : `cannot be used: ${reason}`;
}
