/** What operators can do with replicas. All of it is asked of the authority, which decides who belongs to the tree. */
import { z } from 'zod';
import { shared } from '../../access/scopes.ts';
import { type Operation, operation } from '../operation.ts';
import { pageOf, pageQuery } from '../page.ts';
import {
  enrolmentSchema,
  fleetHistorySchema,
  fleetSchema,
  newReplica,
  replicaDetailsSchema,
  replicaIdSchema,
  replicaSchema,
  retirementBody,
  retirementSchema,
  rightsSchema,
} from './schema.ts';

const params = z.strictObject({ id: replicaIdSchema });
const common = { tag: 'Replicas', cacheControl: 'no-store', needs: 'authority' } as const;
const read = { ...common, method: 'GET', access: shared('replicas:read'), routeClass: 'read' } as const;
const write = { ...common, method: 'POST', access: shared('replicas:write'), routeClass: 'write' } as const;

export const listReplicas = operation({
  ...read,
  id: 'listReplicas',
  path: '/v1/replicas',
  summary: 'List replicas by id',
  query: z.strictObject(pageQuery),
  answers: {
    200: {
      description: 'A page.',
      body: pageOf(replicaSchema).meta({ id: 'ReplicaPage' }),
      headers: ['link'],
    },
  },
  problems: ['authority_unreachable'],
  examples: { all: { summary: 'The first fifty', status: 200 } },
});

export const getReplica = operation({
  ...read,
  id: 'getReplica',
  path: '/v1/replicas/{id}',
  summary: 'Read a replica: its link, its lag, its lives',
  params,
  answers: { 200: { description: 'The replica.', body: replicaDetailsSchema } },
  problems: ['not_found', 'authority_unreachable'],
  examples: {
    depot: {
      summary: 'The warehouse',
      params: { id: 'depot' },
      status: 200,
      answer: { id: 'depot', kind: 'warehouse', parent: 'eu', status: 'enrolled' },
    },
    nobody: { summary: 'Nobody', params: { id: 'nobody' }, status: 404, answer: { code: 'not_found' } },
  },
});

export const readFleet = operation({
  ...read,
  id: 'readFleet',
  path: '/v1/fleet',
  summary: 'See the whole tree at once: links, lag and sales of every replica',
  description:
    'At most a thousand replicas, by id, without those that were retired. Each is asked at most once a second, however often ' +
    'this is called; one that cannot be reached has `lag` and `sales` null.',
  answers: { 200: { description: 'The tree as it is now.', body: fleetSchema } },
  problems: ['authority_unreachable'],
  examples: { now: { summary: 'Now', status: 200 } },
});

export const readFleetHistory = operation({
  ...read,
  id: 'readFleetHistory',
  path: '/v1/fleet/history',
  summary: 'See how selling went in the whole fleet, over the last minutes or the last day',
  description:
    'Sums over all replicas that only grow: what lies between two points happened between them. At most 360 points, oldest ' +
    'first, the last one of this moment. Up to a day is kept, in the memory of the process at the books that answers: ' +
    '`since` says when that began.',
  query: z.strictObject({
    minutes: z.coerce
      .number()
      .int()
      .min(1)
      .max(1_440)
      .default(60)
      .meta({ description: 'How far back, at most a day.' }),
  }),
  answers: { 200: { description: 'The points.', body: fleetHistorySchema } },
  problems: ['authority_unreachable'],
  examples: { hour: { summary: 'The last hour', query: { minutes: '60' }, status: 200 } },
});

export const listRights = operation({
  ...read,
  id: 'listReplicaRights',
  path: '/v1/replicas/{id}/rights',
  summary: 'List what a replica may sell, product by product',
  description: 'As the books know it, over all its lives; what it has not told yet is not in it.',
  params,
  query: z.strictObject(pageQuery),
  answers: {
    200: {
      description: 'A page.',
      body: pageOf(rightsSchema).meta({ id: 'ReplicaRightsPage' }),
      headers: ['link'],
    },
  },
  problems: ['not_found', 'authority_unreachable'],
  examples: {
    depot: {
      summary: 'The first two of the warehouse',
      params: { id: 'depot' },
      query: { limit: '2' },
      status: 200,
    },
  },
});

export const addReplica = operation({
  ...write,
  id: 'addReplica',
  givesSecret: true,
  path: '/v1/replicas',
  summary: 'Make room for a new replica, and a code to enrol it',
  description:
    'The device trades the code for its place in the tree, once. The same again gives a new code, and the one before is void: ' +
    'so a device whose key was lost comes back.',
  body: newReplica,
  answers: { 201: { description: 'It is expected.', body: enrolmentSchema, headers: ['location'] } },
  problems: ['unknown_location', 'authority_unreachable'],
  examples: {
    till: {
      summary: 'A shop under this region',
      body: { id: 'kiel', kind: 'store', parent: 'eu' },
      status: 201,
      answer: { id: 'kiel' },
    },
    orphan: {
      summary: 'Under a parent that nobody knows',
      body: { id: 'mars', kind: 'store', parent: 'no-such-region' },
      status: 400,
    },
  },
});

export const retireReplica = operation({
  ...write,
  id: 'retireReplica',
  path: '/v1/replicas/{id}/retire',
  summary: 'Shut out a replica that will not come back',
  description:
    'Its key opens nothing any more. Of what it held only what was counted is taken back; it may be repeated under another ' +
    'id when more turns up.',
  params,
  body: retirementBody,
  isBodyOptional: true,
  idempotency: 'orBodyId',
  answers: { 201: { description: 'It is shut out.', body: retirementSchema } },
  problems: [
    'not_found',
    'forbidden',
    'more_than_ordered',
    'former_lives_unknown',
    'parent_unreachable',
    'authority_unreachable',
  ],
  examples: {
    nameless: {
      summary: 'Without a name, a repeat would be another act',
      params: { id: 'kiel' },
      status: 400,
    },
    nobody: { summary: 'Nobody', params: { id: 'nobody' }, body: { id: 'r-1' }, status: 404 },
  },
});

/** In the order in which a newcomer would use them. */
export const REPLICA_OPERATIONS: readonly Operation[] = [
  listReplicas,
  getReplica,
  readFleet,
  readFleetHistory,
  listRights,
  addReplica,
  retireReplica,
];
