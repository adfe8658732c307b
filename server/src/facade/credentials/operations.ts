/** What can be done with credentials: the ids and secrets with which programs get tokens. */
import { addressSchema } from '@tallystick/store-agent';
import { z } from 'zod';
import { clientId, credentialId, credentialInput, roleSchema } from '../../access/items.ts';
import { ROLES, shared } from '../../access/scopes.ts';
import { MADE_HEADERS, MERGE_PATCH } from '../catalogue-operation.ts';
import { type Operation, operation } from '../operation.ts';
import { pageOf, pageQuery } from '../page.ts';

const common = { tag: 'Credentials', cacheControl: 'no-store' } as const;
const params = z.strictObject({ id: credentialId });
const addresses = z.array(addressSchema).max(64).meta({
  description: 'From where it may be used: addresses and networks. From anywhere where there are none.',
});

const roles = Object.entries(ROLES)
  .map(([role, scopes]) => `- \`${role}\`: ${scopes.map((scope) => `\`${scope}\``).join(', ')}`)
  .join('\n');

const newCredential = z
  .strictObject({
    id: credentialId
      .optional()
      .meta({ description: 'The `client_id` of OAuth. Made here where it is left out.' }),
    name: credentialInput.shape.name,
    role: roleSchema,
    client: clientId
      .optional()
      .meta({ description: 'The business client that it belongs to; needed for the role `client`.' }),
    addresses: addresses.default([]),
  })
  .meta({ id: 'NewCredential' });

const credentialPatch = z
  .strictObject({ name: credentialInput.shape.name.optional(), addresses: addresses.optional() })
  .meta({ id: 'CredentialPatch' });

const credentialFields = {
  id: z.string(),
  name: z.string(),
  role: roleSchema,
  client: z.string().optional(),
  addresses: z.array(z.string()),
  status: z.enum(['active', 'revoked']),
  createdAt: z.iso.datetime(),
  secrets: z
    .array(z.object({ id: z.string(), createdAt: z.iso.datetime(), expiresAt: z.iso.datetime().nullable() }))
    .meta({ description: 'Those that are valid, without what they say.' }),
};
const credentialSchema = z.object(credentialFields).meta({ id: 'Credential' });
const withSecretSchema = z
  .object({
    ...credentialFields,
    secret: z.string().meta({ description: 'Shown this once, and kept nowhere.' }),
  })
  .meta({ id: 'CredentialWithSecret' });
export type CredentialJson = z.output<typeof credentialSchema>;

export const createCredential = operation({
  ...common,
  id: 'createCredential',
  access: shared('access:write'),
  method: 'POST',
  path: '/v1/credentials',
  summary: 'Make a credential',
  description:
    'With its id and secret a program gets tokens at `POST /oauth/token` (OAuth 2.0 client credentials). The secret is shown ' +
    `once; if the answer was lost, rotate it. Nobody gives more than they have. Roles and their scopes:\n\n${roles}`,
  body: newCredential,
  givesSecret: true,
  needs: 'authority',
  routeClass: 'write',
  answers: { 201: { description: 'It is there.', body: withSecretSchema, headers: MADE_HEADERS } },
  problems: ['already_exists', 'not_found', 'authority_unreachable'],
  examples: {
    webShop: {
      summary: 'The web shop of a buyer',
      body: { id: 'globex-shop', name: 'Web shop', role: 'client', client: 'globex' },
      status: 201,
      answer: { id: 'globex-shop', status: 'active' },
    },
    taken: {
      summary: 'An id that is taken',
      body: { id: 'globex-shop', name: 'Web shop', role: 'client', client: 'globex' },
      status: 409,
      answer: { code: 'already_exists' },
    },
    whose: {
      summary: 'A client credential without a client',
      body: { name: 'Web shop', role: 'client' },
      status: 400,
      answer: { errors: [{ pointer: '/client' }] },
    },
  },
});

export const listCredentials = operation({
  ...common,
  id: 'listCredentials',
  access: shared('access:read'),
  method: 'GET',
  etag: true,
  path: '/v1/credentials',
  summary: 'List credentials by id, without their secrets',
  query: z.strictObject(pageQuery),
  needs: 'nobody',
  routeClass: 'read',
  answers: {
    200: {
      description: 'A page.',
      body: pageOf(credentialSchema).meta({ id: 'CredentialPage' }),
      headers: ['link'],
    },
  },
  problems: [],
  examples: { all: { summary: 'The first fifty', status: 200 } },
});

export const getCredential = operation({
  ...common,
  id: 'getCredential',
  access: shared('access:read'),
  method: 'GET',
  path: '/v1/credentials/{id}',
  summary: 'Read a credential, without its secrets',
  params,
  etag: true,
  needs: 'nobody',
  routeClass: 'read',
  answers: { 200: { description: 'The credential.', body: credentialSchema, headers: ['etag'] } },
  problems: ['not_found'],
  examples: {
    webShop: {
      summary: 'The web shop',
      params: { id: 'globex-shop' },
      status: 200,
      answer: { client: 'globex' },
    },
  },
});

export const patchCredential = operation({
  ...common,
  ...MERGE_PATCH,
  id: 'patchCredential',
  access: shared('access:write'),
  path: '/v1/credentials/{id}',
  summary: 'Change the name or the addresses of a credential',
  params,
  body: credentialPatch,
  needs: 'authority',
  routeClass: 'write',
  answers: { 200: { description: 'As it is now.', body: credentialSchema, headers: ['etag'] } },
  problems: ['not_found', 'authority_unreachable'],
  examples: {
    fromOffice: {
      summary: 'From one network alone',
      params: { id: 'globex-shop' },
      headers: { 'if-match': '*' },
      body: { addresses: ['192.0.2.0/24'] },
      status: 200,
      answer: { addresses: ['192.0.2.0/24'] },
    },
  },
});

export const rotateCredential = operation({
  ...common,
  id: 'rotateCredential',
  access: shared('access:write'),
  method: 'POST',
  path: '/v1/credentials/{id}/rotate',
  summary: 'Give a credential a new secret',
  description:
    'The one before goes on for `overlapMinutes` (a day, if left out), so that nothing stands still meanwhile. Two at most are valid.',
  params,
  body: z
    .strictObject({ overlapMinutes: z.int().min(0).max(43_200).default(1_440) })
    .meta({ id: 'Rotation' }),
  isBodyOptional: true,
  givesSecret: true,
  needs: 'authority',
  routeClass: 'write',
  answers: { 200: { description: 'With its new secret.', body: withSecretSchema, headers: ['etag'] } },
  problems: ['not_found', 'authority_unreachable'],
  examples: {
    monthly: {
      summary: 'With a day to roll it out',
      params: { id: 'globex-shop' },
      status: 200,
      answer: { id: 'globex-shop' },
    },
  },
});

export const revokeCredential = operation({
  ...common,
  id: 'revokeCredential',
  access: shared('access:write'),
  method: 'DELETE',
  path: '/v1/credentials/{id}',
  summary: 'Revoke a credential, for good',
  description:
    'Its tokens open nothing at this region when this is answered, and at others when they hear of it: within seconds while ' +
    'their links are up. Nobody revokes the credential that they came in with.',
  params,
  needs: 'authority',
  routeClass: 'write',
  answers: { 200: { description: 'As it is now.', body: credentialSchema, headers: ['etag'] } },
  problems: ['not_found', 'authority_unreachable'],
  examples: {
    leaked: {
      summary: 'It leaked',
      params: { id: 'globex-shop' },
      status: 200,
      answer: { status: 'revoked' },
    },
  },
});

/** In the order in which a newcomer would use them. */
export const CREDENTIAL_OPERATIONS: readonly Operation[] = [
  createCredential,
  listCredentials,
  getCredential,
  patchCredential,
  rotateCredential,
  revokeCredential,
];
