/**
 * Digest: a 64-bit fingerprint of all rows of one writer, kept up to date row by row (D6).
 *
 * The digest of a set of rows is the sum of the digests of its rows, so a turn pays
 * only for the rows it changed. It finds accidents (a lost page, a half-applied
 * frame, a bug in the fold), not forgery: forgery is what the hash chain is for.
 * The mix is MurmurHash3's 32-bit finaliser, run over two lanes with other seeds.
 */
import type { PoolId } from '../ids.ts';
import { type Cell, COUNTERS, type Row } from './row.ts';

/** Two signed 32-bit lanes: they stay small integers inside the engine. */
export interface Digest {
  lo: number;
  hi: number;
}

export function emptyDigest(): Digest {
  return { lo: 0, hi: 0 };
}

const GOLDEN = 0x9e3779b1;

function mix(lane: number, value: number): number {
  let h = Math.imul(lane ^ (value | 0), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  h = Math.imul(h ^ Math.trunc(value / 2 ** 32), GOLDEN);
  return h ^ (h >>> 16);
}

function mixText(lane: number, text: string): number {
  let h = lane;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h, text.length);
}

/** Cells commute: a row's history may have met its neighbours in any order. */
function sumOfCells(lane: number, cells: readonly Cell[]): number {
  let sum = 0;
  for (const cell of cells) sum = (sum + mix(mixText(lane, cell.writer), cell.n)) | 0;
  return sum;
}

function lane(seed: number, pool: PoolId, row: Readonly<Row>): number {
  let h = mixText(seed, pool);
  for (const counter of COUNTERS) h = mix(h, row[counter]);
  h = mix(h, sumOfCells(seed + 1, row.sent));
  h = mix(h, sumOfCells(seed + 2, row.took));
  return mix(h, sumOfCells(seed + 3, row.reclaimed)) | 0;
}

/** The digest of one row. */
export function digestRow(pool: PoolId, row: Readonly<Row>): Digest {
  return { lo: lane(0x2545f491, pool, row), hi: lane(0x7feb352d, pool, row) };
}

export function addDigest(sum: Digest, row: Digest): void {
  sum.lo = (sum.lo + row.lo) | 0;
  sum.hi = (sum.hi + row.hi) | 0;
}

export function subtractDigest(sum: Digest, row: Digest): void {
  sum.lo = (sum.lo - row.lo) | 0;
  sum.hi = (sum.hi - row.hi) | 0;
}

export function sameDigest(a: Digest, b: Digest): boolean {
  return a.lo === b.lo && a.hi === b.hi;
}

/** Sixteen hex digits, as people and logs read it. */
export function digestText(digest: Digest): string {
  return laneText(digest.hi) + laneText(digest.lo);
}

function laneText(lane: number): string {
  return (lane >>> 0).toString(16).padStart(8, '0');
}
