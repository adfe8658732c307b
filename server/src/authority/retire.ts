/**
 * Retiring a lost replica (F3): its settler, the live writer of its parent, shuts it out
 * and takes back what was counted of what it held, in an act that names the operator.
 */
import { type PoolUnits, type ReplicaId, replicaOf } from '@tallystick/crdt';
import { Problem, type RetireResult, retireChild } from '@tallystick/store-agent';
import type { Authority } from './authority.ts';
import { AUTHORITY } from './authority.ts';
import { markRetired } from './registry.ts';

export interface Retirement {
  readonly id: string;
  readonly replica: ReplicaId;
  readonly operator: string;
  readonly counted: readonly PoolUnits[];
}

const RETIRE_WAIT_MS = 10_000;

/** May be repeated, under another id, when more turns up. @throws Problem */
export async function retire(authority: Authority, retirement: Retirement): Promise<RetireResult> {
  const { replica } = retirement;
  // It may have been given another parent a moment ago.
  await authority.refreshCatalogue();
  const record = authority.catalogue.replica(replica);
  if (record === undefined) throw new Problem('not_found', `No replica is called ${replica}.`);
  const children = authority.catalogue.replicas.filter(
    (other) => other.parent === replica && other.status !== 'retired',
  );
  if (children.length > 0) {
    const names = children.map(({ id }) => id).join(', ');
    throw new Problem(
      'forbidden',
      `${replica} still has children: retire ${names} first, or give them another parent.`,
    );
  }
  const parent = (record.parent ?? AUTHORITY) as ReplicaId;
  const { ledger } = authority.host.engine.replica;
  const lives = ledger.livesOf(replica);
  // It never came: nobody has anything to settle, and its code opens nothing any more.
  if (lives.length === 0 && record.status !== 'enrolled') {
    await markRetired(authority.pool, replica);
    await authority.refreshCatalogue();
    return { replica, writers: [], reclaimed: [], exposure: [] };
  }
  for (const { head } of lives) {
    const last = head.parent && replicaOf(head.parent);
    if (head.fence !== null || last === null || last === parent) continue;
    throw new Problem(
      'forbidden',
      `${replica} was given to ${parent} and has not been there yet: give it back to ${last}, ` +
        'whose operator knows it, and retire it there.',
    );
  }
  let result = await atSettler(authority, parent, retirement);
  // Lives that ended under a former parent are settled by whoever stands above both (F3a).
  const isLeft = () => lives.some(({ writer }) => !result.writers.includes(writer));
  for (const above of ancestorsOf(authority, parent)) {
    if (!isLeft()) break;
    const counted = less(retirement.counted, result.reclaimed);
    const more = await atSettler(authority, above, { ...retirement, counted }).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'not_found') return undefined;
      throw error;
    });
    if (more !== undefined) result = joined(result, more);
  }
  await markRetired(authority.pool, replica);
  await authority.refreshCatalogue();
  return result;
}

function atSettler(authority: Authority, settler: ReplicaId, retirement: Retirement): Promise<RetireResult> {
  return settler === AUTHORITY
    ? retireChild(authority.host.engine, retirement)
    : viaCall(authority, settler, retirement);
}

function ancestorsOf({ catalogue }: Authority, replica: ReplicaId): ReplicaId[] {
  const path: ReplicaId[] = [];
  for (let at = catalogue.parentOf(replica); at !== undefined; at = catalogue.parentOf(at)) path.push(at);
  return path;
}

function less(counted: readonly PoolUnits[], taken: readonly PoolUnits[]): PoolUnits[] {
  return counted
    .map(({ pool, n }) => ({
      pool,
      n: taken.filter((item) => item.pool === pool).reduce((left, item) => left - item.n, n),
    }))
    .filter(({ n }) => n > 0);
}

function joined(first: RetireResult, second: RetireResult): RetireResult {
  return {
    replica: first.replica,
    writers: [...first.writers, ...second.writers],
    reclaimed: [...first.reclaimed, ...second.reclaimed],
    exposure: [...first.exposure, ...second.exposure],
  };
}

async function viaCall(
  authority: Authority,
  settler: ReplicaId,
  retirement: Retirement,
): Promise<RetireResult> {
  const result = await authority.host.calls.call(settler, { call: 'retire', ...retirement }, RETIRE_WAIT_MS);
  if (result.ok) return result.value as RetireResult;
  if (result.code === 'keeper_unreachable') {
    throw new Problem(
      'parent_unreachable',
      `${settler}, the parent of ${retirement.replica}, cannot be reached now.`,
    );
  }
  throw new Problem(result.code, result.message);
}
