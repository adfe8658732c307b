/**
 * Retiring a lost replica (F3): its settler, the live writer of its parent, shuts it out
 * and takes back what was counted of what it held, in an act that names the operator.
 */
import type { PoolUnits, ReplicaId } from '@tallystick/crdt';
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
  const settler = record.parent ?? AUTHORITY;
  const result =
    settler === AUTHORITY
      ? await retireChild(authority.host.engine, retirement)
      : await viaCall(authority, settler as ReplicaId, retirement);
  await markRetired(authority.pool, replica);
  await authority.refreshCatalogue();
  return result;
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
