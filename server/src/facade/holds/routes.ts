/** Holds at a region's door, owned by the writer that the id points to. */
import {
  type BodyOf,
  type Hold,
  type HoldId,
  holdExpiresAtMs,
  type LocationId,
  locationOf,
  type PoolId,
  parsePoolId,
} from '@tallystick/crdt';
import { type Agent, accepted, order201, Problem, toSell, uuidv7, withHints } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import {
  checkFreeForHold,
  checkFreeForOrder,
  checkOwnHold,
  inOwnName,
  neededName,
  newName,
} from '../access/own.ts';
import { wentElsewhere } from '../forward.ts';
import type { Owners } from '../owners.ts';
import { route } from '../route.ts';
import * as ops from './operations.ts';
import { placed } from './placed.ts';
import type { HoldJson } from './schema.ts';

export function holdRoutes(app: FastifyInstance, agent: Agent, owners: Owners): void {
  route(app, ops.createHold, async ({ body, idempotencyKey, principal, request, reply }) => {
    const id = neededName(principal, body.id, idempotencyKey);
    if (await wentElsewhere(owners, request, reply, id, { ...body, id })) return reply;
    checkFreeForHold(agent, principal, id);
    const lines = placed(agent, body, knownLines(agent, id));
    agent.checkGoods(lines.map(({ pool }) => pool));
    const waitMs = body.waitMs ?? agent.settings.sellWaitMs;
    const asked = { type: 'hold', id, actor: principal.actor, ttlMs: body.ttlMs, lines, waitMs } as const;
    const answer = accepted(withHints(await agent.submit(asked), (pool) => agent.levels.at(pool)?.available));
    if (answer.replayed) reply.header('idempotent-replayed', 'true');
    reply.header('location', `/v1/holds/${encodeURIComponent(id)}`);
    return holdJson(agent, id);
  });

  route(app, ops.getHold, async ({ params: { id }, principal, request, reply }) => {
    if (await wentElsewhere(owners, request, reply, id, undefined)) return reply;
    checkOwnHold(agent, principal, id);
    return holdJson(agent, id);
  });

  route(app, ops.extendHold, async ({ params, body, idempotencyKey, principal, request, reply }) => {
    if (await wentElsewhere(owners, request, reply, params.id, body)) return reply;
    checkOwnHold(agent, principal, params.id);
    const holdId = params.id as HoldId;
    // Without a name, each request is an act of its own: asking for an hour twice gives an hour from then.
    const id = newName(principal, body.id, idempotencyKey) ?? uuidv7();
    const answer = accepted(
      await agent.submit({ type: 'extend', id, actor: principal.actor, holdId, ttlMs: body.ttlMs }),
    );
    if (answer.replayed) reply.header('idempotent-replayed', 'true');
    return holdJson(agent, params.id);
  });

  route(app, ops.confirmHold, async ({ params, body, idempotencyKey, principal, request, reply }) => {
    if (await wentElsewhere(owners, request, reply, params.id, body)) return reply;
    checkOwnHold(agent, principal, params.id);
    const id = newName(principal, body.id, idempotencyKey) ?? params.id;
    checkFreeForOrder(agent, principal, id);
    const held = heldLines(agent, params.id);
    const order = inOwnName(principal, { ...body, lines: held.map(lineOfHold) });
    const {
      lines,
      locations: _,
      waitMs: __,
      ...sell
    } = toSell(order, agent.catalogue, {
      id,
      actor: principal.actor,
      channel: 'rest',
      locations: agent.sellsFrom(),
      departsFrom: [],
      defaultWaitMs: 0,
      nowMs: Date.now(),
    });
    const answer = await agent.submit({
      ...sell,
      type: 'confirm',
      holdId: params.id as HoldId,
      lines: lines.map((line) => ({ ...line, locationId: line.locationId as LocationId })),
    });
    if (answer.ok) reply.header('location', `/v1/orders/${encodeURIComponent(id)}`);
    return order201(agent, reply, answer);
  });

  route(app, ops.releaseHold, async ({ params: { id }, principal, request, reply }) => {
    if (await wentElsewhere(owners, request, reply, id, undefined)) return reply;
    checkOwnHold(agent, principal, id);
    const answer = await agent.submit({ type: 'release', id, actor: principal.actor, holdId: id as HoldId });
    if (accepted(answer).replayed) reply.header('idempotent-replayed', 'true');
    return holdJson(agent, id);
  });
}

function lineOfHold({ pool, n }: { pool: PoolId; n: number }, i: number) {
  return { lineId: String(i + 1), sku: parsePoolId(pool).sku, quantity: n, locationId: locationOf(pool) };
}

/** What the hold set aside, in the order of its lines, also when it has ended since; undefined where it was never opened here. */
function knownLines(agent: Agent, id: string): BodyOf<'held'>['lines'] | undefined {
  const { ledger } = agent.engine.replica;
  const open = ledger.holds.get(id as HoldId);
  if (open !== undefined) return open.lines;
  const body = ledger.documentEntry('hold', id)?.body;
  return body?.type === 'held' ? body.lines : undefined;
}

/** @throws Problem where it was never opened here */
function heldLines(agent: Agent, id: string): BodyOf<'held'>['lines'] {
  const lines = knownLines(agent, id);
  if (lines !== undefined) return lines;
  throw new Problem('unknown_hold', `No hold ${id} was opened here.`);
}

function holdJson(agent: Agent, id: string): HoldJson {
  const lines = heldLines(agent, id).map(({ pool, n }) => {
    return { sku: parsePoolId(pool).sku, locationId: locationOf(pool), quantity: n };
  });
  const hold = agent.engine.replica.ledger.holds.get(id as HoldId);
  if (hold === undefined) return { id, status: 'ended', expiresAt: null, lines };
  return { id, status: hold.capturing ? 'capturing' : 'open', expiresAt: expiry(agent, hold), lines };
}

function expiry(agent: Agent, hold: Hold): string {
  return new Date(holdExpiresAtMs(hold, agent.engine.now())).toISOString();
}
