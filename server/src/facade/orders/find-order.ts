/** Finding an order: what this region knows itself, completed by the books where others move its goods. */
import { locationOf, type PoolId } from '@tallystick/crdt';
import { type Agent, Problem } from '@tallystick/store-agent';
import { askAuthority } from '../ask-authority.ts';
import { changedOf, merged, withChanges } from './changed-elsewhere.ts';
import type { OrderJson } from './schema.ts';

/** A reader waits this long for the books before it hears what is known here. */
const PATIENCE_MS = 1_000;
const BOOKS_WAIT_MS = 3_000;

/**
 * @param client who asks, where it may see its own orders alone; another's is looked for and not found in the same
 * places, in the same words, as one that never was
 * @param mayBeBack goods of it may have come back anywhere: the books are asked where they can be
 * @throws Problem: `unknown_order`, or `authority_unreachable` where only the books could know it
 */
export async function findOrder(
  agent: Agent,
  id: string,
  client?: string,
  mayBeBack = false,
): Promise<OrderJson> {
  const own = ownOrder(agent, id, client);
  const asked = { call: 'order', id, ...(client === undefined ? {} : { client }) };
  if (own === undefined) return withChanges(agent, await inBooks(agent, asked));
  const read = withChanges(agent, own);
  if (own.stage !== 'settled' || !(mayBeBack || isMovedElsewhere(agent, own))) return read;
  try {
    return merged(read, (await askAuthority(agent, asked, PATIENCE_MS)) as OrderJson);
  } catch (error) {
    if (error instanceof Problem) return read;
    throw error;
  }
}

/** While the books cannot be asked, an order that was changed from here is as it was then. */
async function inBooks(agent: Agent, asked: { id: string; client?: string }): Promise<OrderJson> {
  try {
    return (await askAuthority(agent, asked, BOOKS_WAIT_MS)) as OrderJson;
  } catch (error) {
    const said = changedOf(agent, asked.id);
    const isOwn = asked.client === undefined || asked.client === said?.client;
    if (error instanceof Problem && error.code !== 'unknown_order' && said !== undefined && isOwn)
      return said;
    throw error;
  }
}

export function ownOrder(agent: Agent, id: string, client?: string): OrderJson | undefined {
  try {
    const order = agent.order(id) as OrderJson;
    return client === undefined || order.client === client ? order : undefined;
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
