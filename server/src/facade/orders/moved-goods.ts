/** Goods of an order that leave or come back: each part is the act of the keeper where it stands. */
import {
  type LineId,
  type LocationId,
  locationOf,
  type OrderId,
  type PoolId,
  poolId,
  type ReturnGoods,
  type Ship,
  type Sku,
} from '@tallystick/crdt';
import { type Agent, orderStatus, Problem } from '@tallystick/store-agent';
import { byKeepers, type KeeperResult, partName } from '../keepers.ts';
import type { OrderJson } from './schema.ts';

/** A keeper below flushes within a tenth of a second, unless its link went down meanwhile. */
const HEARD_MS = 1_000;

export interface AskedLine {
  readonly lineId: string;
  /** What the caller takes the line to be; undefined where it does not say. */
  readonly sku?: string;
  readonly quantity?: number | undefined;
  readonly locationId?: string | undefined;
}

interface MovedLine {
  readonly lineId: LineId;
  readonly pool: PoolId;
  readonly n: number;
  /** What the line sold, for a keeper that has not heard of the order. */
  readonly of: number;
}

type Line = OrderJson['lines'][number];

/**
 * The lines that a document moves. Where it moved some before, "all that is left" means what was left
 * then, so that a repeat is the same request and gets its first answer.
 * @throws Problem where a line is not one of the order, or has not that much left
 */
export function linesOf(
  agent: Agent,
  type: 'ship' | 'return',
  id: string,
  order: OrderJson,
  asked: readonly AskedLine[] | undefined,
): MovedLine[] {
  const before = movedBefore(agent, type, id, order);
  if (before.length === 0) {
    const lines = linesToMove(type, order, asked);
    checkLeft(agent, type, order, lines);
    return lines;
  }
  const known = new Map<string, number>(before.map((line) => [line.lineId, line.quantity]));
  const again = asked?.map((line) => ({ ...line, quantity: line.quantity ?? known.get(line.lineId) }));
  return linesToMove(type, order, again ?? before);
}

/** A keeper does not hear of cancellations: whoever took the order knows of them, and is asked here. */
function checkLeft(
  agent: Agent,
  type: 'ship' | 'return',
  order: OrderJson,
  lines: readonly MovedLine[],
): void {
  const sums = new Map<LineId, number>();
  for (const { lineId, n } of lines) sums.set(lineId, (sums.get(lineId) ?? 0) + n);
  for (const [lineId, n] of sums) {
    const line = order.lines.find((each) => each.lineId === lineId) as Line;
    const progress = agent.engine.replica.ledger.lineProgress(order.id as OrderId, lineId);
    const column = type === 'ship' ? 'shipped' : 'returned';
    const gone = Math.max(line[column], progress[column]);
    const open = line.quantity - Math.max(line.cancelled, progress.cancelled) - gone;
    // What never left cannot come back: it would be there twice. Of what leaves elsewhere that may not be known here yet.
    const isKnown = type === 'return' && isNear(agent, line.locationId as LocationId);
    const left = isKnown ? Math.min(open, Math.max(line.shipped, progress.shipped) - gone) : open;
    if (n > left)
      throw new Problem('more_than_ordered', `Only ${Math.max(0, left)} of line ${lineId} are left.`);
  }
}

/** One document, or one for each keeper; goods come back at other places than they left from. */
function movedBefore(agent: Agent, type: 'ship' | 'return', id: string, order: OrderJson) {
  const keepers = new Set(agent.catalogue.locations.map(({ keeper }) => keeper));
  const names = [id, ...[...keepers].map((keeper) => partName(id, keeper))];
  return names.flatMap((name) => {
    const body = agent.engine.replica.ledger.documentEntry(
      type === 'ship' ? 'shipment' : 'return',
      name,
    )?.body;
    if ((body?.type !== 'shipped' && body?.type !== 'returned') || body.orderId !== order.id) return [];
    return body.lines.map(({ lineId, pool, n }) => ({ lineId, quantity: n, locationId: locationOf(pool) }));
  });
}

/** What can still move: to leave, what was not cancelled and did not leave; to come back, what left and is not back. */
const LEFT = {
  ship: (line: Line) => line.quantity - line.cancelled - line.shipped,
  return: (line: Line) => Math.max(line.shipped, line.returned) - line.returned,
} as const;

/** @throws Problem where a line is not one of the order, or nothing is left to move */
export function linesToMove(
  type: 'ship' | 'return',
  order: OrderJson,
  asked: readonly AskedLine[] | undefined,
): MovedLine[] {
  const wanted: readonly AskedLine[] =
    asked ?? order.lines.filter((line) => LEFT[type](line) > 0).map(({ lineId }) => ({ lineId }));
  if (wanted.length === 0) {
    const what = type === 'ship' ? 'left to ship' : 'that could come back';
    throw new Problem('more_than_ordered', `Nothing of order ${order.id} is ${what}.`);
  }
  return wanted.map(({ lineId, sku, quantity, locationId }, i) => {
    const line = order.lines.find((each) => each.lineId === lineId);
    if (line === undefined) {
      throw new Problem('invalid_request', `Order ${order.id} has no line ${lineId}.`, {
        errors: [{ pointer: `/lines/${i}/lineId`, message: 'no line of this order' }],
      });
    }
    if (sku !== undefined && sku !== line.sku) {
      throw new Problem(
        'invalid_request',
        `Line ${lineId} of order ${order.id} is ${line.sku}, not ${sku}.`,
        {
          errors: [{ pointer: `/lines/${i}/sku`, message: `must be ${line.sku}` }],
        },
      );
    }
    const n = quantity ?? LEFT[type](line);
    if (n < 1) throw new Problem('more_than_ordered', `Nothing of line ${lineId} is left.`);
    const pool = poolId(line.sku as Sku, (locationId ?? line.locationId) as LocationId);
    return { lineId: lineId as LineId, pool, n, of: line.quantity };
  });
}

/** The order once goods have moved, before the news of it has come all the way here. */
export function afterMove(order: OrderJson, type: 'ship' | 'return', moved: readonly MovedLine[]): OrderJson {
  const column = type === 'ship' ? 'shipped' : 'returned';
  const lines = order.lines.map((line) => {
    const n = moved.filter(({ lineId }) => lineId === line.lineId).reduce((sum, part) => sum + part.n, 0);
    return { ...line, [column]: Math.max(line[column], Math.min(line.quantity, line[column] + n)) };
  });
  const mark = order.status === 'delivered' || order.status === 'processing' ? order.status : undefined;
  return { ...order, lines, status: orderStatus(lines, false, mark) };
}

/** Resolves when this region has heard of the move itself, so that who asks next reads it; keepers elsewhere are not waited for. */
export async function heardOf(
  agent: Agent,
  type: 'ship' | 'return',
  order: OrderJson,
  moved: readonly MovedLine[],
): Promise<void> {
  const column = type === 'ship' ? 'shipped' : 'returned';
  const after = new Map(afterMove(order, type, moved).lines.map((line) => [line.lineId, line[column]]));
  const near = moved.filter(({ pool }) => isNear(agent, locationOf(pool)));
  const { ledger } = agent.engine.replica;
  await agent.when(
    () =>
      near.every(
        ({ lineId }) => ledger.lineProgress(order.id as OrderId, lineId)[column] >= (after.get(lineId) ?? 0),
      ),
    HEARD_MS,
  );
}

/** A keeper whose facts pass through this region on their way up. */
function isNear(agent: Agent, location: LocationId): boolean {
  const keeper = agent.catalogue.keeperOf(location);
  return keeper !== undefined && agent.catalogue.regionOf(keeper) === agent.id;
}

/** @throws Problem where one keeper is all there is, and it refuses */
export function moveGoods(
  agent: Agent,
  actor: string,
  type: 'ship' | 'return',
  id: string,
  orderId: string,
  lines: readonly MovedLine[],
): Promise<KeeperResult[]> {
  return byKeepers(agent, id, lines, (name, part) => [toCommand(actor, type, name, orderId, part)]);
}

function toCommand(
  actor: string,
  type: 'ship' | 'return',
  id: string,
  orderId: string,
  lines: readonly MovedLine[],
): Ship | ReturnGoods {
  const about = { id, actor, orderId: orderId as OrderId };
  return type === 'ship'
    ? { type, ...about, lines: lines.map(({ of, ...line }) => ({ ...line, ordered: of })) }
    : { type, ...about, lines: lines.map(({ of, ...line }) => ({ ...line, sold: of })) };
}
