/**
 * Lays the authority's books beside the replay's own ledger. Rows come from plain SQL; every line that
 * was handed over must be there once, as it was handed over, and nothing else.
 */
import { type Ledger, standing } from './ledger.ts';

export interface BookedSaleLine {
  readonly saleId: string;
  readonly lineNo: number;
  readonly sku: string;
  readonly location: string;
  readonly quantity: number;
}

export interface BookedPool {
  readonly sku: string;
  readonly location: string;
  /** Units that may still be sold, whoever holds the rights; below zero where units are owed. */
  readonly available: number;
}

export interface SalesCheck {
  /** Lines that a customer was given and that the books do not have, or have otherwise. */
  readonly lostSales: number;
  /** Rows beyond the first for one line. */
  readonly doubledSales: number;
  /** Rows for lines that were refused or never asked. */
  readonly unknownSales: number;
  /** The first findings of each kind, in words. */
  readonly findings: readonly string[];
}

export interface PoolsCheck {
  readonly poolsApart: number;
  readonly findings: readonly string[];
}

/** Enough to start a search; the counts tell how many there are. */
const FINDINGS_MAX = 10;

export async function checkSales(
  ledger: Ledger,
  rows: AsyncIterable<BookedSaleLine> | Iterable<BookedSaleLine>,
): Promise<SalesCheck> {
  const found = { lostSales: 0, doubledSales: 0, unknownSales: 0 };
  const findings: string[] = [];
  const find = (kind: keyof typeof found, words: string) => {
    found[kind]++;
    if (found[kind] <= FINDINGS_MAX) findings.push(words);
  };
  const seen = new Set<number>();
  const right = new Set<number>();
  for await (const row of rows) {
    const said = `sale ${row.saleId} line ${row.lineNo}: ${row.quantity} of ${row.sku}@${row.location}`;
    const line = ledger.handedOver.get(row.saleId)?.find((candidate) => candidate.lineNo === row.lineNo);
    if (line === undefined) find('unknownSales', `${said} is in the books, but was never handed over`);
    else if (seen.has(row.lineNo)) find('doubledSales', `${said} is in the books again`);
    else {
      seen.add(row.lineNo);
      if (line.sku === row.sku && line.location === row.location && line.quantity === row.quantity) {
        right.add(row.lineNo);
      }
    }
  }
  for (const [saleId, lines] of ledger.handedOver) {
    for (const line of lines) {
      if (right.has(line.lineNo)) continue;
      const how = seen.has(line.lineNo) ? 'otherwise' : 'not';
      find(
        'lostSales',
        `sale ${saleId} line ${line.lineNo}: ${line.quantity} of ${line.sku}@${line.location} is ${how} in the books`,
      );
    }
  }
  return { ...found, findings };
}

/** Conservation: what may still be sold is what still stands there, in every pool of either side. */
export async function checkPools(
  ledger: Ledger,
  rows: AsyncIterable<BookedPool> | Iterable<BookedPool>,
): Promise<PoolsCheck> {
  const left = new Map<string, number>();
  for (const pool of ledger.pools()) left.set(`${pool.sku}@${pool.location}`, standing(pool));
  const findings: string[] = [];
  let poolsApart = 0;
  const compare = (pool: string, books: number, shelf: number) => {
    if (books === shelf) return;
    poolsApart++;
    if (findings.length < FINDINGS_MAX) {
      findings.push(`${pool}: the books have ${books} units to sell, the shelf has ${shelf}`);
    }
  };
  for await (const { sku, location, available } of rows) {
    const pool = `${sku}@${location}`;
    compare(pool, available, left.get(pool) ?? 0);
    left.delete(pool);
  }
  for (const [pool, shelf] of left) compare(pool, 0, shelf);
  return { poolsApart, findings };
}
