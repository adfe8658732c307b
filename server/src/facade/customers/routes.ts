/** Customers: personal data is asked of the books each time, or kept by one writer of a region alone, where it is told to. */
import { type Agent, Problem, uuidv7 } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { keyName, type Principal } from '../../access/principal.ts';
import type { OpenResidents } from '../../residents/open-residents.ts';
import { newName } from '../access/own.ts';
import { askAuthority, askInName } from '../ask-authority.ts';
import { etagOf, versionOf } from '../etag.ts';
import { placeIn, placeOf } from '../orders/order-place.ts';
import type { OrderJson } from '../orders/schema.ts';
import type { Owners } from '../owners.ts';
import { page } from '../page.ts';
import { route } from '../route.ts';
import * as ops from './operations.ts';
import { WhereKept } from './where-kept.ts';

/** As the books know it. */
interface StoredCustomer {
  readonly id: string;
  readonly version: number;
  readonly personal: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
}

export function customerRoutes(
  app: FastifyInstance,
  agent: Agent,
  owners: Owners,
  kept: OpenResidents | undefined,
): void {
  const here = kept?.residents;
  const where = new WhereKept(agent, owners, here);

  route(app, ops.createCustomer, async ({ body, idempotencyKey, principal, request, reply }) => {
    const { id: own, ...personal } = body;
    const id = newName(principal, own, idempotencyKey) ?? uuidv7();
    const key = idempotencyKey === undefined ? undefined : keyName(principal, idempotencyKey);
    const inBooks = async () => {
      const asked = { call: 'customer.create', id, personal, key, ...whose(principal) };
      return (await askInName(request, agent, asked)) as { customer: StoredCustomer; isNew: boolean };
    };
    const make = async () => {
      await here?.arrive(id);
      if (here === undefined || !(kept?.takesNew === true || here.has(id))) return inBooks();
      return here.add({ id, personal, key, client: principal.client, by: byOf(request) });
    };
    let made: Awaited<ReturnType<typeof inBooks>>;
    try {
      made = await make();
    } catch (error) {
      // A repeat may come by another door than the first, or after this region was told to keep people itself.
      if (!(error instanceof Problem) || error.code !== 'already_exists') throw error;
      if (await where.wentOn(id, request, reply, { ...body, id })) return reply;
      if (here === undefined || (await where.keeper(id, principal.client)) !== null) throw error;
      made = await inBooks();
    }
    const { customer, isNew } = made;
    if (!isNew) reply.header('idempotent-replayed', 'true');
    reply.header('etag', etagOf(customer.version));
    reply.header('location', `/v1/customers/${encodeURIComponent(id)}`);
    return customerJson(customer);
  });

  route(app, ops.getCustomer, async ({ params: { id }, principal, request, reply }) => {
    const customer = await where.ask<StoredCustomer>(
      id,
      { request, reply },
      (mine) => mine.find(id, principal.client),
      () => askAuthority(agent, { call: 'customer.get', id, ...whose(principal) }) as Promise<StoredCustomer>,
    );
    return customer === undefined ? reply : tagged(reply, customer);
  });

  route(app, ops.patchCustomer, async ({ params: { id }, body, ifMatch, principal, request, reply }) => {
    const asked = { patch: body, version: versionOf(ifMatch) };
    const customer = await where.ask<StoredCustomer>(
      id,
      { request, reply },
      (mine) => mine.patch(id, { ...asked, client: principal.client, by: byOf(request) }),
      () =>
        askInName(request, agent, {
          call: 'customer.patch',
          id,
          ...whose(principal),
          ...asked,
        }) as Promise<StoredCustomer>,
    );
    return customer === undefined ? reply : tagged(reply, customer);
  });

  route(app, ops.exportCustomer, async ({ params: { id }, query, principal, request, reply }) => {
    const { limit } = query;
    const asked = { id, ...whose(principal), limit: limit + 1, after: placeOf(query.cursor) };
    type Known = { readonly customer: StoredCustomer; readonly items?: OrderJson[] };
    const found = await where.ask<Known>(
      id,
      { request, reply },
      (mine) => {
        const customer = mine.find(id, principal.client);
        return customer && { customer };
      },
      () => askAuthority(agent, { call: 'customer.export', ...asked }) as Promise<Known>,
    );
    if (found === undefined) return reply;
    const { items } = (
      found.items === undefined ? await askAuthority(agent, { call: 'resident.orders', ...asked }) : found
    ) as { items: OrderJson[] };
    return { customer: customerJson(found.customer), ...page(items, limit, placeIn, request, reply) };
  });

  route(app, ops.eraseCustomer, async ({ params: { id }, principal, request, reply }) => {
    const erased = await where.ask<{ readonly erasedAt: string }>(
      id,
      { request, reply },
      (mine) => mine.erase(id, principal.client, byOf(request)),
      () =>
        askInName(request, agent, { call: 'customer.erase', id, ...whose(principal) }) as Promise<{
          erasedAt: string;
        }>,
    );
    return erased === undefined ? reply : { id, erasedAt: erased.erasedAt };
  });
}

function tagged(reply: FastifyReply, customer: StoredCustomer) {
  reply.header('etag', etagOf(customer.version));
  return customerJson(customer);
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
