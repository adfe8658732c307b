/** Customers: personal data is asked of the books each time, and kept nowhere else. */
import { type Agent, uuidv7 } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { askAuthority } from '../ask-authority.ts';
import { etagOf, versionOf } from '../etag.ts';
import { route } from '../route.ts';
import * as ops from './operations.ts';

/** As the books know it. */
interface StoredCustomer {
  readonly id: string;
  readonly version: number;
  readonly personal: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
}

export function customerRoutes(app: FastifyInstance, agent: Agent): void {
  route(app, ops.createCustomer, async ({ body, idempotencyKey, reply }) => {
    const { id = idempotencyKey ?? uuidv7(), ...personal } = body;
    const asked = { call: 'customer.create', id, personal };
    const { customer, isNew } = (await askAuthority(agent, asked)) as {
      customer: StoredCustomer;
      isNew: boolean;
    };
    if (!isNew) reply.header('idempotent-replayed', 'true');
    reply.header('etag', etagOf(customer.version));
    reply.header('location', `/v1/customers/${encodeURIComponent(id)}`);
    return customerJson(customer);
  });

  route(app, ops.getCustomer, async ({ params, reply }) => {
    const customer = (await askAuthority(agent, { call: 'customer.get', id: params.id })) as StoredCustomer;
    reply.header('etag', etagOf(customer.version));
    return customerJson(customer);
  });

  route(app, ops.patchCustomer, async ({ params, body, ifMatch, reply }) => {
    const asked = { call: 'customer.patch', id: params.id, patch: body, version: versionOf(ifMatch) };
    const customer = (await askAuthority(agent, asked)) as StoredCustomer;
    reply.header('etag', etagOf(customer.version));
    return customerJson(customer);
  });
}

function customerJson({ id, personal, createdAt }: StoredCustomer) {
  return { id, ...personal, createdAt };
}
