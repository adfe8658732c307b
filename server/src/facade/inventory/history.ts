/** What happened to stock: asked of the books, which alone know what everybody did. */
import { isLocationId } from '@tallystick/crdt';
import type { Agent } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { askAuthority } from '../ask-authority.ts';
import { fromCursor, noSuchCursor, page } from '../page.ts';
import { route } from '../route.ts';
import { listMovements } from './operations.ts';

interface Place {
  readonly atMs: number;
  readonly position: number;
  readonly locationId: string;
}

export function historyRoute(app: FastifyInstance, agent: Agent): void {
  route(app, listMovements, async ({ params, query, request, reply }) => {
    const { limit, cursor, from, to, ...exact } = query;
    const { items } = (await askAuthority(agent, {
      call: 'inventory.history',
      ...params,
      ...exact,
      ...(from === undefined ? {} : { fromMs: msOf(from) }),
      ...(to === undefined ? {} : { toMs: msOf(to) }),
      after: placeOf(cursor),
      limit: limit + 1,
    })) as { items: Place[] };
    const found = page(items, limit, (at) => `${at.atMs} ${at.position} ${at.locationId}`, request, reply);
    return { ...found, items: found.items.map(movementJson) };
  });
}

function movementJson({ atMs, position: _, ...said }: Place) {
  return { at: new Date(atMs).toISOString(), ...said };
}

/** Nothing happened before 1970. */
function msOf(time: string): number {
  return Math.max(0, Date.parse(time));
}

/** The movement behind which a page begins, as `page` wrote it. */
function placeOf(cursor: string | undefined): Place | undefined {
  const written = fromCursor(cursor);
  if (written === '') return undefined;
  const [, at, position, locationId = ''] = /^(\d{1,15}) (\d{1,15}) (\S+)$/.exec(written) ?? [];
  if (at === undefined || !isLocationId(locationId)) throw noSuchCursor();
  return { atMs: Number(at), position: Number(position), locationId };
}
