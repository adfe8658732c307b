/** The settler's part of retiring a child (F3): fence its lives, then take back what was counted. */
import {
  exposure,
  type Ledger,
  type PoolId,
  type PoolUnits,
  type ReplicaId,
  type Stream,
  settlesHere,
  type WriterId,
} from '@tallystick/crdt';
import type { Engine } from '@tallystick/crdt/host';
import { derivedId } from './http/ids.ts';
import { Problem } from './http/problem.ts';

export interface RetireRequest {
  /** Names the act: the same id again takes nothing back twice. */
  readonly id: string;
  readonly replica: ReplicaId;
  readonly operator: string;
  readonly counted: readonly PoolUnits[];
}

export interface RetireResult {
  readonly replica: ReplicaId;
  readonly writers: readonly WriterId[];
  readonly reclaimed: readonly PoolUnits[];
  /** What the lost writers may still hold or have sold: unknowable until it is counted or turns up. */
  readonly exposure: readonly PoolUnits[];
}

/** @throws Problem where the replica is not a child of this one, or more was counted than it can have had. */
export async function retireChild(engine: Engine, request: RetireRequest): Promise<RetireResult> {
  const writers = await engine.runDurably((replica, now) => replica.retire(request.replica, now));
  if (writers === undefined) throw new Problem('not_found', `${request.replica} was never heard of here.`);
  const reclaimed = await takeBack(engine, request, writers);
  return { replica: request.replica, writers, reclaimed, exposure: exposed(engine.replica.ledger, writers) };
}

/** Of a replica that goes on as a new life: what was counted of those that ended and are settled here (F1, F3). @throws Problem */
export async function takeBackFormer(engine: Engine, request: RetireRequest): Promise<RetireResult> {
  const writers = await engine.runDurably(({ ledger }) =>
    ledger
      .livesOf(request.replica)
      .filter((life) => life.head.fence !== null && settlesHere(ledger, life))
      .map(({ writer }) => writer),
  );
  const reclaimed = await takeBack(engine, request, writers);
  return { replica: request.replica, writers, reclaimed, exposure: exposed(engine.replica.ledger, writers) };
}

/** Takes back what was counted of lives that ended. The same act again takes nothing twice. @throws Problem */
export async function takeBack(
  engine: Engine,
  request: Pick<RetireRequest, 'id' | 'operator' | 'counted'> & { readonly gone?: readonly ReplicaId[] },
  writers: readonly WriterId[],
): Promise<PoolUnits[]> {
  const reclaimed: PoolUnits[] = [];
  for (const writer of writers) {
    const id = derivedId(request.id, `~${writer}`);
    // This act was done before: its answer is what was taken back then, and nothing more.
    const before = await engine.runDurably((replica) => replica.ledger.documentEntry('reclaim', id)?.body);
    if (before?.type === 'reclaimed') {
      reclaimed.push(...before.items);
      continue;
    }
    const items = share(engine, writer, request.counted, reclaimed);
    if (items.length === 0) continue;
    const answer = await engine.submit({
      type: 'reclaim',
      id,
      actor: `operator:${request.operator}`,
      writer,
      items,
      gone: request.gone,
    });
    if (!answer.ok) throw Problem.of(answer);
    reclaimed.push(...items);
  }
  return reclaimed;
}

/** Of what was counted, the part that this life can have held. */
function share(
  engine: Engine,
  writer: WriterId,
  counted: readonly PoolUnits[],
  taken: readonly PoolUnits[],
): PoolUnits[] {
  const { ledger } = engine.replica;
  const stream = ledger.streams.get(writer);
  if (stream === undefined) return [];
  return counted
    .map(({ pool, n }) => {
      const already = taken.filter((item) => item.pool === pool).reduce((sum, item) => sum + item.n, 0);
      return { pool, n: Math.min(n - already, exposure(ledger, stream, pool)) };
    })
    .filter(({ n }) => n > 0);
}

/** Its own rows, and those where others say that they sent it something: a forgotten life has no others (F6). */
function poolsOf(ledger: Ledger, stream: Stream): Set<PoolId> {
  const pools = new Set<PoolId>();
  for (const [pool] of stream.rows()) pools.add(pool);
  for (const other of ledger.streams.values()) {
    for (const [pool, { sent }] of other.rows()) {
      if (!pools.has(pool) && sent.some(({ writer }) => writer === stream.writer)) pools.add(pool);
    }
  }
  return pools;
}

/** What these lives may still hold, pool by pool. */
export function exposed(ledger: Ledger, writers: readonly WriterId[]): PoolUnits[] {
  const units = new Map<PoolId, number>();
  for (const writer of writers) {
    const stream = ledger.streams.get(writer);
    if (stream === undefined) continue;
    for (const pool of poolsOf(ledger, stream)) {
      const n = exposure(ledger, stream, pool);
      if (n > 0) units.set(pool, (units.get(pool) ?? 0) + n);
    }
  }
  return [...units].map(([pool, n]) => ({ pool, n }));
}
