/** Residents: what a region that keeps personal data to itself tells the books, and asks of them. */
import { documentId, Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import { clientId } from '../../access/items.ts';
import { listOrders } from '../order-from-books.ts';
import { moved, nextToMove } from '../resident-moves.ts';
import { claimResident, compareResidents, noteResident, residentsToForget } from '../residents.ts';
import { askedAt } from '../who-asks.ts';
import { served } from './call.ts';

/** Names of fields, such as `email`: what they say stays where it is. */
const fields = z.array(z.enum(['name', 'email', 'phone', 'locale', 'address'])).max(5);
const IDS_MAX = 500;
/** People of one piece of a move: what is known of them fits a frame many times over. */
const MOVED_AT_ONCE = 20;

export const RESIDENT_CALLS = {
  'resident.claim': served({
    schema: z.strictObject({
      call: z.literal('resident.claim'),
      id: documentId,
      client: clientId.optional(),
      fields,
    }),
    serve: async ({ pool }, { id, client, fields: named }) => {
      const isTheirs = await claimResident(pool, region(), { id, client: client ?? null, fields: named });
      if (!isTheirs)
        throw new Problem('already_exists', `There is a customer ${id} already, and it is another one.`);
      return {};
    },
  }),
  'resident.note': served({
    schema: z.strictObject({
      call: z.literal('resident.note'),
      id: documentId,
      action: z.enum(['changed', 'erased']),
      version: z.int().min(1),
      fields,
    }),
    serve: async ({ pool }, { call: _, ...change }) => {
      await noteResident(pool, region(), change);
      return {};
    },
  }),
  'resident.compare': served({
    schema: z.strictObject({ call: z.literal('resident.compare'), ids: z.array(documentId).max(IDS_MAX) }),
    serve: async ({ pool }, { ids }) => ({ items: await compareResidents(pool, region(), ids) }),
  }),
  'resident.forgettable': served({
    schema: z.strictObject({ call: z.literal('resident.forgettable') }),
    serve: async ({ pool }) => ({ ids: await residentsToForget(pool, region(), IDS_MAX) }),
  }),
  /** Who is to move there next; asked again it is the same until they have. */
  'resident.moving': served({
    schema: z.strictObject({ call: z.literal('resident.moving') }),
    serve: async ({ pool, options }) => ({
      items: await nextToMove(pool, options.vault, region(), MOVED_AT_ONCE),
    }),
  }),
  'resident.moved': served({
    schema: z.strictObject({
      call: z.literal('resident.moved'),
      items: z
        .array(z.strictObject({ id: documentId, version: z.int().min(1), move: z.uuid() }))
        .max(MOVED_AT_ONCE),
    }),
    serve: async ({ pool }, { items }) => ({ ids: await moved(pool, region(), items) }),
  }),
  /** Which region keeps somebody; null where the books do, left out where nobody is there for who asks. */
  'resident.place': served({
    schema: z.strictObject({
      call: z.literal('resident.place'),
      id: documentId,
      client: clientId.optional(),
    }),
    serve: async ({ customers }, { id, client }) => {
      const known = await customers.find(id);
      if (known === undefined || (client !== undefined && known.client !== client)) return {};
      return { keptAt: 'keptAt' in known ? known.keptAt : null };
    },
  }),
  'resident.orders': served({
    schema: z.strictObject({
      call: z.literal('resident.orders'),
      id: documentId,
      client: clientId.optional(),
      after: z.strictObject({ placedAtMs: z.int().min(0), id: documentId }).optional(),
      limit: z.int().min(1).max(251),
    }),
    serve: async ({ pool }, { id, client, after, limit }) => {
      const [known] = await compareResidents(pool, region(), [id]);
      if (known === undefined) throw new Problem('unknown_customer', `No customer has the id ${id}.`);
      return { items: await listOrders(pool, { customer: id, client }, after, limit) };
    },
  }),
};

/** Each region speaks of its own people alone. */
function region(): string {
  const via = askedAt();
  if (via === undefined) throw new Problem('forbidden', 'Regions alone keep personal data.');
  return via;
}
