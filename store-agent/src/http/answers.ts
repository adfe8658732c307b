/** Answers as JSON: what an order, a stock level or an entry looks like from outside. */
import {
  type Accepted,
  type BodyOf,
  type Entry,
  type Ledger,
  type LineProgress,
  locationOf,
  markOf,
  type PoolId,
  parsePoolId,
  type Replica,
  replicaOf,
  type SoldLine,
  type Stage,
  type Stream,
  stageOf,
} from '@tallystick/crdt';
import { hexOf } from '@tallystick/crdt/wire';
import { orderStatus } from './order-status.ts';

export function orderJson(ledger: Ledger, entry: Entry) {
  const order = entry.body as BodyOf<'sold' | 'confirmed'>;
  const lines = order.lines.map((line) => lineJson(line, ledger.lineProgress(order.orderId, line.lineId)));
  const isHandedOver = order.lines.every((line) => line.departed);
  return {
    id: order.orderId,
    status: orderStatus(lines, isHandedOver, markOf(ledger, entry)),
    stage: stageOf(ledger, entry),
    owner: replicaOf(entry.writer),
    channel: order.channel,
    ...(order.clientId === undefined ? {} : { client: order.clientId }),
    ...(order.customerId === undefined ? {} : { customer: order.customerId }),
    priority: order.priority,
    placedAt: new Date(order.placedAt).toISOString(),
    ...(order.overrideReason === undefined ? {} : { overrideReason: order.overrideReason }),
    ...(order.note === undefined ? {} : { note: order.note }),
    payments: order.payments,
    lines,
  };
}

function lineJson(line: SoldLine, progress: LineProgress) {
  return {
    lineId: line.lineId,
    sku: line.sku,
    locationId: line.locationId,
    quantity: line.quantityBase,
    unit: line.unit,
    quantityUnits: line.quantityUnits,
    unitPrice: { amountMinor: line.unitPriceMinor, currency: line.currency },
    taxRateBp: line.taxRateBp,
    taxIncluded: line.taxIncluded,
    cancelled: progress.cancelled,
    shipped: line.departed ? line.quantityBase : progress.shipped,
    returned: progress.returned,
    ...(line.owed > 0 ? { owed: line.owed } : {}),
  };
}

/** What any accepted command answers with, when there is no richer form. */
export interface Fact {
  readonly id: string;
  readonly type: string;
  readonly stage: Stage;
  readonly replayed: boolean;
  /** Of a cancellation: the units that were taken back, line by line. */
  readonly cancelled?: readonly { readonly lineId: string; readonly n: number }[];
}

export function factJson(ledger: Ledger, { entry, replayed }: Accepted): Fact {
  const { docId: id, body } = entry;
  const fact = { id, type: body.type, stage: stageOf(ledger, entry), replayed };
  return body.type === 'cancelled'
    ? { ...fact, cancelled: body.lines.map(({ lineId, n }) => ({ lineId, n })) }
    : fact;
}

/** One entry of the journal, for people. */
export function entryJson(ledger: Ledger, entry: Entry) {
  const { body, prevHash, ...head } = entry;
  const { type, ...rest } = body;
  return {
    ...head,
    type,
    prevHash: hexOf(prevHash),
    stage: stageOf(ledger, entry),
    body: 'hash' in rest ? { ...rest, hash: hexOf(rest.hash) } : rest,
  };
}

export interface PoolLevel {
  readonly location: string;
  /** Units that can be sold here and now, without asking anybody. Exact. */
  readonly sellableHere: number;
  readonly onHold: number;
  readonly owed: number;
}

/** What this replica itself may do with a SKU, pool by pool. */
export function poolLevels(replica: Replica, pools: Iterable<PoolId>): PoolLevel[] {
  const { self } = replica.ledger;
  return [...pools].map((pool) => {
    const row = self.row(pool);
    return {
      location: locationOf(pool),
      sellableHere: replica.canSell(pool),
      onHold: row.opened - row.closed,
      owed: row.owed - row.repaid,
    };
  });
}

export function streamJson(stream: Stream) {
  const { head } = stream;
  return {
    writer: stream.writer,
    entries: head.seq,
    relayed: head.relayed.seq,
    settled: head.settled.seq,
    ...(head.fence === null ? {} : { fenced: head.fence.reason }),
  };
}

export function skuOf(pool: PoolId): string {
  return parsePoolId(pool).sku;
}
