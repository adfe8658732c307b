/** Customers: registered, read and patched at the books alone. */
import { documentId, Problem, personalData } from '@tallystick/store-agent';
import { z } from 'zod';
import { clientId } from '../../access/items.ts';
import { addCustomer, changeCustomer, findCustomer, type StoredCustomer } from '../customers.ts';
import { once } from '../idempotent-requests.ts';
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
    serve: async ({ pool }, { id, personal, client: owner, key }) => {
      let added: Awaited<ReturnType<typeof addCustomer>>;
      // The key remembers that it was done, and nothing that names the person.
      await once(pool, key, ['customer', id, personal], async () => {
        added = await addCustomer(pool, id, personal, owner ?? null);
        if (added !== undefined) return { id };
        throw new Problem('already_exists', `There is a customer ${id} already, and it is another one.`);
      });
      return added ?? { customer: found(id, await findCustomer(pool, id), owner), isNew: false };
    },
  }),
  'customer.get': served({
    schema: z.strictObject({ call: z.literal('customer.get'), id: documentId, client }),
    serve: async ({ pool }, { id, client: asks }) => found(id, await findCustomer(pool, id), asks),
  }),
  'customer.patch': served({
    schema: z.strictObject({
      call: z.literal('customer.patch'),
      id: documentId,
      client,
      patch: z.record(z.string(), z.unknown()),
      version: z.int().min(0).nullable(),
    }),
    serve: async ({ pool }, { id, patch, version, client: asks }) => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const known = found(id, await findCustomer(pool, id), asks);
        if (version !== null && known.version !== version) break;
        const personal = patched(personalData, known.personal, patch);
        const changed = await changeCustomer(pool, id, known.version, personal);
        if (changed !== undefined) return changed;
      }
      throw new Problem(
        'precondition_failed',
        `Customer ${id} was changed since it was read. Read it again.`,
      );
    },
  }),
};

function found(id: string, customer: StoredCustomer | undefined, asks: string | undefined): StoredCustomer {
  if (customer !== undefined && (asks === undefined || customer.client === asks)) return customer;
  throw new Problem('unknown_customer', `No customer has the id ${id}.`);
}
