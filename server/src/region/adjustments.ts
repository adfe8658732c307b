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
  QUANTITY_MAX,
  type Sku,
} from '@tallystick/crdt';
import {
  type Agent,
  derivedId,
  documentId,
  type GoodsCommand,
  LINES_MAX,
  locationId,
  Problem,
  parse,
  reason,
  sku,
} from '@tallystick/store-agent';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { idempotencyKey } from '../facade/route.ts';

const delta = z
  .number()
  .refine(
    (n) => Number.isInteger(n) && !Object.is(n, -0) && Math.abs(n) <= QUANTITY_MAX,
    'must be a whole number of units',
  );

const adjustmentBody = z.strictObject({
  id: documentId.optional(),
  type: z.enum(['receive', 'return', 'count', 'damage', 'correct']),
  reason: reason.default(''),
  /** For returns: the order whose goods come back. */
  orderId: documentId.optional(),
  lines: z
    .array(
      z.strictObject({
        sku,
        locationId,
        /** receive, return, damage: units, from 1. count: goods found, from 0. correct: units more or fewer. */
        quantity: delta,
        lineId: documentId.optional(),
      }),
    )
    .min(1)
    .max(LINES_MAX),
});
type AdjustmentBody = z.infer<typeof adjustmentBody>;
interface PoolDelta {
  readonly pool: PoolId;
  readonly n: number;
  readonly lineId?: string | undefined;
}

export function adjustmentRoutes(app: FastifyInstance, agent: Agent): void {
  app.post('/v1/inventory/adjustments', async (request, reply) => {
    const body = parse(adjustmentBody, request.body);
    const id = body.id ?? idempotencyKey(request.headers['idempotency-key']);
    if (id === undefined) {
      throw new Problem(
        'invalid_request',
        'Name the document: send an id in the body or an Idempotency-Key header.',
      );
    }
    checkSigns(body);
    const groups = byKeeper(agent, body);
    const results: { keeper: string; ok: boolean; code?: string; detail?: string; replayed?: boolean }[] = [];
    for (const [keeper, lines] of groups) {
      for (const command of toCommands(groups.size === 1 ? id : derivedId(id, `~${keeper}`), body, lines)) {
        const done = await agent.toKeeper(command);
        if (!done.ok && groups.size === 1 && results.length === 0) throw Problem.of(done);
        results.push(
          done.ok
            ? { keeper, ok: true, replayed: done.fact.replayed }
            : { keeper, ok: false, code: done.code, detail: done.message },
        );
      }
    }
    return reply.code(results.every(({ ok }) => ok) ? 201 : 207).send({ id, type: body.type, results });
  });
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
  const asked = { actor: 'rest:anyone' };
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
