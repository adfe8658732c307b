/** What can be done with business clients: those whose orders their credentials see alone. */
import { z } from 'zod';
import { clientId, clientInput } from '../../access/items.ts';
import { shared } from '../../access/scopes.ts';
import { MADE_HEADERS, MERGE_PATCH } from '../catalogue-operation.ts';
import { type Operation, operation } from '../operation.ts';
import { pageOf, pageQuery } from '../page.ts';

const common = { tag: 'Clients', cacheControl: 'no-store' } as const;
const params = z.strictObject({ id: clientId });

const newClient = clientInput
  .extend({ status: clientInput.shape.status.default('active') })
  .meta({ id: 'NewClient' });
const clientPatch = clientInput.omit({ id: true }).partial().meta({ id: 'ClientPatch' });
const clientSchema = z.object(clientInput.shape).meta({ id: 'Client' });

export const createClient = operation({
  ...common,
  id: 'createClient',
  access: shared('access:write'),
  method: 'POST',
  path: '/v1/clients',
  summary: 'Add a business client',
  description: 'Its credentials see its own orders, holds and customers alone. Orders name it as `client`.',
  body: newClient,
  idempotency: 'accepted',
  needs: 'authority',
  routeClass: 'write',
  answers: { 201: { description: 'It is there.', body: clientSchema, headers: MADE_HEADERS } },
  problems: ['already_exists', 'authority_unreachable'],
  examples: {
    globex: {
      summary: 'A buyer',
      body: { id: 'globex', name: 'Globex GmbH' },
      status: 201,
      answer: { id: 'globex', status: 'active' },
    },
  },
});

export const listClients = operation({
  ...common,
  id: 'listClients',
  access: shared('access:read'),
  method: 'GET',
  etag: true,
  path: '/v1/clients',
  summary: 'List business clients by id',
  query: z.strictObject(pageQuery),
  needs: 'nobody',
  routeClass: 'read',
  answers: {
    200: { description: 'A page.', body: pageOf(clientSchema).meta({ id: 'ClientPage' }), headers: ['link'] },
  },
  problems: [],
  examples: { all: { summary: 'The first fifty', status: 200 } },
});

export const getClient = operation({
  ...common,
  id: 'getClient',
  access: shared('access:read'),
  method: 'GET',
  path: '/v1/clients/{id}',
  summary: 'Read a business client',
  params,
  etag: true,
  needs: 'nobody',
  routeClass: 'read',
  answers: { 200: { description: 'The client.', body: clientSchema, headers: ['etag'] } },
  problems: ['not_found'],
  examples: {
    globex: { summary: 'The buyer', params: { id: 'globex' }, status: 200, answer: { id: 'globex' } },
    nobody: { summary: 'Nobody', params: { id: 'nobody' }, status: 404, answer: { code: 'not_found' } },
  },
});

export const patchClient = operation({
  ...common,
  ...MERGE_PATCH,
  id: 'patchClient',
  access: shared('access:write'),
  path: '/v1/clients/{id}',
  summary: 'Change parts of a business client',
  description: `${MERGE_PATCH.description} A \`suspended\` client’s credentials let nobody in.`,
  params,
  body: clientPatch,
  needs: 'authority',
  routeClass: 'write',
  answers: { 200: { description: 'As it is now.', body: clientSchema, headers: ['etag'] } },
  problems: ['not_found', 'authority_unreachable'],
  examples: {
    renamed: {
      summary: 'Another name',
      params: { id: 'globex' },
      headers: { 'if-match': '*' },
      body: { name: 'Globex SE' },
      status: 200,
      answer: { name: 'Globex SE' },
    },
  },
});

/** In the order in which a newcomer would use them. */
export const CLIENT_OPERATIONS: readonly Operation[] = [createClient, listClients, getClient, patchClient];
