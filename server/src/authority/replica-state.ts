/** Replicas as an operator sees them: who they are, whether their link is up, how far behind, and what they hold. */
import {
  incarnationOf,
  type Ledger,
  type PoolId,
  parsePoolId,
  type ReplicaId,
  type Stream,
} from '@tallystick/crdt';
import type { CallResult } from '@tallystick/crdt/host';
import type { Sales } from '@tallystick/store-agent';
import type { Authority } from './authority.ts';
import { listReplicas, type RegisteredReplica, ROOT } from './registry.ts';
import { whyReplica } from './why.ts';

/** A parent that does not answer within this is as good as away. */
const ASK_MS = 1_500;

export interface ReplicaJson {
  readonly id: string;
  readonly kind: string;
  readonly parent: string;
  readonly location: string | null;
  readonly status: 'expected' | 'enrolled' | 'retired';
  /** As its parent says; unknown where the parent cannot be asked. */
  readonly link: 'up' | 'down' | 'unknown';
  /** Entries of its lives that stand in the books. */
  readonly settledEntries: number;
  /** Why its newest life was shut out. */
  readonly fenced?: string;
  readonly createdAt: string;
  readonly codeExpiresAt?: string;
}

export interface ReplicaDetails extends ReplicaJson {
  readonly children: readonly string[];
  readonly lives: readonly { readonly writer: string; readonly entries: number; readonly fenced?: string }[];
  /** What it has written down and the books have not; null where it cannot be asked. */
  readonly lag: { readonly unsentEntries: number; readonly unsettledEntries: number } | null;
}

/** By id. */
export async function replicaPage(
  authority: Authority,
  after: string,
  limit: number,
): Promise<ReplicaJson[]> {
  const page = (await listReplicas(authority.pool)).filter(({ id }) => id > after).slice(0, limit);
  const up = await linksUp(authority, new Set(page.map(({ parent }) => parent)));
  return page.map((replica) => replicaJson(authority, replica, up.get(replica.parent)));
}

export async function replicaDetails(
  authority: Authority,
  id: ReplicaId,
): Promise<ReplicaDetails | undefined> {
  const all = await listReplicas(authority.pool);
  const replica = all.find((each) => each.id === id);
  if (replica === undefined) return undefined;
  const [up, status] = await Promise.all([linksUp(authority, new Set([replica.parent])), ask(authority, id)]);
  return {
    ...replicaJson(authority, replica, up.get(replica.parent)),
    children: all.filter(({ parent }) => parent === id).map((child) => child.id),
    lives: livesOf(authority, id).map(({ writer, head }) => ({
      writer,
      entries: head.seq,
      ...(head.fence === null ? {} : { fenced: head.fence.reason }),
    })),
    lag: status === undefined ? null : { unsentEntries: status.unsent, unsettledEntries: status.unsettled },
  };
}

export interface ReplicaRights {
  readonly sku: string;
  readonly locationId: string;
  readonly free: number;
  readonly onHold: number;
  readonly owed: number;
  readonly underWay: number;
}

/** What all lives of a replica hold of each pool that they ever had to do with, behind `after`. */
export function rightsPage(
  authority: Authority,
  id: ReplicaId,
  after: string,
  limit: number,
): ReplicaRights[] {
  const { ledger } = authority.host.engine.replica;
  const lives = ledger.livesOf(id);
  return poolsBehind(lives, after)
    .slice(0, limit)
    .map((pool) => rightsIn(ledger, lives, pool));
}

function poolsBehind(lives: readonly Stream[], after: string): PoolId[] {
  const pools = new Set<PoolId>();
  for (const stream of lives) for (const [pool] of stream.rows()) if (pool > after) pools.add(pool);
  return [...pools].sort();
}

function rightsIn(ledger: Ledger, lives: readonly Stream[], pool: PoolId): ReplicaRights {
  const { sku, location } = parsePoolId(pool);
  const sum = { free: 0, onHold: 0, owed: 0, underWay: 0 };
  for (const stream of lives) {
    const found = whyReplica(ledger, stream, pool);
    sum.free += found?.free ?? 0;
    sum.onHold += found?.onHold ?? 0;
    sum.owed += found?.owed ?? 0;
    sum.underWay += found?.underWay ?? 0;
  }
  return { sku, locationId: location, ...sum };
}

export function replicaJson(
  authority: Authority,
  replica: RegisteredReplica,
  upThere: readonly string[] | undefined,
): ReplicaJson {
  const { id, kind, parent, location, status, codeExpiresAt, createdAt } = replica;
  const lives = livesOf(authority, id);
  const fence = lives.at(-1)?.head.fence;
  return {
    id,
    kind,
    parent,
    location,
    status,
    link: upThere === undefined ? 'unknown' : upThere.includes(id) ? 'up' : 'down',
    settledEntries: lives.reduce((sum, { head }) => sum + head.seq, 0),
    ...(fence === null || fence === undefined ? {} : { fenced: fence.reason }),
    createdAt: createdAt.toISOString(),
    ...(codeExpiresAt === null ? {} : { codeExpiresAt: codeExpiresAt.toISOString() }),
  };
}

/** Oldest first. */
export function livesOf(authority: Authority, id: ReplicaId): Stream[] {
  const { ledger } = authority.host.engine.replica;
  return ledger.livesOf(id).sort((a, b) => incarnationOf(a.writer) - incarnationOf(b.writer));
}

/** For each of these parents the children whose link is up; none for a parent that cannot be asked. */
export async function linksUp(
  authority: Authority,
  parents: ReadonlySet<string>,
): Promise<Map<string, readonly string[]>> {
  const asked = [...parents].map(async (parent) => {
    if (parent === ROOT) return [[parent, authority.host.children.up] as const];
    const status = await ask(authority, parent as ReplicaId);
    return status === undefined ? [] : [[parent, status.children] as const];
  });
  return new Map((await Promise.all(asked)).flat());
}

export interface Status {
  readonly children: readonly string[];
  readonly unsent: number;
  readonly unsettled: number;
  /** Left out by releases before it was counted. */
  readonly sales?: Sales;
}

export async function ask(authority: Authority, id: ReplicaId): Promise<Status | undefined> {
  const result: CallResult = await authority.call(id, { call: 'status' }, ASK_MS);
  return result.ok ? (result.value as Status) : undefined;
}
