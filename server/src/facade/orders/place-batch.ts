/**
 * Placing a batch: all of its orders in one turn of the replica, and so in one commit, or none:
 * the lines are sourced together before the first is sold. Or each for itself.
 */
import {
  type Answer,
  type Command,
  firstAnswer,
  type HoldId,
  inPieces,
  type LocationId,
  type PoolId,
  poolId,
  type Refusal,
  type Replica,
  refuse,
  type Sell,
  type ShortLine,
  type Sku,
  sourceOrders,
} from '@tallystick/crdt';
import { errorKind } from '@tallystick/crdt/wire';
import { type Agent, derivedId, orderJson, Problem, problemJson, toSell } from '@tallystick/store-agent';
import type { z } from 'zod';
import type { Principal } from '../../access/principal.ts';
import { checkFreeForOrder, inOwnName } from '../access/own.ts';
import type { batchBody, batchSchema } from './schema.ts';

/** Units that were waited for are set aside this long, until the next turn sells them. */
const SET_ASIDE_MS = 30_000;

export type NewBatch = z.output<typeof batchBody>;
type Result = z.output<typeof batchSchema>['results'][number];

/** @throws Problem where not all can be placed, and each does not stand for itself; then none is */
export async function placeBatch(
  agent: Agent,
  principal: Principal,
  name: string,
  body: NewBatch,
  isPartial: boolean,
): Promise<{ results: Result[] }> {
  const waitMs = body.waitMs ?? agent.settings.sellWaitMs;
  if (isPartial) return { results: await placeEach(agent, principal, body.orders, waitMs) };
  const sells = body.orders.map((order, i) => toCommand(agent, principal, order, i, 0));
  const answers = await placeAll(agent, principal.actor, name, sells, waitMs);
  const refused = answers.findIndex((answer) => !answer.ok);
  if (refused >= 0) throw Problem.of(answers[refused] as Refusal);
  return { results: answers.map((answer, i) => resultOf(agent, sells[i]?.id as string, answer)) };
}

type NewOrder = z.output<typeof batchBody>['orders'][number];

/** @param place of the order in the batch, which errors name @throws Problem */
function toCommand(agent: Agent, principal: Principal, order: NewOrder, place: number, waitMs: number): Sell {
  try {
    checkFreeForOrder(agent, principal, order.id);
    return toSell({ ...inOwnName(principal, order), waitMs }, agent.catalogue, {
      id: order.id,
      actor: principal.actor,
      channel: 'rest',
      locations: agent.sellsFrom(),
      departsFrom: [],
      defaultWaitMs: waitMs,
      nowMs: Date.now(),
    });
  } catch (error) {
    throw error instanceof Problem ? error.within(`/orders/${place}`, `Order ${order.id}`) : error;
  }
}

/** What is here is sold at once; then those that lack something wait, one after the other, all within the one time. */
async function placeEach(
  agent: Agent,
  principal: Principal,
  orders: readonly NewOrder[],
  waitMs: number,
): Promise<Result[]> {
  const results = await Promise.all(orders.map((order, i) => placeAlone(agent, principal, order, i, 0)));
  const untilMs = performance.now() + waitMs;
  for (const [i, result] of results.entries()) {
    const leftMs = Math.floor(untilMs - performance.now());
    if (result.problem?.code !== 'insufficient_stock' || leftMs <= 0) continue;
    results[i] = await placeAlone(agent, principal, orders[i] as NewOrder, i, leftMs);
  }
  return results;
}

async function placeAlone(
  agent: Agent,
  principal: Principal,
  order: NewOrder,
  place: number,
  waitMs: number,
): Promise<Result> {
  try {
    return resultOf(agent, order.id, await agent.submit(toCommand(agent, principal, order, place, waitMs)));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { id: order.id, status: errorKind(error.code).status, problem: problemJson(error) };
  }
}

function resultOf(agent: Agent, id: string, answer: Answer): Result {
  if (!answer.ok) {
    const problem = Problem.of(answer);
    return { id, status: errorKind(problem.code).status, problem: problemJson(problem) };
  }
  const replayed = answer.replayed ? { replayed: true } : {};
  return { id, status: 201, ...replayed, order: orderJson(agent.engine.replica.ledger, answer.entry) };
}

/** @throws Problem where not all can be placed; then none is */
async function placeAll(
  agent: Agent,
  actor: string,
  name: string,
  sells: readonly Sell[],
  waitMs: number,
): Promise<readonly Answer[]> {
  const placed = await agent.engine.submitTogether((replica) => planned(replica, sells, []));
  if (!('ok' in placed)) return placed;
  if (placed.code !== 'insufficient_stock' || waitMs === 0) throw Problem.of(placed);
  // R4: what is missing is asked for once, for all lines together; then the same turn frees it and sells it.
  const holdId = derivedId(name, `~${Date.now()}`) as HoldId;
  const lines = needs(agent.engine.replica, sells);
  const held = await agent.submit({
    type: 'hold',
    id: holdId,
    actor,
    ttlMs: SET_ASIDE_MS,
    lines,
    waitMs,
  });
  if (!held.ok) throw Problem.of(held);
  const release: Command = { type: 'release', id: holdId, actor, holdId };
  const sold = await agent.engine.submitTogether((replica) => planned(replica, sells, lines, release));
  if (!('ok' in sold)) return sold.slice(1);
  await agent.submit(release);
  throw Problem.of(sold);
}

/** @param free units that the first of the commands sets free again */
function planned(
  replica: Replica,
  sells: readonly Sell[],
  free: readonly { pool: PoolId; n: number }[],
  first?: Command,
): readonly Command[] | Refusal {
  const fresh: Sell[] = [];
  for (const sell of sells) {
    const known = firstAnswer(replica.ledger, sell);
    if (known?.ok === false) return known;
    if (known === undefined) fresh.push(sell);
  }
  const more = new Map<PoolId, number>();
  for (const { pool, n } of free) more.set(pool, (more.get(pool) ?? 0) + n);
  const sourced = sourceOrders(fresh, fresh[0]?.locations ?? [], (sku, location) => {
    const pool = poolId(sku, location);
    return replica.ledger.usable(pool) + (more.get(pool) ?? 0);
  });
  if (!sourced.ok) return insufficient(replica, fresh, sourced.short);
  const located = new Map<Sell, Sell>();
  fresh.forEach((sell, i) => {
    located.set(sell, { ...sell, lines: inPieces(sell.lines, sourced.parts[i] ?? []) });
  });
  const commands = sells.map((sell) => located.get(sell) ?? sell);
  return first === undefined ? commands : [first, ...commands];
}

/** All units of the batch by pool: where a line names no place, where preference says. */
function needs(replica: Replica, sells: readonly Sell[]): { pool: PoolId; n: number }[] {
  const sums = new Map<PoolId, number>();
  const fresh = sells.filter(({ id }) => replica.ledger.findDocument('order', id) === undefined);
  for (const { lines, locations } of fresh) {
    for (const { sku, locationId, quantityBase } of lines) {
      const pool = poolId(sku, (locationId ?? locations?.[0]) as LocationId);
      sums.set(pool, (sums.get(pool) ?? 0) + quantityBase);
    }
  }
  return [...sums].map(([pool, n]) => ({ pool, n }));
}

/** In sums over all orders: that is what is missing, not what the one line lacks at which it shows. */
function insufficient(replica: Replica, sells: readonly Sell[], short: readonly ShortLine[]): Refusal {
  const skus = new Set<Sku>(short.map(({ sku }) => sku));
  const items = needs(replica, sells).flatMap(({ pool, n }) => {
    const at = pool.lastIndexOf('@');
    const [sku, location] = [pool.slice(0, at) as Sku, pool.slice(at + 1) as LocationId];
    const available = replica.ledger.usable(pool);
    if (!skus.has(sku) || available >= n) return [];
    const reason = available === 0 ? ('none_left' as const) : ('too_few_left' as const);
    return [{ pool, sku, location, requested: n, available, reason }];
  });
  const [first] = items;
  const what =
    first === undefined
      ? `of ${[...skus].join(', ')}`
      : `of ${first.sku}: ${first.requested} asked, ${first.available} there`;
  return refuse(
    'insufficient_stock',
    `There is not enough ${what}. No order of the batch was placed.`,
    items,
  );
}
