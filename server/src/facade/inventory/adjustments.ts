/**
 * Adjustments: goods that came, broke, were miscounted or found. Each is carried out by
 * the keeper of its location, once per document; a batch is all or nothing per keeper.
 */
import { type LocationId, type PoolId, poolId, type Sku } from '@tallystick/crdt';
import { type Agent, derivedId, type GoodsCommand, Problem } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { byKeepers, type KeeperResult, sayResults } from '../keepers.ts';
import { findOrder } from '../orders/find-order.ts';
import { linesOf, moveGoods } from '../orders/moved-goods.ts';
import { nameOf, route } from '../route.ts';
import { checkOneAct } from './one-act.ts';
import * as ops from './operations.ts';
import type { adjustmentBody } from './schema.ts';

type AdjustmentBody = z.output<typeof adjustmentBody>;
interface PoolDelta {
  readonly pool: PoolId;
  readonly n: number;
}

export function adjustmentRoutes(app: FastifyInstance, agent: Agent): void {
  route(app, ops.adjustInventory, async ({ body, idempotencyKey, principal: { actor }, reply }) => {
    const id = nameOf(body.id, idempotencyKey);
    checkSigns(body);
    agent.checkGoods(
      deltas(body).map(({ pool }) => pool),
      (i) => `/lines/${i}`,
    );
    const results =
      body.type === 'return'
        ? await takeBack(agent, actor, id, body)
        : await byKeepers(
            agent,
            id,
            deltas(body),
            (name, part) => toCommands(actor, name, body, part),
            (planned) => checkOneAct(agent, id, planned),
          );
    sayResults(reply, results);
    return { id, type: body.type, results };
  });

  route(app, ops.setCounted, async ({ params, body, idempotencyKey, principal: { actor }, reply }) => {
    const id = nameOf(body.id, idempotencyKey);
    const pool = poolId(params.sku as Sku, params.locationId as LocationId);
    const line = { pool, found: body.found, replaces: body.replaces };
    const results = await byKeepers(
      agent,
      id,
      [line],
      (name, lines) => [{ type: 'count', id: name, actor, reason: body.reason, lines }],
      (planned) => checkOneAct(agent, id, planned),
    );
    sayResults(reply, results);
    reply.code(200);
    return { id, type: 'count', results };
  });
}

/** The same act as `POST /v1/orders/{id}/returns`, by another door: what an order has left to come back is asked of it. */
async function takeBack(
  agent: Agent,
  actor: string,
  id: string,
  { orderId, lines }: AdjustmentBody,
): Promise<KeeperResult[]> {
  const order = await findOrder(agent, orderId as string, undefined, true);
  const asked = lines.map((line) => ({ ...line, lineId: line.lineId as string }));
  return moveGoods(agent, actor, 'return', id, order.id, linesOf(agent, 'return', id, order, asked));
}

function checkSigns(body: AdjustmentBody): void {
  const bad = body.lines.findIndex(({ quantity }) => {
    if (body.type === 'count') return quantity < 0;
    return body.type === 'correct' ? quantity === 0 : quantity < 1;
  });
  if (bad >= 0) {
    const want = { count: '0 or more', correct: 'more or less than 0' }[body.type as string] ?? '1 or more';
    const pointer = `/lines/${bad}/quantity`;
    throw new Problem('quantity_out_of_range', `A ${body.type} needs a quantity of ${want}.`, {
      errors: [{ pointer, message: `must be ${want}` }],
    });
  }
  if (
    body.type === 'return' &&
    (body.orderId === undefined || body.lines.some(({ lineId }) => lineId === undefined))
  ) {
    throw new Problem(
      'invalid_request',
      'A return names its orderId and, on each line, the lineId that comes back.',
    );
  }
}

function deltas({ lines }: AdjustmentBody): PoolDelta[] {
  return lines.map(({ sku, locationId, quantity }) => {
    return { pool: poolId(sku as Sku, locationId as LocationId), n: quantity };
  });
}

/** All but returns, which are an order's matter. */
function toCommands(
  actor: string,
  id: string,
  body: AdjustmentBody,
  units: readonly PoolDelta[],
): GoodsCommand[] {
  const asked = { actor };
  const why = body.reason;
  // A keeper of an earlier release knows no receipt with a reason: who gives none asks as it always did.
  const reason = why === '' ? {} : { reason: why };
  switch (body.type) {
    case 'receive':
      return [{ type: 'receive', id, ...asked, cause: 'delivery', ...reason, lines: units }];
    case 'count': {
      const found = units.map(({ pool, n }) => ({ pool, found: n }));
      return [{ type: 'count', id, ...asked, reason: why, lines: found }];
    }
    case 'damage':
      return [{ type: 'lose', id, ...asked, cause: 'damage', reason: why, lines: units }];
    case 'correct': {
      // More and fewer are different facts; each has a document of its own.
      const more = units.filter(({ n }) => n > 0);
      const fewer = units.filter(({ n }) => n < 0).map(({ pool, n }) => ({ pool, n: -n }));
      return [
        ...(fewer.length > 0
          ? [
              {
                type: 'lose',
                id: derivedId(id, '-'),
                ...asked,
                cause: 'correction',
                reason: why,
                lines: fewer,
              } as const,
            ]
          : []),
        ...(more.length > 0
          ? [
              {
                type: 'receive',
                id: derivedId(id, '+'),
                ...asked,
                cause: 'correction',
                ...reason,
                lines: more,
              } as const,
            ]
          : []),
      ];
    }
    default:
      body.type satisfies 'return';
      return [];
  }
}
