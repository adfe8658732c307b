/** Orders at a region's door: taken from rights held here, owned by the writer that the id points to. */
import type { CancelOrder, MarkOrder, OrderId, ReplicaId } from '@tallystick/crdt';
import type { ErrorCode } from '@tallystick/crdt/wire';
import {
  type Agent,
  accepted,
  derivedId,
  type Fact,
  type OrderBody,
  type OrderStatus,
  order201,
  Problem,
  STATUS_MOVES,
  toCancel,
  toSell,
  uuidv7,
} from '@tallystick/store-agent';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { keyName, maySee, type Principal } from '../../access/principal.ts';
import { checkFreeForOrder, inOwnName, newName } from '../access/own.ts';
import { askAuthority } from '../ask-authority.ts';
import { wentElsewhere } from '../forward.ts';
import { isRepeat, sayResults } from '../keepers.ts';
import type { Owners } from '../owners.ts';
import { page } from '../page.ts';
import { nameOf, route } from '../route.ts';
import { batchRoute } from './batch.ts';
import { afterCommand, noteChanged } from './changed-elsewhere.ts';
import { findOrder, ownOrder } from './find-order.ts';
import * as goods from './goods-operations.ts';
import { afterMove, heardOf, linesOf, linesToMove, moveGoods } from './moved-goods.ts';
import * as ops from './operations.ts';
import { placeIn, placeOf } from './order-place.ts';
import type { OrderJson } from './schema.ts';
import { TwoNames } from './two-names.ts';

/** How long an owner elsewhere in the tree may take. */
const OWNER_WAIT_MS = 3_000;

export function orderRoutes(app: FastifyInstance, agent: Agent, owners: Owners): void {
  /** Carried out here, or by the replica that took the order: it alone may change it (T8). */
  const byOwner = async (command: CancelOrder | MarkOrder) => {
    const answer = await agent.submit(command);
    if (answer.ok || (answer.code !== 'not_owner' && answer.code !== 'unknown_order'))
      return accepted(answer);
    const order = await findOrder(agent, command.orderId);
    const { owner } = order;
    if (owner === agent.id) return accepted(answer);
    if (agent.catalogue.replica(owner)?.status === 'retired') {
      throw new Problem(
        'not_owner',
        `${owner}, which took order ${command.orderId}, is retired, and nobody else may change it. ` +
          'Refund it. Where its goods still stand, ship them and take them back as a return: then they are free.',
      );
    }
    const result = await agent.call(owner as ReplicaId, { call: 'command', command }, OWNER_WAIT_MS);
    if (result.ok) {
      noteChanged(agent, afterCommand(order, command, result.value as Fact));
      return undefined;
    }
    throw new Problem(
      result.code === 'keeper_unreachable' ? 'owner_unreachable' : result.code,
      result.message,
    );
  };

  const twoNames = new TwoNames(agent, owners);
  app.addHook('onClose', async () => twoNames.close());

  route(app, ops.createOrder, async ({ body: asked, idempotencyKey, principal, request, reply }) => {
    const id = newName(principal, asked.id, idempotencyKey) ?? uuidv7();
    const body = inOwnName(principal, asked);
    if (asked.id === undefined && idempotencyKey !== undefined) twoNames.checkAlone(id);
    else if (asked.id !== undefined && idempotencyKey !== undefined) {
      const key = keyName(principal, idempotencyKey);
      if (key !== id)
        return twoNames.place({ id, key, body, request, reply }, () =>
          placeHere(agent, principal, id, body, reply),
        );
    }
    if (await wentElsewhere(owners, request, reply, id, { ...body, id })) return reply;
    return placeHere(agent, principal, id, body, reply);
  });

  batchRoute(app, agent, owners);

  route(app, ops.getOrder, async ({ params, principal, request, reply }) => {
    if (
      ownOrder(agent, params.id, principal.client) === undefined &&
      (await wentElsewhere(owners, request, reply, params.id, undefined))
    )
      return reply;
    return findOrder(agent, params.id, principal.client);
  });

  route(app, ops.listOrders, async ({ query, principal, request, reply }) => {
    const { limit, cursor, placedFrom, placedTo, ...wanted } = query;
    // A client's list is of its own orders; asked for another's there are none.
    if (!maySee(principal, wanted.client ?? principal.client)) return { items: [], nextCursor: null };
    const exact = principal.client === undefined ? wanted : { ...wanted, client: principal.client };
    const filter = { ...exact, placedFromMs: msOf(placedFrom), placedToMs: msOf(placedTo) };
    const asked = { call: 'order.list', filter, after: placeOf(cursor), limit: limit + 1 };
    const { items } = (await askAuthority(agent, asked)) as { items: OrderJson[] };
    return page(items, limit, placeIn, request, reply);
  });

  route(
    app,
    ops.cancelOrder,
    async ({ params: { id }, body, idempotencyKey: key, principal, request, reply }) => {
      const name = newName(principal, body.id, key);
      if (await wentElsewhere(owners, request, reply, id, body)) return reply;
      if (principal.client !== undefined) await findOrder(agent, id, principal.client);
      const named = name === undefined ? body : { ...body, id: name };
      await byOwner(toCancel(id, named, { actor: principal.actor, location: undefined }));
      return findOrder(agent, id, principal.client);
    },
  );

  route(app, goods.setOrderStatus, async ({ params: { id }, body, principal: { actor }, request, reply }) => {
    if (await wentElsewhere(owners, request, reply, id, body)) return reply;
    const order = await findOrder(agent, id);
    if (order.status === body.status) return order;
    if (!STATUS_MOVES[order.status].includes(body.status)) throw refusedMove(order, body.status);
    if (body.status === 'cancelled') {
      await byOwner(toCancel(id, { reason: body.reason }, { actor, location: undefined }));
    } else if (body.status === 'shipped' || body.status === 'returned') {
      const type = body.status === 'shipped' ? 'ship' : 'return';
      return moveWhole(agent, actor, type, order);
    } else {
      const orderId = id as OrderId;
      await byOwner({ type: 'mark', id, orderId, actor, mark: body.status });
    }
    return findOrder(agent, id);
  });

  const move = (op: typeof goods.createShipment | typeof goods.createReturn, type: 'ship' | 'return') =>
    route(
      app,
      op as typeof goods.createReturn,
      async ({ params, body, idempotencyKey: key, principal, reply }) => {
        const id = nameOf(body.id, key);
        const order = await findOrder(agent, params.id, undefined, type === 'return');
        const lines = linesOf(agent, type, id, order, body.lines);
        const results = await moveGoods(agent, principal.actor, type, id, params.id, lines);
        if (!isRepeat(results)) await heardOf(agent, type, order, lines);
        sayResults(reply, results);
        return { id, orderId: params.id, results };
      },
    );
  move(goods.createShipment, 'ship');
  move(goods.createReturn, 'return');
}

async function placeHere(
  agent: Agent,
  principal: Principal,
  id: string,
  body: OrderBody,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const command = toSell(body, agent.catalogue, {
    id,
    actor: principal.actor,
    channel: 'rest',
    locations: agent.sellsFrom(),
    departsFrom: [],
    defaultWaitMs: agent.settings.sellWaitMs,
    nowMs: Date.now(),
  });
  checkFreeForOrder(agent, principal, id);
  const answer = await agent.submit(command);
  if (answer.ok) reply.header('location', `/v1/orders/${encodeURIComponent(id)}`);
  return order201(agent, reply, answer);
}

/** Moves all that is left. The document is named after what is moved, so that asking twice moves once. */
async function moveWhole(
  agent: Agent,
  actor: string,
  type: 'ship' | 'return',
  order: OrderJson,
): Promise<OrderJson> {
  const lines = linesToMove(type, order, undefined);
  const what = lines.map(({ lineId, n }) => `${lineId}=${n}`).join(',');
  const id = derivedId(order.id, `~${type}:${what}`);
  const results = await moveGoods(agent, actor, type, id, order.id, lines);
  const failed = results.find(({ ok }) => !ok);
  if (failed !== undefined) throw new Problem(failed.code as ErrorCode, failed.detail ?? '');
  await heardOf(agent, type, order, lines);
  return afterMove(order, type, lines);
}

function refusedMove({ id, status }: OrderJson, wanted: OrderStatus): Problem {
  const moves = STATUS_MOVES[status];
  const can = moves.length === 0 ? 'It stays so.' : `It can become ${moves.join(' or ')}.`;
  return new Problem('status_move_refused', `Order ${id} is ${status} and cannot become ${wanted}. ${can}`);
}

function msOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}
