/** The settler's part of retiring a child (F3): fence its lives, then take back what was counted. */
import { exposure, type PoolId, type PoolUnits, type ReplicaId, type WriterId } from '@tallystick/crdt';
import type { Engine } from './engine.ts';
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
    });
    if (!answer.ok) throw Problem.of(answer);
    reclaimed.push(...items);
  }
  return { replica: request.replica, writers, reclaimed, exposure: exposed(engine, writers) };
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

function exposed(engine: Engine, writers: readonly WriterId[]): PoolUnits[] {
  const { ledger } = engine.replica;
  const units = new Map<PoolId, number>();
  for (const writer of writers) {
    const stream = ledger.streams.get(writer);
    if (stream === undefined) continue;
    for (const [pool] of stream.rows()) {
      const n = exposure(ledger, stream, pool);
      if (n > 0) units.set(pool, (units.get(pool) ?? 0) + n);
    }
  }
  return [...units].map(([pool, n]) => ({ pool, n }));
}
