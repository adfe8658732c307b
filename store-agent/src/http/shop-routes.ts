/** The shop's local API: what a till, a stock clerk and a manager ask of their own replica. */

import type { Answer, Command, LocationId, PoolId } from '@tallystick/crdt';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Agent } from '../agent.ts';
import { actorAt, cashierSignIn, checkMayMove, checkMayOverride } from '../cashiers/sign-in.ts';
import { toKeeper } from '../to-keeper.ts';
import { factJson, orderJson } from './answers.ts';
import { uuidv7 } from './ids.ts';
import { linkRoutes } from './link-routes.ts';
import { documentId, toSell } from './order-body.ts';
import { newOrderText } from './order-text.ts';
import { parse } from './parse.ts';
import { Problem } from './problem.ts';
import {
  cancelBody,
  confirmBody,
  countBody,
  endHoldBody,
  extendBody,
  type Here,
  holdBody,
  lossBody,
  receiptBody,
  returnBody,
  saleBody,
  shipmentBody,
  toCancel,
  toCount,
  toEndHold,
  toExtend,
  toHold,
  toLose,
  toReceive,
  toReturn,
  toShip,
} from './shop-bodies.ts';
import { withHints } from './short-items.ts';
import { sendWhole } from './whole-answer.ts';

const idParams = z.strictObject({ id: documentId });

export function shopRoutes(app: FastifyInstance, agent: Agent): void {
  cashierSignIn(app, agent);
  const hereOf = (request: FastifyRequest): Here => {
    return { actor: actorAt(agent, request), location: agent.location };
  };

  app.post('/v1/sales', async (request, reply) => {
    const body = parse(saleBody, request.body);
    const id = body.id ?? uuidv7();
    const { override, ...order } = body;
    if (override !== undefined)
      checkMayOverride(
        request,
        order.lines.map((line) => line.locationId),
      );
    const command = toSell(order, agent.catalogue, {
      id,
      actor: actorAt(agent, request),
      channel: 'till',
      locations: agent.sellsFrom(),
      departsFrom: agent.counter(),
      defaultWaitMs: agent.settings.sellWaitMs,
      nowMs: Date.now(),
    });
    const owed = override && {
      override: { reason: override.reason, owedMax: agent.settings.overrideUnitsMax },
    };
    return order201(agent, reply, await agent.submit({ ...command, ...owed }));
  });

  app.get('/v1/orders/:id', async (request) => agent.order(parse(idParams, request.params).id));

  app.post('/v1/orders/:id/cancel', async (request) => {
    const { id } = parse(idParams, request.params);
    accepted(await agent.submit(toCancel(id, parse(cancelBody, request.body ?? undefined), hereOf(request))));
    return agent.order(id);
  });

  app.post('/v1/holds', async (request, reply) => {
    const body = parse(holdBody, request.body);
    const command = toHold(body.id ?? uuidv7(), body, hereOf(request));
    agent.checkGoods(
      command.lines.map(({ pool }) => pool),
      (i) => `/lines/${i}`,
    );
    return fact201(agent, reply, await agent.submit(command));
  });
  app.post('/v1/holds/:id/extend', async (request, reply) => {
    const body = parse(extendBody, request.body);
    const { id } = parse(idParams, request.params);
    return fact201(
      agent,
      reply,
      await agent.submit(toExtend(body.id ?? uuidv7(), id, body.ttlMs, hereOf(request))),
    );
  });
  for (const type of ['capture', 'release'] as const) {
    app.post(`/v1/holds/:id/${type}`, async (request, reply) => {
      const { id } = parse(idParams, request.params);
      const body = parse(endHoldBody, request.body ?? undefined);
      // Releasing or capturing one hold is one act, however often it is asked for.
      return fact201(agent, reply, await agent.submit(toEndHold(type, body?.id ?? id, id, hereOf(request))));
    });
  }
  app.post('/v1/holds/:id/confirm', async (request, reply) => {
    const { id } = parse(idParams, request.params);
    const order = parse(confirmBody, request.body);
    const {
      lines,
      locations: _,
      waitMs: __,
      ...sell
    } = toSell(order, agent.catalogue, {
      id: order.id ?? uuidv7(),
      actor: actorAt(agent, request),
      channel: 'till',
      locations: agent.sellsFrom(),
      departsFrom: agent.counter(),
      defaultWaitMs: 0,
      nowMs: Date.now(),
    });
    const placed = lines.map((line) => ({
      ...line,
      locationId: line.locationId ?? (agent.location as LocationId),
    }));
    const command: Command = { ...sell, type: 'confirm', holdId: id as never, lines: placed };
    return order201(agent, reply, await agent.submit(command));
  });

  const goods = [
    ['/v1/receipts', (body: unknown, here: Here) => toReceive(parse(receiptBody, body), here)],
    ['/v1/returns', (body: unknown, here: Here) => toReturn(parse(returnBody, body), here)],
    ['/v1/shipments', (body: unknown, here: Here) => toShip(parse(shipmentBody, body), here)],
    ['/v1/counts', (body: unknown, here: Here) => toCount(parse(countBody, body), here)],
    ['/v1/losses', (body: unknown, here: Here) => toLose(parse(lossBody, body), here)],
  ] as const;
  for (const [path, toCommand] of goods) {
    app.post(path, async (request, reply) => {
      const command = toCommand(request.body, hereOf(request));
      const pools = command.lines.map(({ pool }: { pool: PoolId }) => pool);
      checkMayMove(request, pools);
      agent.checkGoods(pools, (i) => `/lines/${i}`);
      const done = await toKeeper(agent, command);
      if (!done.ok) throw Problem.of(done);
      return reply.code(201).send(done.fact);
    });
  }
  linkRoutes(app, agent);
}

export function accepted(answer: Answer): Extract<Answer, { ok: true }> {
  if (!answer.ok) throw Problem.of(answer);
  return answer;
}

export function order201(agent: Agent, reply: FastifyReply, answer: Answer): FastifyReply {
  const { entry, replayed, waited } = accepted(withHints(answer, (pool) => agent.levels.at(pool)?.available));
  if (replayed) reply.header('idempotent-replayed', 'true');
  reply.header('cache-control', 'no-store');
  const { ledger } = agent.engine.replica;
  if (!replayed) {
    const text = newOrderText(ledger, entry, waited === true);
    return sendWhole(reply.code(201), text);
  }
  const order = orderJson(ledger, entry);
  return reply.code(201).send(waited === true ? { ...order, waited } : order);
}

function fact201(agent: Agent, reply: FastifyReply, answer: Answer): FastifyReply {
  const fact = accepted(answer);
  if (fact.replayed) reply.header('idempotent-replayed', 'true');
  return reply.code(201).send(factJson(agent.engine.replica.ledger, fact));
}
