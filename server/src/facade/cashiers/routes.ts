/** Cashiers: PINs are hashed at this door, and only their hashes leave it. */
import { type Agent, type Cashier, cashierSchema, hashPin, newPin, Problem } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { changeItem } from '../change-item.ts';
import { etagOf, versionOf } from '../etag.ts';
import { fromCursor, page } from '../page.ts';
import { route } from '../route.ts';
import * as ops from './operations.ts';

export function cashierRoutes(app: FastifyInstance, agent: Agent): void {
  const read = (body: string) => cashierJson(cashierSchema.parse(JSON.parse(body)));

  route(app, ops.createCashier, async ({ body, reply }) => {
    const { pin = newPin(), ...cashier } = body;
    const asked = { call: 'cashier.create', cashier: { ...cashier, pinHash: await hashPin(pin) } };
    const made = await changeItem<Cashier>(agent, asked, reply);
    reply.header('location', `/v1/cashiers/${encodeURIComponent(made.id)}`);
    return { ...cashierJson(made), pin };
  });

  route(app, ops.listCashiers, ({ query, request, reply }) => {
    const bodies = agent.catalogue.bodies('cashier', fromCursor(query.cursor), query.limit + 1);
    return page(
      bodies.map(({ body }) => read(body)),
      query.limit,
      ({ id }) => id,
      request,
      reply,
    );
  });

  route(app, ops.getCashier, ({ params: { id }, reply }) => {
    const body = agent.catalogue.body('cashier', id);
    if (body === undefined) throw new Problem('not_found', 'No cashier has this id.');
    reply.header('etag', etagOf(agent.catalogue.versionOf('cashier', id)));
    return read(body);
  });

  route(app, ops.patchCashier, async ({ params: { id }, body, ifMatch, reply }) => {
    const asked = { call: 'cashier.patch', id, patch: body, version: versionOf(ifMatch) };
    return cashierJson(await changeItem<Cashier>(agent, asked, reply));
  });

  route(app, ops.changePin, async ({ params: { id }, body: { pin = newPin() }, reply }) => {
    const asked = { call: 'cashier.patch', id, patch: { pinHash: await hashPin(pin) }, version: null };
    return { ...cashierJson(await changeItem<Cashier>(agent, asked, reply)), pin };
  });

  route(app, ops.removeCashier, ({ params: { id }, reply }) =>
    changeItem<{ id: string }>(agent, { call: 'cashier.remove', id }, reply),
  );
}

/** Without the hash: it is nobody's to read. */
function cashierJson({ id, role, locations }: Cashier): ops.CashierJson {
  return { id, role, locations };
}
