/**
 * Why: where every unit of a SKU is, replica by replica, in words.
 *
 *   on hand = what may still be sold + what is set aside + what is sold and not yet gone − what is owed
 *
 * Everything here is read from the rows; nothing is a hint, but what a replica has
 * not reported yet is not in it, and the report says since when each was heard.
 */
import {
  amountOf,
  debt,
  free,
  type Ledger,
  onHold,
  type PoolId,
  parsePoolId,
  replicaOf,
  type Stream,
  takenUnsaid,
} from '@tallystick/crdt';

export interface WhyReplica {
  readonly replica: string;
  readonly writer: string;
  readonly free: number;
  readonly onHold: number;
  readonly used: number;
  readonly owed: number;
  readonly underWay: number;
  readonly fenced: string | null;
}

export interface WhyPool {
  readonly location: string;
  readonly received: number;
  readonly departed: number;
  readonly onHand: number;
  readonly available: number;
  readonly committed: number;
  readonly owed: number;
  readonly replicas: readonly WhyReplica[];
  readonly passed: readonly WhyPassed[];
}

/** Units that one replica has ever handed to another, up or down: it only grows, so two looks say what moved. */
export interface WhyPassed {
  readonly from: string;
  readonly to: string;
  readonly units: number;
}

export interface Why {
  readonly sku: string;
  readonly pools: readonly WhyPool[];
  readonly words: string;
}

export function why(ledger: Ledger, sku: string, name?: string): Why {
  const pools = new Map<PoolId, WhyPool>();
  for (const stream of ledger.streams.values()) {
    for (const [pool] of stream.rows()) {
      if (parsePoolId(pool).sku === sku && !pools.has(pool)) pools.set(pool, whyPool(ledger, pool));
    }
  }
  const found = [...pools.values()].sort((a, b) => a.location.localeCompare(b.location));
  return { sku, pools: found, words: words(sku, name, found) };
}

function whyPool(ledger: Ledger, pool: PoolId): WhyPool {
  const replicas: WhyReplica[] = [];
  const passed = new Map<string, WhyPassed>();
  let received = 0;
  let departed = 0;
  let available = 0;
  let owed = 0;
  for (const stream of ledger.streams.values()) {
    const found = whyReplica(ledger, stream, pool);
    if (found === undefined) continue;
    const row = stream.row(pool);
    received += row.received;
    departed += row.departed;
    available += row.received + row.reinstated - row.used - debt(row);
    owed += debt(row);
    replicas.push(found);
    addPassed(passed, stream, pool);
  }
  const onHand = received - departed;
  const { location } = parsePoolId(pool);
  replicas.sort((a, b) => a.replica.localeCompare(b.replica));
  const committed = onHand - available;
  return {
    location,
    received,
    departed,
    onHand,
    available,
    committed,
    owed,
    replicas,
    passed: [...passed.values()],
  };
}

/** Lives of a replica are one here: it is the machine that somebody sees. */
function addPassed(passed: Map<string, WhyPassed>, stream: Stream, pool: PoolId): void {
  const from = replicaOf(stream.writer);
  for (const { writer, n } of stream.row(pool).sent) {
    const to = replicaOf(writer);
    const key = `${from} ${to}`;
    passed.set(key, { from, to, units: (passed.get(key)?.units ?? 0) + n });
  }
}

/** What one writer has of a pool; undefined where it never had to do with it. */
export function whyReplica(ledger: Ledger, stream: Stream, pool: PoolId): WhyReplica | undefined {
  const under = underWay(ledger, stream, pool);
  const unsaid = stream.head.fence === null ? 0 : takenUnsaid(ledger, stream, pool);
  if (!stream.has(pool) && unsaid === 0) return undefined;
  const row = stream.row(pool);
  return {
    replica: replicaOf(stream.writer),
    writer: stream.writer,
    // A forgotten life gave away what came to it: neither is in its own rows (F6).
    free: free(row) - takenBack(ledger, stream, pool) + (unsaid > 0 ? under - unsaid : 0),
    onHold: onHold(row),
    used: row.used,
    owed: debt(row),
    underWay: unsaid > 0 ? 0 : under,
    fenced: stream.head.fence?.reason ?? null,
  };
}

/** F3: units of a fenced writer that its settler holds now. */
function takenBack(ledger: Ledger, lost: Stream, pool: PoolId): number {
  let units = 0;
  for (const stream of ledger.streams.values()) units += amountOf(stream.row(pool).reclaimed, lost.writer);
  return units;
}

/** Sent to this writer and not yet written down by it. */
function underWay(ledger: Ledger, to: Stream, pool: PoolId): number {
  let units = 0;
  for (const from of ledger.streams.values()) {
    const sent = amountOf(from.row(pool).sent, to.writer);
    units += Math.max(0, sent - amountOf(to.row(pool).took, from.writer));
  }
  return units;
}

function words(sku: string, name: string | undefined, pools: readonly WhyPool[]): string {
  const title = name === undefined ? sku : `${sku} (${name})`;
  if (pools.length === 0) return `${title}: no unit of it was ever received anywhere.\n`;
  return `${pools.map((pool) => poolWords(title, pool)).join('\n')}`;
}

function poolWords(title: string, pool: WhyPool): string {
  const lines = [
    `${title} at ${pool.location}`,
    `  ${pool.received} came in, ${pool.departed} left: ${pool.onHand} on hand.`,
    `  ${pool.available} can still be promised, ${pool.committed} are sold or owed and not yet gone.`,
  ];
  for (const replica of pool.replicas) {
    const parts = [
      replica.fenced === null
        ? `may sell ${replica.free}`
        : `shut out (${replica.fenced}) with ${replica.free}`,
      ...(replica.underWay > 0 ? [`${replica.underWay} more on the way to it`] : []),
      ...(replica.onHold > 0 ? [`${replica.onHold} set aside by holds`] : []),
      ...(replica.used > 0 ? [`sold or lost ${replica.used}`] : []),
      ...(replica.owed > 0 ? [`owes ${replica.owed}`] : []),
    ];
    lines.push(`    ${replica.replica.padEnd(16)} ${parts.join(', ')}`);
  }
  const sum = pool.replicas.reduce(
    (units, { free: f, onHold: h, underWay: u, owed: o }) => units + f + h + u - o,
    0,
  );
  lines.push(
    sum === pool.available
      ? `  Together that is ${pool.available}: every unit is accounted for.`
      : `  These add up to ${sum}, not ${pool.available}: a writer was shut out whose last sales are not known.`,
  );
  return `${lines.join('\n')}\n`;
}
