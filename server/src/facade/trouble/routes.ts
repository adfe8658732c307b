/** What needs somebody's eyes, read from the books. */
import type { Agent } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { askAuthority } from '../ask-authority.ts';
import { fromCursor, page } from '../page.ts';
import { route } from '../route.ts';
import { listQuarantine, listShortages } from './operations.ts';

export function troubleRoutes(app: FastifyInstance, agent: Agent): void {
  route(app, listShortages, async ({ query: { limit, cursor }, request, reply }) => {
    const asked = { call: 'shortage.list', after: fromCursor(cursor), limit: limit + 1 };
    const { items } = (await askAuthority(agent, asked)) as { items: { sku: string; locationId: string }[] };
    return page(items, limit, ({ sku, locationId }) => `${sku}@${locationId}`, request, reply);
  });

  route(app, listQuarantine, async ({ query: { limit, cursor }, request, reply }) => {
    const asked = { call: 'quarantine.list', after: fromCursor(cursor), limit: limit + 1 };
    const { items } = (await askAuthority(agent, asked)) as { items: Quarantined[] };
    const placeOf = ({ writer, seq, hash }: Quarantined) =>
      `${writer} ${String(seq).padStart(16, '0')} ${hash}`;
    return page(items, limit, placeOf, request, reply);
  });
}

interface Quarantined {
  readonly writer: string;
  readonly seq: number;
  readonly hash: string;
}
