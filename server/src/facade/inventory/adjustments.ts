/**
 * Adjustments: goods that came, broke, were miscounted or found. Each is carried out by
 * the keeper of its location, once per document; a batch is all or nothing per keeper.
 */
import {
  type LineId,
  type LocationId,
  locationOf,
  type OrderId,
  type PoolId,
  poolId,
  type Sku,
} from '@tallystick/crdt';
import { type Agent, type Done, derivedId, type GoodsCommand, Problem } from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { route } from '../route.ts';
import * as ops from './operations.ts';
import type { adjustmentBody } from './schema.ts';

type AdjustmentBody = z.output<typeof adjustmentBody>;
interface PoolDelta {
  readonly pool: PoolId;
  readonly n: number;
  readonly lineId?: string | undefined;
}

export function adjustmentRoutes(app: FastifyInstance, agent: Agent): void {
  route(app, ops.adjustInventory, async ({ body, idempotencyKey: key, reply }) => {
    const id = nameOf(body.id ?? key);
    checkSigns(body);
    const groups = byKeeper(agent, body);
    const results: KeeperResult[] = [];
    for (const [keeper, lines] of groups) {
      for (const command of toCommands(groups.size === 1 ? id : derivedId(id, `~${keeper}`), body, lines)) {
        const done = await agent.toKeeper(command);
        if (!done.ok && groups.size === 1 && results.length === 0) throw Problem.of(done);
        results.push(resultOf(keeper, done));
      }
    }
    if (results.every(({ replayed }) => replayed === true)) reply.header('idempotent-replayed', 'true');
    reply.code(results.every(({ ok }) => ok) ? 201 : 207);
    return { id, type: body.type, results };
  });

  route(app, ops.setCounted, async ({ params, body, idempotencyKey: key, reply }) => {
    const id = nameOf(body.id ?? key);
    const pool = poolId(params.sku as Sku, params.locationId as LocationId);
    agent.checkGoods([pool]);
    const lines = [{ pool, found: body.found, replaces: body.replaces }];
    const done = await agent.toKeeper({ type: 'count', id, actor: ACTOR, reason: body.reason, lines });
    if (!done.ok) throw Problem.of(done);
    if (done.fact.replayed) reply.header('idempotent-replayed', 'true');
    return {
      id,
      type: 'count',
      results: [resultOf(agent.catalogue.keeperOf(locationOf(pool)) as string, done)],
    };
  });
}

const ACTOR = 'rest:anyone';

function nameOf(id: string | undefined): string {
  if (id !== undefined) return id;
  throw new Problem(
    'invalid_request',
    'Name the document: send an id in the body or an Idempotency-Key header.',
  );
}

interface KeeperResult {
  readonly keeper: string;
  readonly ok: boolean;
  readonly replayed?: boolean;
  readonly code?: string;
  readonly detail?: string;
}

function resultOf(keeper: string, done: Done): KeeperResult {
  return done.ok
    ? { keeper, ok: true, replayed: done.fact.replayed }
    : { keeper, ok: false, code: done.code, detail: done.message };
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

function byKeeper(agent: Agent, body: AdjustmentBody): Map<string, PoolDelta[]> {
  const groups = new Map<string, PoolDelta[]>();
  const pools = body.lines.map((line) => poolId(line.sku as Sku, line.locationId as LocationId));
  agent.checkGoods(pools);
  body.lines.forEach((line, i) => {
    const pool = pools[i] as PoolId;
    const keeper = agent.catalogue.keeperOf(locationOf(pool)) as string;
    const group = groups.get(keeper);
    const entry = { pool, n: line.quantity, lineId: line.lineId };
    if (group === undefined) groups.set(keeper, [entry]);
    else group.push(entry);
  });
  return groups;
}

function toCommands(id: string, body: AdjustmentBody, lines: readonly PoolDelta[]): GoodsCommand[] {
  const asked = { actor: ACTOR };
  const why = body.reason;
  const units = lines.map(({ pool, n }) => ({ pool, n }));
  switch (body.type) {
    case 'receive':
      return [{ type: 'receive', id, ...asked, cause: 'delivery', lines: units }];
    case 'return': {
      const back = lines.map(({ pool, n, lineId }) => ({ pool, n, lineId: lineId as LineId }));
      return [{ type: 'return', id, ...asked, orderId: body.orderId as OrderId, lines: back }];
    }
    case 'count': {
      const found = lines.map(({ pool, n }) => ({ pool, found: n }));
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
          ? [{ type: 'receive', id: derivedId(id, '+'), ...asked, cause: 'correction', lines: more } as const]
          : []),
      ];
    }
    default:
      return body.type satisfies never;
  }
}
