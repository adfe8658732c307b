/** What can be done with customers: people, known to orders by an opaque id alone. */
import { documentId, personalData } from '@tallystick/store-agent';
import { z } from 'zod';
import { owned } from '../../access/scopes.ts';
import { MADE_HEADERS, MERGE_PATCH } from '../catalogue-operation.ts';
import { type Operation, operation } from '../operation.ts';
import { orderSchema } from '../orders/schema.ts';
import { pageOf, pageQuery } from '../page.ts';

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
  problems: ['already_exists', 'owner_unreachable', 'authority_unreachable'],
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
  problems: ['unknown_customer', 'kept_elsewhere', 'owner_unreachable', 'authority_unreachable'],
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
  problems: ['unknown_customer', 'kept_elsewhere', 'owner_unreachable', 'authority_unreachable'],
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

export const exportCustomer = operation({
  ...common,
  id: 'exportCustomer',
  access: owned('customers:read'),
  method: 'GET',
  etag: true,
  path: '/v1/customers/{id}/export',
  summary: 'Give out all that is known of a customer',
  description: 'Personal data, and all orders that name the customer, newest first, page by page.',
  params,
  query: z.strictObject(pageQuery),
  routeClass: 'read',
  answers: {
    200: {
      description: 'A page of orders, with the customer on each.',
      body: pageOf(orderSchema).extend({ customer: customerSchema }).meta({ id: 'CustomerExport' }),
      headers: ['link'],
    },
  },
  problems: ['unknown_customer', 'kept_elsewhere', 'owner_unreachable', 'authority_unreachable'],
  examples: {
    ada: {
      summary: 'All of Ada',
      params: { id: 'c-1' },
      status: 200,
      answer: { customer: { id: 'c-1', address: { city: 'London' } }, items: [] },
    },
  },
});

export const eraseCustomer = operation({
  ...common,
  id: 'eraseCustomer',
  access: owned('customers:write'),
  method: 'POST',
  path: '/v1/customers/{id}/erase',
  summary: 'Forget a customer, for good',
  description:
    'The key to the personal data is destroyed, so that nobody can read it any more, in backups of the table neither. Orders keep the opaque id.',
  params,
  answers: {
    200: {
      description: 'It is forgotten; asked again, since when.',
      body: z.object({ id: z.string(), erasedAt: z.iso.datetime() }).meta({ id: 'ErasedCustomer' }),
    },
  },
  problems: ['unknown_customer', 'kept_elsewhere', 'owner_unreachable', 'authority_unreachable'],
  examples: {
    asked: { summary: 'Ada asked for it', params: { id: 'c-1' }, status: 200, answer: { id: 'c-1' } },
    again: { summary: 'Once more', params: { id: 'c-1' }, status: 200, answer: { id: 'c-1' } },
  },
});

/** In the order in which a newcomer would use them. */
export const CUSTOMER_OPERATIONS: readonly Operation[] = [
  createCustomer,
  getCustomer,
  patchCustomer,
  exportCustomer,
  eraseCustomer,
];
