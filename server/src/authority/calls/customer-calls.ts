/** Customers: registered, read and patched at the books alone. */
import { documentId, Problem, personalData } from '@tallystick/store-agent';
import { z } from 'zod';
import { clientId } from '../../access/items.ts';
import type { Customers, ErasedCustomer, ResidentCustomer, StoredCustomer } from '../customers.ts';
import { once } from '../idempotent-requests.ts';
import { listOrders } from '../order-from-books.ts';
import { askedAt } from '../who-asks.ts';
import { requestKey, served } from './call.ts';
import { patched } from './change-one.ts';

/** Somebody else may change it between reading and writing; who names no version tries this often. */
const ATTEMPTS = 5;

/** Who asks, where it may see its own customers alone. */
const client = clientId.optional();

export const CUSTOMER_CALLS = {
  'customer.create': served({
    schema: z.strictObject({
      call: z.literal('customer.create'),
      id: documentId,
      personal: personalData,
      client,
      key: requestKey,
    }),
    serve: async ({ pool, customers }, { id, personal, client: owner, key }) => {
      let added: Awaited<ReturnType<Customers['add']>>;
      // The key remembers that it was done, and nothing that names the person.
      await once(pool, key, ['customer', id, personal], async () => {
        added = await customers.add(id, personal, owner ?? null);
        if (added !== undefined) return { id };
        throw new Problem('already_exists', `There is a customer ${id} already, and it is another one.`);
      });
      return added ?? { customer: found(id, await customers.find(id), owner), isNew: false };
    },
  }),
  'customer.get': served({
    schema: z.strictObject({ call: z.literal('customer.get'), id: documentId, client }),
    serve: async ({ customers }, { id, client: asks }) => found(id, await customers.find(id), asks),
  }),
  'customer.patch': served({
    schema: z.strictObject({
      call: z.literal('customer.patch'),
      id: documentId,
      client,
      patch: z.record(z.string(), z.unknown()),
      version: z.int().min(0).nullable(),
    }),
    serve: async ({ customers }, { id, patch, version, client: asks }) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const known = found(id, await customers.find(id), asks);
        if (version !== null && known.version !== version) break;
        const personal = patched(personalData, known.personal, patch);
        const changed = await customers.change(known, personal);
        if (changed !== undefined) return changed;
      }
      throw new Problem(
        'precondition_failed',
        `Customer ${id} was changed since it was read. Read it again.`,
      );
    },
  }),
  'customer.export': served({
    schema: z.strictObject({
      call: z.literal('customer.export'),
      id: documentId,
      client,
      after: z.strictObject({ placedAtMs: z.int().min(0), id: documentId }).optional(),
      limit: z.int().min(1).max(251),
    }),
    serve: async ({ pool, customers }, { id, client: asks, after, limit }) => {
      const customer = found(id, await customers.find(id), asks);
      return { customer, items: await listOrders(pool, { customer: id, client: asks }, after, limit) };
    },
  }),
  'customer.erase': served({
    schema: z.strictObject({ call: z.literal('customer.erase'), id: documentId, client }),
    serve: async ({ customers }, { id, client: asks }) => {
      const known = await customers.find(id);
      if (known === undefined || !('erasedAt' in known)) found(id, known, asks);
      else if (asks !== undefined && known.client !== asks) found(id, undefined, asks);
      return customers.erase(id);
    },
  }),
};

function found(
  id: string,
  customer: StoredCustomer | ResidentCustomer | ErasedCustomer | undefined,
  asks: string | undefined,
): StoredCustomer {
  const isTheirs = customer !== undefined && (asks === undefined || customer.client === asks);
  if (isTheirs && 'personal' in customer) return customer;
  if (isTheirs && 'erasedAt' in customer) throw new Problem('unknown_customer', `Customer ${id} was erased.`);
  // The region that keeps it has looked already: it was killed before it wrote anything down.
  if (isTheirs && 'keptAt' in customer && customer.keptAt !== askedAt())
    throw new Problem(
      'kept_elsewhere',
      `What is known of customer ${id} is kept in region ${customer.keptAt} and nowhere else. Ask at its door.`,
    );
  throw new Problem('unknown_customer', `No customer has the id ${id}.`);
}
