/**
 * Orders that this door had changed by their owners elsewhere: as they are since, until what is read here has heard of it
 * as well. Whoever was told that it is done must not be shown that it is not.
 */
import type { CancelOrder, MarkOrder, OrderMark } from '@tallystick/crdt';
import { type Agent, type Fact, orderStatus } from '@tallystick/store-agent';
import type { OrderJson } from './schema.ts';

/** News takes a moment to come round; so many changes in that moment are more than any door makes. */
const KEPT_MAX = 1_000;
/** What nobody has heard of by then may never come: its owner was lost with it. */
const KEPT_MS = 5 * 60_000;

interface Changed {
  readonly order: OrderJson;
  readonly atMs: number;
}

const changed = new WeakMap<Agent, Map<string, Changed>>();

/** @param order as it is since its owner changed it */
export function noteChanged(agent: Agent, order: OrderJson): void {
  const orders = changed.get(agent) ?? new Map<string, Changed>();
  changed.set(agent, orders);
  orders.delete(order.id);
  orders.set(order.id, { order, atMs: performance.now() });
  const [oldest] = orders.keys();
  if (orders.size > KEPT_MAX && oldest !== undefined) orders.delete(oldest);
}

/** An order since this door had it changed; undefined where it did not, or what is read here knows it by now. */
export function changedOf(agent: Agent, id: string): OrderJson | undefined {
  const said = changed.get(agent)?.get(id);
  return said !== undefined && performance.now() - said.atMs < KEPT_MS ? said.order : undefined;
}

/** The order once its owner has carried out a command, as far as it was known here before. */
export function afterCommand(order: OrderJson, command: CancelOrder | MarkOrder, fact: Fact): OrderJson {
  const taken = new Map(fact.cancelled?.map(({ lineId, n }) => [lineId, n]));
  const lines = order.lines.map((line) => {
    return { ...line, cancelled: Math.max(line.cancelled, taken.get(line.lineId) ?? 0) };
  });
  const mark = command.type === 'mark' ? command.mark : markOf(order);
  return { ...order, lines, status: orderStatus(lines, false, mark) };
}

/** The order as it was read here, and no older than what was done with it from here. */
export function withChanges(agent: Agent, read: OrderJson): OrderJson {
  const said = changedOf(agent, read.id);
  if (said === undefined) return read;
  const newest = merged(read, said);
  const isKnown =
    newest.status === read.status && JSON.stringify(newest.lines) === JSON.stringify(read.lines);
  if (isKnown) changed.get(agent)?.delete(read.id);
  return isKnown ? read : newest;
}

/** Counts only grow, and so do marks: of two views of a line the larger one is the newer. */
export function merged(order: OrderJson, other: OrderJson): OrderJson {
  const known = new Map(other.lines.map((line) => [line.lineId, line]));
  const lines = order.lines.map((line) => {
    const beside = known.get(line.lineId);
    if (beside === undefined) return line;
    return {
      ...line,
      cancelled: Math.max(line.cancelled, beside.cancelled),
      shipped: Math.max(line.shipped, beside.shipped),
      returned: Math.max(line.returned, beside.returned),
      ...(beside.conflict === true ? { conflict: true } : {}),
    };
  });
  return { ...order, status: orderStatus(lines, false, markOf(order, other)), lines };
}

/** As far as the status tells it; the later of two. */
function markOf(...orders: readonly OrderJson[]): OrderMark | undefined {
  return (['delivered', 'processing'] as const).find((mark) => orders.some(({ status }) => status === mark));
}
