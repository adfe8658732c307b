/** Replicas, for operators at a region's door: who there is, what they hold, new ones, and those that will not come back. */
import { isLocationId, isReplicaId, type PoolId, QUANTITY_MAX, type ReplicaId } from '@tallystick/crdt';
import { documentId, locationId, Problem, sku } from '@tallystick/store-agent';
import { z } from 'zod';
import type { Authority } from '../authority.ts';
import { addReplica } from '../registry.ts';
import { replicaDetails, replicaPage, rightsPage } from '../replica-state.ts';
import { retire } from '../retire.ts';
import { served } from './call.ts';

const id = z.string().refine(isReplicaId, 'must be a replica id');
const after = z.string().max(200);
const limit = z.int().min(1).max(251);
const operator = z.string().regex(/^[\x21-\x7e]{1,100}$/);
const line = z.strictObject({ sku, locationId, quantity: z.int().min(1).max(QUANTITY_MAX) });

export const REPLICA_CALLS = {
  'replica.list': served({
    schema: z.strictObject({ call: z.literal('replica.list'), after, limit }),
    serve: async (authority, asked) => ({ items: await replicaPage(authority, asked.after, asked.limit) }),
  }),
  'replica.get': served({
    schema: z.strictObject({ call: z.literal('replica.get'), id }),
    serve: async (authority, asked) => {
      const found = await replicaDetails(authority, asked.id as ReplicaId);
      if (found === undefined) throw unknown(asked.id);
      return found;
    },
  }),
  'replica.fleet': served({
    schema: z.strictObject({ call: z.literal('replica.fleet') }),
    serve: (authority) => authority.fleet.state(),
  }),
  'replica.fleet-history': served({
    schema: z.strictObject({ call: z.literal('replica.fleet-history'), minutes: z.int().min(1).max(1_440) }),
    serve: (authority, { minutes }) => authority.fleet.history(minutes),
  }),
  'replica.rights': served({
    schema: z.strictObject({ call: z.literal('replica.rights'), id, after, limit }),
    serve: async (authority, asked) => {
      if (authority.catalogue.replica(asked.id) === undefined) throw unknown(asked.id);
      return { items: rightsPage(authority, asked.id as ReplicaId, asked.after, asked.limit) };
    },
  }),
  'replica.add': served({
    schema: z.strictObject({
      call: z.literal('replica.add'),
      id,
      kind: z.enum(['region', 'store', 'warehouse', 'terminal', 'channel']),
      parent: id,
      location: z.string().refine(isLocationId).nullable(),
      codeTtlMinutes: z.int().min(1).max(43_200),
    }),
    serve: add,
  }),
  'replica.retire': served({
    schema: z.strictObject({
      call: z.literal('replica.retire'),
      id: documentId,
      replica: id,
      operator,
      counted: z.array(line).max(10_000),
      withChildren: z.boolean(),
    }),
    serve: async (authority, asked) => {
      const replica = asked.replica as ReplicaId;
      if (authority.catalogue.replica(replica) === undefined) throw unknown(replica);
      const counted = asked.counted.map((each) => ({
        pool: `${each.sku}@${each.locationId}` as PoolId,
        n: each.quantity,
      }));
      const { id: act, operator: by, withChildren } = asked;
      const retirement = { id: act, replica, operator: by, counted, withChildren };
      const { reclaimed, exposure } = await retire(authority, retirement);
      return { id: act, replica, reclaimed: sumOf(reclaimed), left: sumOf(exposure) };
    },
  }),
};

interface Adding {
  readonly id: string;
  readonly kind: 'region' | 'store' | 'warehouse' | 'terminal' | 'channel';
  readonly parent: string;
  readonly location: string | null;
  readonly codeTtlMinutes: number;
}

async function add(authority: Authority, asked: Adding) {
  const { id: wanted, kind, parent, location, codeTtlMinutes } = asked;
  if (location !== null && authority.catalogue.location(location) === undefined)
    throw new Problem('unknown_location', `No location is called ${location}.`);
  const added = await addReplica(authority.pool, {
    id: wanted as ReplicaId,
    kind,
    parent: parent as ReplicaId,
    location,
    codeTtlMs: codeTtlMinutes * 60_000,
  });
  if (!added.ok) throw new Problem('invalid_request', added.message);
  await authority.refreshCatalogue();
  return { id: wanted, code: added.code, expiresAt: new Date(added.expiresAtMs).toISOString() };
}

/** Of how many units in how many pools: which ones, `rights` says page by page. */
function sumOf(items: readonly { readonly n: number }[]) {
  return { units: items.reduce((sum, { n }) => sum + n, 0), pools: items.length };
}

function unknown(replica: string): Problem {
  return new Problem('not_found', `No replica is called ${replica}.`);
}
