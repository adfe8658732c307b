/** Lines that start with a pool: what most bodies are made of. */
import { isPoolId, type PoolId } from '../ids.ts';
import { QUANTITY_MAX } from '../tally/row.ts';
import {
  MalformedBytes,
  type Reader,
  readCount,
  readText,
  readUint,
  type Writer,
  writeText,
  writeUint,
} from '../wire/bytes.ts';

/** An entry is one act, and one act has at most this many lines (a batch of the REST facade). */
export const LINES_MAX = 10_000;

/** `sku@location`: 64 characters of up to 4 bytes, an `@`, 63 of the location. */
const POOL_BYTES_MAX = 320;

export function writeLines<Line extends { readonly pool: PoolId }>(
  out: Writer,
  lines: readonly Line[],
  writeRest: (line: Line) => void,
): void {
  writeUint(out, lines.length);
  for (const line of lines) {
    writeText(out, line.pool);
    writeRest(line);
  }
}

export function readLines<Line>(
  input: Reader,
  readRest: (pool: PoolId, input: Reader) => Line,
  linesMax: number = LINES_MAX,
): Line[] {
  const count = readCount(input, linesMax);
  const lines: Line[] = [];
  for (let i = 0; i < count; i += 1) lines.push(readRest(readPool(input), input));
  return lines;
}

function readPool(input: Reader): PoolId {
  const pool = readText(input, POOL_BYTES_MAX);
  if (!isPoolId(pool)) throw new MalformedBytes('not a pool: a SKU, an @ and a location were expected');
  return pool;
}

/** T7: whole units, from 1 to 2^31−1. */
export function readQuantity(input: Reader): number {
  const n = readUint(input, QUANTITY_MAX);
  if (n === 0) throw new MalformedBytes('a quantity of zero');
  return n;
}
