/**
 * Sums: what a parent adds up effect by effect, summed once more from the rows, by the formulas of the rules.
 * Every world holds each of its replicas against this after each of its turns.
 */
import type { Totals } from '../hub/totals.ts';
import type { PoolId, ReplicaId, WriterId } from '../ids.ts';
import { COUNTERS, type Row } from '../tally/row.ts';
import type { Ledger } from './ledger.ts';
import type { Replica } from './replica.ts';
import { ABOVE, type Stream } from './stream.ts';

type Sums = Record<string, number>;

/** A liar's columns stay where they are exact (T7), and what is added up beside them may be beyond. */
const HONEST_MAX = 2 ** 52;

/** @returns what differs, as `what: added up / summed`; nothing where all is well. */
export function differentSums({ ledger, hub }: Replica): string[] {
  if (!isHonest(ledger)) return [];
  const added: Sums = {};
  for (const [replica, child] of hub.children)
    for (const [pool, { holding }] of child.pools) added[`${replica} holds ${pool}`] = holding;
  const summed = holdings(ledger);
  for (const [pool, units] of hub.totals.owed) added[`owed of ${pool}`] = units;
  Object.assign(summed, owedOf(ledger));
  const { levels } = hub.totals;
  if (levels !== undefined) {
    Object.assign(added, flat(levels));
    Object.assign(summed, levelsOf(ledger));
  }
  return [...new Set([...Object.keys(added), ...Object.keys(summed)])]
    .filter((name) => (added[name] ?? 0) !== (summed[name] ?? 0))
    .map((name) => `${name}: ${added[name]} / ${summed[name]}`);
}

function isHonest(ledger: Ledger): boolean {
  for (const stream of ledger.streams.values())
    for (const [, row] of stream.rows()) {
      const cells = [...row.sent, ...row.took, ...row.reclaimed].map(({ n }) => n);
      if (Math.max(0, ...cells, ...COUNTERS.map((counter) => row[counter])) > HONEST_MAX) return false;
    }
  return true;
}

/** What the live writers below each child may still use: units count from the grant on (R2). */
function holdings(ledger: Ledger): Sums {
  const sums: Sums = {};
  const streams = [...ledger.streams.values()];
  for (const stream of streams) {
    const { via, fence } = stream.head;
    if (via === null || via === ABOVE || fence !== null) continue;
    const pools = new Set(streams.flatMap((each) => [...each.rows()].map(([pool]) => pool)));
    for (const pool of pools) add(sums, via, pool, mayUse(streams, stream, pool));
  }
  return sums;
}

function add(sums: Sums, via: ReplicaId, pool: PoolId, units: number): void {
  const name = `${via} holds ${pool}`;
  sums[name] = (sums[name] ?? 0) + units;
}

function mayUse(streams: readonly Stream[], stream: Stream, pool: PoolId): number {
  const row = stream.row(pool);
  const came = new Map(row.took.map(({ writer, n }) => [writer, n]));
  for (const from of streams) {
    const sent = isTrusted(from, stream.writer, pool) ? cell(from.row(pool), stream.writer) : 0;
    came.set(from.writer, Math.max(came.get(from.writer) ?? 0, sent));
  }
  let units = row.received + row.reinstated - row.used - (row.opened - row.closed);
  for (const n of came.values()) units += n;
  for (const { n } of row.reclaimed) units += n;
  for (const { n } of row.sent) units -= n;
  return units;
}

/** A branch's word is void, and a fenced writer's to the writer above it; of others', what it said behind its fence. */
function isTrusted(from: Stream, to: WriterId, pool: PoolId): boolean {
  const { fence, parent, via } = from.head;
  if (fence === null) return true;
  if (fence.reason === 'branch' || parent === to) return false;
  const saidAt = from.row(pool).sent.find(({ writer }) => writer === to)?.seq ?? 0;
  return via === null || saidAt <= fence.seq;
}

function cell(row: Readonly<Row>, to: WriterId): number {
  return row.sent.find(({ writer }) => writer === to)?.n ?? 0;
}

function owedOf(ledger: Ledger): Sums {
  const sums: Sums = {};
  for (const stream of ledger.streams.values())
    for (const [pool, { owed, repaid }] of stream.rows()) {
      const name = `owed of ${pool}`;
      sums[name] = (sums[name] ?? 0) + owed - repaid;
    }
  return sums;
}

function levelsOf(ledger: Ledger): Sums {
  const levels = new Map<PoolId, { onHand: number; available: number }>();
  for (const stream of ledger.streams.values())
    for (const [pool, row] of stream.rows()) {
      const level = levels.get(pool) ?? { onHand: 0, available: 0 };
      levels.set(pool, {
        onHand: level.onHand + row.received - row.departed,
        available: level.available + row.received + row.reinstated - row.used - (row.owed - row.repaid),
      });
    }
  return flat(levels);
}

function flat(levels: NonNullable<Totals['levels']>): Sums {
  const sums: Sums = {};
  for (const [pool, { onHand, available }] of levels) {
    sums[`on hand of ${pool}`] = onHand;
    sums[`available of ${pool}`] = available;
  }
  return sums;
}
