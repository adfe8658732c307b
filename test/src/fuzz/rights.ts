/**
 * Rights: does anybody who is trusted hold units that nobody received? Told by the books of
 * the simulator, which share no code with the core, over the entries in the root's journal.
 *
 *   Σ rights of the writers that are not fenced  ≤  Σ received by the keeper of the pool
 *
 * Rights of a cancelled order stood in `used` before, so they never lift the sum above this.
 */
import { decodeEntry, type Entry, type PoolId, replicaOf, type WriterId } from '@tallystick/crdt';
import { foldChains, rightsOf } from '../sim/books.ts';
import type { Town } from './town.ts';

/** In one line each: which pool has too much, and which words made it so. */
export function rightsFromNothing({ hqDisk, hq, directory }: Town): string[] {
  const entries = hqDisk.entries.map(({ bytes }) => decodeEntry(bytes));
  const fenceOf = (writer: WriterId) => hq.replica.ledger.streams.get(writer)?.head.fence ?? null;
  const books = foldChains(hqDisk.entries);
  const received = new Map<PoolId, number>();
  const held = new Map<PoolId, number>();
  for (const [writer, book] of books) {
    for (const [pool, row] of book.rows) {
      const keeper = directory.keeperOf(pool.slice(pool.lastIndexOf('@') + 1) as never);
      // Goods at a place that the root has not heard of yet are their finder's.
      if (keeper === undefined || keeper === replicaOf(writer)) add(received, pool, row.received);
      if (fenceOf(writer) === null) add(held, pool, Math.max(0, rightsOf(row)));
    }
  }
  return [...held]
    .filter(([pool, n]) => n > (received.get(pool) ?? 0))
    .map(([pool]) => `rights from nothing: ${causes(entries, pool, fenceOf).join(' and ')}`);
}

function add(sums: Map<PoolId, number>, pool: PoolId, n: number): void {
  sums.set(pool, (sums.get(pool) ?? 0) + n);
}

/** The words of trusted writers that no other entry bears out. */
function causes(entries: readonly Entry[], pool: PoolId, fenceOf: (writer: WriterId) => unknown): string[] {
  const found = new Set<string>();
  const sent = (from: WriterId, to: WriterId) =>
    entries.reduce((sum, { writer, body }) => {
      if (body.type !== 'sent' || writer !== from || body.to !== to) return sum;
      return sum + body.items.reduce((n, item) => n + (item.pool === pool ? item.n : 0), 0);
    }, 0);
  for (const { writer, body } of entries) {
    if (fenceOf(writer) !== null) continue;
    if (body.type === 'took') {
      const item = body.items.find((each) => each.pool === pool);
      if (item === undefined) continue;
      if (fenceOf(body.from) !== null) found.add('a took from a writer that is fenced');
      if (item.n <= sent(body.from, writer)) continue;
      const isHeardOf = entries.some((entry) => entry.writer === body.from);
      found.add(
        `a took ${isHeardOf ? 'from an entry that is not there yet' : 'from a writer never heard of'}`,
      );
    } else if (body.type === 'cancelled' && body.lines.some((line) => line.pool === pool)) {
      const isSold = entries.some((e) => e.body.type === 'sold' && e.body.orderId === body.orderId);
      if (!isSold) found.add('a cancellation of an order that nobody sold');
      else found.add('a cancellation of another pool than was sold');
    } else if (body.type === 'reclaimed' && body.items.some((item) => item.pool === pool)) {
      found.add('a reclaim');
    } else if (body.type === 'sent' && body.to === writer && body.items.some((item) => item.pool === pool)) {
      found.add('a writer that sends to itself');
    }
  }
  if (found.size === 0) found.add('words that are not told apart here');
  return [...found].sort();
}
