/** Rows of an import, one at a time, from CSV or NDJSON: each a product or what is wrong with its row. */
import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { parse as csvParser } from 'csv-parse';
import { type CsvRow, productOfRow } from './read-csv.ts';

export interface ReadRow {
  /** Counted from 1, without a header. */
  readonly row: number;
  readonly value?: unknown;
  readonly fault?: string;
}

const NEWLINE = 10;
/** A product with twenty long texts fits; a file without a line break does not. */
const ROW_BYTES_MAX = 256 * 1024;

export const ROW_TYPES = { 'text/csv': readCsv, 'application/x-ndjson': readNdjson } as const;

async function* readCsv(input: Readable): AsyncGenerator<ReadRow> {
  let row = 0;
  const skipped: string[] = [];
  const parser = csvParser({
    bom: true,
    columns: (header: string[]) => header.map((name) => name.trim()),
    max_record_size: ROW_BYTES_MAX,
    // A stray quote is a character like others. As a fault, each would be told with a copy of its field:
    // a row of nothing but quotes would take the square of its length in time and memory.
    relax_quotes: true,
    skip_empty_lines: true,
    // A row of too few or too many cells comes in its place, with what is wrong with it: skipped ones would be told of
    // before the rows in front of them, and all rows be numbered wrongly.
    relax_column_count: true,
    info: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      // Behind a row without an end nothing can be told apart any more.
      if (error?.code === 'CSV_MAX_RECORD_SIZE') throw error;
      skipped.push(error?.message ?? 'the row cannot be read');
    },
  });
  input.on('error', (error) => parser.destroy(error));
  input.pipe(parser);
  for await (const { record, info } of parser as AsyncIterable<{ record: CsvRow; info: { error?: Error } }>) {
    row += 1;
    try {
      if (info.error !== undefined) throw info.error;
      yield { row, value: productOfRow(record) };
    } catch (error) {
      yield { row, fault: error instanceof Error ? error.message : String(error) };
    }
  }
  // A quote that is never closed takes the rest of the file.
  for (const fault of skipped) yield { row: ++row, fault };
}

async function* readNdjson(input: Readable): AsyncGenerator<ReadRow> {
  let row = 0;
  for await (const line of linesOf(input)) {
    const text = line.toString();
    if (text.trim() === '') continue;
    row += 1;
    try {
      if (isUtf8(line)) yield { row, value: JSON.parse(text) };
      else yield { row, fault: 'the line is no UTF-8' };
    } catch {
      yield { row, fault: 'the line is not complete, well-formed JSON' };
    }
  }
}

/** @throws Error where a line is longer than a row may be: the file is then no such file. */
async function* linesOf(input: Readable): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of input.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      yield Buffer.concat([rest, chunk.subarray(from, at)]);
      rest = Buffer.alloc(0);
      from = at + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(from)]);
    if (rest.length > ROW_BYTES_MAX) throw new Error(`a line is longer than ${ROW_BYTES_MAX} bytes`);
  }
  yield rest;
}
