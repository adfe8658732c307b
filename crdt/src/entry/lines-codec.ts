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

/** Too much for one entry: whoever would have to read it could not (L7), so it is not written. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** What goes into several entries or frames, for one would be more than can be read. */
export function portions<Item>(items: readonly Item[], max: number = LINES_MAX): (readonly Item[])[] {
  if (items.length === 0) return [];
  if (items.length <= max) return [items];
  const all: (readonly Item[])[] = [];
  for (let at = 0; at < items.length; at += max) all.push(items.slice(at, at + max));
  return all;
}

/** @throws TooLarge */
export function writeLinesCount(out: Writer, count: number, max: number = LINES_MAX): void {
  if (count > max) throw new TooLarge(`${count} lines where at most ${max} may stand`);
  writeUint(out, count);
}

/** `sku@location`: 64 characters of up to 4 bytes, an `@`, 63 of the location. */
const POOL_BYTES_MAX = 320;

export function writeLines<Line extends { readonly pool: PoolId }>(
  out: Writer,
  lines: readonly Line[],
  writeRest: (line: Line) => void,
  linesMax: number = LINES_MAX,
): void {
  writeLinesCount(out, lines.length, linesMax);
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
