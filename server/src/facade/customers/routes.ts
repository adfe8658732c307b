/** Customers: personal data is asked of the books each time, or kept by this region alone, where it is told to. */
import { type Agent, uuidv7 } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { keyName, type Principal } from '../../access/principal.ts';
import type { OpenResidents } from '../../residents/open-residents.ts';
import { newName } from '../access/own.ts';
import { askAuthority, askInName } from '../ask-authority.ts';
import { etagOf, versionOf } from '../etag.ts';
import { placeIn, placeOf } from '../orders/order-place.ts';
import type { OrderJson } from '../orders/schema.ts';
import { page } from '../page.ts';
import { route } from '../route.ts';
import * as ops from './operations.ts';

/** As the books know it. */
interface StoredCustomer {
  readonly id: string;
  readonly version: number;
  readonly personal: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
}

export function customerRoutes(app: FastifyInstance, agent: Agent, kept: OpenResidents | undefined): void {
  const here = kept?.residents;

  route(app, ops.createCustomer, async ({ body, idempotencyKey, principal, request, reply }) => {
    const { id: own, ...personal } = body;
    const id = newName(principal, own, idempotencyKey) ?? uuidv7();
    const key = idempotencyKey === undefined ? undefined : keyName(principal, idempotencyKey);
    const asked = { call: 'customer.create', id, personal, key, ...whose(principal) };
    const isHere = here !== undefined && (kept?.takesNew === true || here.has(id));
    const { customer, isNew } = isHere
      ? await here.add({ id, personal, key, client: principal.client, by: byOf(request) })
      : ((await askInName(request, agent, asked)) as { customer: StoredCustomer; isNew: boolean });
    if (!isNew) reply.header('idempotent-replayed', 'true');
    reply.header('etag', etagOf(customer.version));
    reply.header('location', `/v1/customers/${encodeURIComponent(id)}`);
    return customerJson(customer);
  });

  route(app, ops.getCustomer, async ({ params, principal, reply }) => {
    const asked = { call: 'customer.get', id: params.id, ...whose(principal) };
    const customer =
      here?.find(params.id, principal.client) ?? ((await askAuthority(agent, asked)) as StoredCustomer);
    reply.header('etag', etagOf(customer.version));
    return customerJson(customer);
  });

  route(app, ops.patchCustomer, async ({ params, body, ifMatch, principal, request, reply }) => {
    const about = { id: params.id, ...whose(principal) };
    const asked = { call: 'customer.patch', ...about, patch: body, version: versionOf(ifMatch) };
    const { client } = principal;
    const mine = { client, patch: body, version: versionOf(ifMatch), by: byOf(request) };
    const customer =
      here?.patch(params.id, mine) ?? ((await askInName(request, agent, asked)) as StoredCustomer);
    reply.header('etag', etagOf(customer.version));
    return customerJson(customer);
  });

  route(app, ops.exportCustomer, async ({ params: { id }, query, principal, request, reply }) => {
    const { limit } = query;
    const mine = here?.find(id, principal.client);
    const asked = {
      call: mine === undefined ? 'customer.export' : 'resident.orders',
      id,
      ...whose(principal),
      limit: limit + 1,
      after: placeOf(query.cursor),
    };
    const found = (await askAuthority(agent, asked)) as { customer: StoredCustomer; items: OrderJson[] };
    return {
      customer: customerJson(mine ?? found.customer),
      ...page(found.items, limit, placeIn, request, reply),
    };
  });

  route(app, ops.eraseCustomer, async ({ params: { id }, principal, request }) => {
    const asked = { call: 'customer.erase', id, ...whose(principal) };
    const { erasedAt } =
      here?.erase(id, principal.client, byOf(request)) ??
      ((await askInName(request, agent, asked)) as { erasedAt: string });
    return { id, erasedAt };
  });
}

/** Who asks, as the trail names them. */
function byOf({ principal, ip }: FastifyRequest): { readonly actor: string; readonly from: string } {
  return { actor: principal.actor, from: ip };
}

/** Of whose customers alone the books may speak. */
function whose({ client }: Principal): { readonly client?: string } {
  return client === undefined ? {} : { client };
}

function customerJson({ id, personal, createdAt }: StoredCustomer) {
  return { id, ...personal, createdAt };
}
