/**
 * Cuts a CSV stream into blocks of whole records, before a CSV parser sees them.
 *
 * A parser alone answers one stray quote by swallowing the file up to the next one. Here every record
 * is framed first, so that damage stays on its own line: what is unusable is reported with its line
 * number and left out, and reading goes on with the line after it. Memory is one chunk and one record.
 */
import { isUtf8 } from 'node:buffer';

/** Far above any real row (the longest field kept is 500 characters), small enough to hold. */
const RECORD_BYTES_MAX = 65_536;
const TOO_LONG = `is longer than ${RECORD_BYTES_MAX} bytes`;
/** Line breaks inside quotes are legal; more of them than this is a quote that nobody closed. */
const RECORD_LINES_MAX = 16;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;

export interface RecordBlock {
  readonly bytes: Buffer;
  /** The line on which each record of the block begins, the first line of the file being 1. */
  readonly lineNos: readonly number[];
  /** What was left out, in the order of lines. */
  readonly faults: readonly RecordFault[];
}

export interface RecordFault {
  readonly lineNo: number;
  readonly reason: string;
}

export async function* readRecordBlocks(source: AsyncIterable<Uint8Array>): AsyncGenerator<RecordBlock> {
  const cutter = new Cutter();
  for await (const chunk of source) {
    yield cutter.cut(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength), false);
  }
  yield cutter.cut(Buffer.alloc(0), true);
}

class Cutter {
  #rest: Buffer = Buffer.alloc(0);
  #lineNo = 1;
  /** Inside a line that is already reported as too long: its remainder is thrown away. */
  #skipping = false;

  cut(chunk: Buffer, ended: boolean): RecordBlock {
    const buffer = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const suspect = buffer.includes(0) || !isUtf8(buffer);
    const kept: Buffer[] = [];
    const lineNos: number[] = [];
    const faults: RecordFault[] = [];
    let runStart = 0;
    let at = 0;
    let quoteAt = buffer.indexOf(QUOTE);
    const drop = (from: number, to: number) => {
      if (from > runStart) kept.push(buffer.subarray(runStart, from));
      runStart = to;
    };

    while (at < buffer.length) {
      const newline = buffer.indexOf(NEWLINE, at);
      const lineEnd = newline < 0 ? buffer.length : newline + 1;
      if (newline < 0 && !ended && !this.#skipping && buffer.length - at <= RECORD_BYTES_MAX) break;
      if (this.#skipping || lineEnd - at > RECORD_BYTES_MAX) {
        if (!this.#skipping) faults.push({ lineNo: this.#lineNo, reason: TOO_LONG });
        this.#skipping = newline < 0;
        drop(at, lineEnd);
        if (newline >= 0) this.#lineNo++;
        at = lineEnd;
        continue;
      }
      if (quoteAt >= 0 && quoteAt < at) quoteAt = buffer.indexOf(QUOTE, at);
      const end =
        quoteAt >= 0 && quoteAt < lineEnd ? quotedEnd(buffer, at, ended) : { end: lineEnd, lines: 1 };
      if (end === 'more') break;
      const { end: recordEnd, lines } = end === 'broken' ? { end: lineEnd, lines: 1 } : end;
      const fault =
        end === 'broken'
          ? 'has a quote that is never closed'
          : suspect && faultOf(buffer.subarray(at, recordEnd));
      if (fault) {
        faults.push({ lineNo: this.#lineNo, reason: fault });
        drop(at, recordEnd);
      } else if (isBlank(buffer, at, recordEnd)) {
        drop(at, recordEnd);
      } else {
        lineNos.push(this.#lineNo);
      }
      this.#lineNo += lines;
      at = recordEnd;
    }
    drop(at, at);
    this.#rest = buffer.subarray(at);
    return {
      bytes: kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept),
      lineNos,
      faults,
    };
  }
}

/** Where a record that holds quotes ends. A quote opens only at the start of a field, as in RFC 4180. */
function quotedEnd(
  buffer: Buffer,
  start: number,
  ended: boolean,
): { end: number; lines: number } | 'more' | 'broken' {
  let lines = 1;
  let inQuotes = false;
  let fieldStart = true;
  for (let at = start; at < buffer.length; at++) {
    const byte = buffer[at];
    if (at - start >= RECORD_BYTES_MAX) return 'broken';
    if (inQuotes) {
      if (byte === NEWLINE && ++lines > RECORD_LINES_MAX) return 'broken';
      if (byte !== QUOTE) continue;
      const next = buffer[at + 1];
      if (next === undefined && !ended) return 'more';
      if (next === QUOTE) at++;
      else if (next === undefined || next === COMMA || next === NEWLINE || next === RETURN) inQuotes = false;
      else return 'broken';
      continue;
    }
    if (byte === NEWLINE) return { end: at + 1, lines };
    inQuotes = fieldStart && byte === QUOTE;
    fieldStart = byte === COMMA;
  }
  if (!ended) return 'more';
  return inQuotes ? 'broken' : { end: buffer.length, lines };
}

function faultOf(record: Buffer): string | undefined {
  if (record.includes(0)) return 'holds a NUL byte';
  return isUtf8(record) ? undefined : 'is not valid UTF-8';
}

function isBlank(buffer: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    if (buffer[at] !== NEWLINE && buffer[at] !== RETURN) return false;
  }
  return true;
}
