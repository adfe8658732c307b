/**
 * Moved elsewhere: what others did to an order's lines, before goods of it leave or come back at this shop's own door, or at a till of it. A keeper
 * hears neither of cancellations nor of what came back at other places, and whoever writes down a second return without knowing of the
 * first is shut out (T8). So the books are asked, where they can be; without a line up the shop goes by what it knows.
 */
import {
  type LineId,
  type OrderId,
  type Refusal,
  type ReplicaId,
  type ReturnGoods,
  refuse,
  type Ship,
} from '@tallystick/crdt';
import type { Agent } from './agent.ts';

/** A clerk waits so long at most; then the shop goes by what it knows. */
const BOOKS_WAIT_MS = 1_500;

interface Line {
  readonly lineId: string;
  readonly quantity: number;
  readonly cancelled: number;
  readonly shipped: number;
  readonly returned: number;
}

/** At the keeper, which knows its own documents. @returns `more_than_ordered` where less of a line is left to move */
export async function movedElsewhere(
  agent: Agent,
  command: Ship | ReturnGoods,
): Promise<Refusal | undefined> {
  const { ledger } = agent.engine.replica;
  const isRepeat =
    ledger.findDocument(command.type === 'ship' ? 'shipment' : 'return', command.id) !== undefined;
  if (isRepeat) return undefined;
  const known = [here(agent, command.orderId), await inBooks(agent, command.orderId)];
  const units = new Map<LineId, number>();
  for (const { lineId, n } of command.lines) units.set(lineId, (units.get(lineId) ?? 0) + n);
  for (const [lineId, n] of units) {
    const views = known.flatMap((lines) => lines?.filter((line) => line.lineId === lineId) ?? []);
    const why = tooMany(agent, command, lineId, n, views);
    if (why !== undefined) return refuse('more_than_ordered', why);
  }
  return undefined;
}

/** Counts only grow, so that of several views the largest is the newest. */
function tooMany(
  agent: Agent,
  { type, orderId }: Ship | ReturnGoods,
  lineId: LineId,
  n: number,
  views: readonly Line[],
): string | undefined {
  const [line] = views;
  if (line === undefined) return undefined;
  const said = [...views, agent.engine.replica.ledger.lineProgress(orderId, lineId)];
  const most = (column: 'cancelled' | 'shipped' | 'returned') => Math.max(...said.map((one) => one[column]));
  const moved = type === 'ship' ? most('shipped') : most('returned');
  const left = Math.max(0, line.quantity - most('cancelled') - moved);
  // Whether it left at all is not asked: a shop that writes down no shipments takes back all the same.
  return n > left ? `Only ${left} of line ${lineId} are left.` : undefined;
}

function here(agent: Agent, id: OrderId): readonly Line[] | undefined {
  return agent.engine.replica.ledger.documentEntry('order', id) && agent.order(id).lines;
}

async function inBooks(agent: Agent, id: OrderId): Promise<readonly Line[] | undefined> {
  const asked = await agent.call('authority' as ReplicaId, { call: 'order.moved', id }, BOOKS_WAIT_MS);
  return asked.ok ? (asked.value as { readonly lines: readonly Line[] }).lines : undefined;
}
