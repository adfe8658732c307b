/**
 * Account: what a fenced writer's histories add up to in one pool (T3, F2).
 *
 * A writer that lived twice has one account. What its histories share counts once,
 * because a branch begins after it. What they sent to somebody, or took from somebody,
 * is a running total that each of them told: the greater one counts. Everything else adds.
 */
import type { PoolId, WriterId } from '../ids.ts';
import { amountOf, type Cell, COUNTERS, cellOf, copyRow, type Row } from '../tally/row.ts';
import { historiesOf } from './branches.ts';
import { entriesAfter } from './entries-after.ts';
import type { Ledger } from './ledger.ts';
import { isBranch, type Stream } from './stream.ts';

/** The row of a writer with all its histories; where it lived once, simply its row. */
export function accountRow(ledger: Ledger, stream: Stream, pool: PoolId): Readonly<Row> {
  const chain = stream.row(pool);
  if (ledger.branches.size === 0) return chain;
  const [, ...branches] = historiesOf(ledger, stream);
  if (!branches.some((branch) => branch.has(pool))) return chain;
  const row = copyRow(chain);
  for (const branch of branches) {
    const other = branch.row(pool);
    for (const counter of COUNTERS) row[counter] += other[counter];
    row.reclaimed = joined(row.reclaimed, other.reclaimed, (a, b) => a + b);
    row.took = joined(row.took, other.took, Math.max);
    const sent = other.sent.map((cell) => ({ ...cell, n: sentInAll(ledger, branch, pool, cell) }));
    row.sent = joined(row.sent, sent, Math.max);
  }
  return row;
}

function joined(
  cells: readonly Cell[],
  others: readonly Cell[],
  join: (a: number, b: number) => number,
): readonly Cell[] {
  const all = cells.map((cell) => ({ ...cell, n: join(cell.n, amountOf(others, cell.writer)) }));
  return [...all, ...others.filter(({ writer }) => cellOf(cells, writer) === undefined)];
}

/** Units that a writer said it sent when nobody trusted it any more: behind its fence, or in a branch. */
export function sentLate(ledger: Ledger, stream: Stream, pool: PoolId, to: WriterId): number {
  const { fence } = stream.head;
  if (fence === null) return 0;
  const inAll = amountOf(accountRow(ledger, stream, pool).sent, to);
  return inAll === 0 ? 0 : Math.max(0, inAll - sentUpTo(ledger, stream, pool, to, fence.seq));
}

/** A branch's own sum, with what the history that it left had sent by then. */
function sentInAll(ledger: Ledger, branch: Stream, pool: PoolId, { writer, n }: Cell): number {
  return n + sentBefore(ledger, branch, pool, writer);
}

/** What had been sent to somebody in the history that a branch left, up to where it left. */
function sentBefore(ledger: Ledger, branch: Stream, pool: PoolId, to: WriterId): number {
  const { parent, fence } = branch.head;
  const left = parent === null ? undefined : ledger.streams.get(parent);
  return left === undefined || fence === null ? 0 : sentUpTo(ledger, left, pool, to, fence.seq);
}

function sentUpTo(ledger: Ledger, stream: Stream, pool: PoolId, to: WriterId, seq: number): number {
  const isOlder = isBranch(stream) && seq <= (stream.head.fence?.seq ?? 0);
  const cell = isOlder ? undefined : cellOf(stream.row(pool).sent, to);
  let units = cell?.n ?? 0;
  if (cell !== undefined && cell.seq > seq) units -= sentAfter(ledger, stream, pool, to, seq);
  return isBranch(stream) ? units + sentBefore(ledger, stream, pool, to) : units;
}

/** Where these entries were pruned, nothing: too much counts as sent then, which oversells nothing. */
function sentAfter(ledger: Ledger, stream: Stream, pool: PoolId, to: WriterId, seq: number): number {
  let units = 0;
  for (const { body } of entriesAfter(ledger, stream, seq)) {
    if (body.type !== 'sent' || body.to !== to) continue;
    for (const item of body.items) if (item.pool === pool) units += item.n;
  }
  return units;
}
