/** What can be done with customers: people, known to orders by an opaque id alone. */
import { documentId, personalData } from '@tallystick/store-agent';
import { z } from 'zod';
import { owned } from '../../access/scopes.ts';
import { MADE_HEADERS, MERGE_PATCH } from '../catalogue-operation.ts';
import { type Operation, operation } from '../operation.ts';

const idSchema = documentId.meta({
  description: 'Opaque: no name, e-mail or number of a person. Made here where it is left out.',
  minLength: 1,
  maxLength: 128,
});
const params = z.strictObject({ id: idSchema });
const common = {
  tag: 'Customers',
  cacheControl: 'no-store',
  needs: 'authority',
  routeClass: 'write',
} as const;

const newCustomer = personalData.extend({ id: idSchema.optional() }).meta({ id: 'NewCustomer' });

const { shape } = personalData;
const customerPatch = z
  .strictObject({
    name: shape.name.optional(),
    email: shape.email.unwrap().nullable().optional(),
    phone: shape.phone.unwrap().nullable().optional(),
    locale: shape.locale.unwrap().nullable().optional(),
    address: shape.address.unwrap().nullable().optional(),
  })
  .meta({ id: 'CustomerPatch' });

const customerSchema = z
  .object({ id: z.string(), ...shape, createdAt: z.iso.datetime() })
  .meta({ id: 'Customer' });

export const createCustomer = operation({
  ...common,
  id: 'createCustomer',
  access: owned('customers:write'),
  method: 'POST',
  path: '/v1/customers',
  summary: 'Register a customer',
  description: 'Orders name the customer by `id`. The same again is the first answer.',
  body: newCustomer,
  idempotency: 'accepted',
  answers: {
    201: {
      description: 'Registered.',
      body: customerSchema,
      headers: MADE_HEADERS,
    },
  },
  problems: ['already_exists', 'authority_unreachable'],
  examples: {
    ada: {
      summary: 'Somebody with an e-mail address',
      body: { id: 'c-1', name: 'Ada Byron', email: 'ada@example.org' },
      status: 201,
      answer: { id: 'c-1', name: 'Ada Byron' },
    },
    badPhone: {
      summary: 'A number that nobody can dial',
      body: { name: 'Ada Byron', phone: '030 123' },
      status: 400,
      answer: { errors: [{ pointer: '/phone' }] },
    },
  },
});

export const getCustomer = operation({
  ...common,
  id: 'getCustomer',
  access: owned('customers:read'),
  method: 'GET',
  path: '/v1/customers/{id}',
  summary: 'Read a customer',
  params,
  etag: true,
  routeClass: 'read',
  answers: { 200: { description: 'The customer.', body: customerSchema, headers: ['etag'] } },
  problems: ['unknown_customer', 'authority_unreachable'],
  examples: {
    ada: { summary: 'Ada', params: { id: 'c-1' }, status: 200, answer: { id: 'c-1' } },
    nobody: {
      summary: 'Nobody',
      params: { id: 'c-none' },
      status: 404,
      answer: { code: 'unknown_customer' },
    },
  },
});

export const patchCustomer = operation({
  ...common,
  ...MERGE_PATCH,
  id: 'patchCustomer',
  access: owned('customers:write'),
  path: '/v1/customers/{id}',
  summary: 'Change parts of a customer',
  params,
  body: customerPatch,
  answers: { 200: { description: 'As it is now.', body: customerSchema, headers: ['etag'] } },
  problems: ['unknown_customer', 'authority_unreachable'],
  examples: {
    moved: {
      summary: 'Ada has moved',
      params: { id: 'c-1' },
      headers: { 'if-match': '*' },
      body: { address: { lines: ['12 St James’s Square'], city: 'London', country: 'GB' } },
      status: 200,
      answer: { address: { city: 'London' } },
    },
    unread: {
      summary: 'A version that is not the newest',
      params: { id: 'c-1' },
      headers: { 'if-match': '"7"' },
      body: { name: 'Ada Lovelace' },
      status: 412,
    },
  },
});

/** In the order in which a newcomer would use them. */
export const CUSTOMER_OPERATIONS: readonly Operation[] = [createCustomer, getCustomer, patchCustomer];
