/** Finding an order: what this region knows itself, completed by the books where others move its goods. */
import { locationOf, type PoolId } from '@tallystick/crdt';
import { type Agent, orderStatus, Problem } from '@tallystick/store-agent';
import { askAuthority } from '../ask-authority.ts';
import type { OrderJson } from './schema.ts';

/** A reader waits this long for the books before it hears what is known here. */
const PATIENCE_MS = 1_000;
const BOOKS_WAIT_MS = 3_000;

/** @throws Problem: `unknown_order`, or `authority_unreachable` where only the books could know it */
export async function findOrder(agent: Agent, id: string): Promise<OrderJson> {
  const own = ownOrder(agent, id);
  if (own === undefined)
    return (await askAuthority(agent, { call: 'order', id }, BOOKS_WAIT_MS)) as OrderJson;
  if (own.stage !== 'settled' || !isMovedElsewhere(agent, own)) return own;
  try {
    return merged(own, (await askAuthority(agent, { call: 'order', id }, PATIENCE_MS)) as OrderJson);
  } catch (error) {
    if (error instanceof Problem) return own;
    throw error;
  }
}

export function ownOrder(agent: Agent, id: string): OrderJson | undefined {
  try {
    return agent.order(id) as OrderJson;
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** Whether goods stand where a keeper outside this region's tree moves them, so that it does not hear of it. */
function isMovedElsewhere(agent: Agent, order: OrderJson): boolean {
  return order.lines.some(({ sku, locationId }) => {
    const keeper = agent.catalogue.keeperOf(locationOf(`${sku}@${locationId}` as PoolId));
    return keeper !== undefined && keeper !== agent.id && agent.catalogue.regionOf(keeper) !== agent.id;
  });
}

/** Counts only grow, so of two views of a line the larger one is the newer. */
function merged(own: OrderJson, books: OrderJson): OrderJson {
  const known = new Map(books.lines.map((line) => [line.lineId, line]));
  const lines = own.lines.map((line) => {
    const other = known.get(line.lineId);
    if (other === undefined) return line;
    return {
      ...line,
      cancelled: Math.max(line.cancelled, other.cancelled),
      shipped: Math.max(line.shipped, other.shipped),
      returned: Math.max(line.returned, other.returned),
      ...(other.conflict === true ? { conflict: true } : {}),
    };
  });
  // The owner's own marks are known here, whatever the books have heard of them yet.
  const mark = own.status === 'delivered' || own.status === 'processing' ? own.status : undefined;
  return { ...own, status: orderStatus(lines, false, mark), lines };
}
