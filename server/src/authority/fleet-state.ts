/**
 * The fleet at one glance: every replica with its link, its lag and its sales.
 *
 * All are asked at the same time, and at most once a second however many look: a hundred consoles cost what one does.
 */
import type { ReplicaId } from '@tallystick/crdt';
import type { Sales } from '@tallystick/store-agent';
import type { Authority } from './authority.ts';
import { listReplicas, ROOT } from './registry.ts';
import { ask, type ReplicaDetails, type ReplicaJson, replicaJson, type Status } from './replica-state.ts';

const FRESH_MS = 1_000;
const REPLICAS_MAX = 1_000;

export interface FleetJson {
  readonly at: string;
  readonly books: { readonly entries: number };
  readonly items: readonly (ReplicaJson & Pick<ReplicaDetails, 'lag'> & { readonly sales: Sales | null })[];
}

const looks = new WeakMap<Authority, { readonly atMs: number; readonly look: Promise<FleetJson> }>();

export function fleetState(authority: Authority): Promise<FleetJson> {
  const last = looks.get(authority);
  if (last !== undefined && performance.now() - last.atMs < FRESH_MS) return last.look;
  const look = readFleet(authority);
  looks.set(authority, { atMs: performance.now(), look });
  look.catch(() => looks.delete(authority));
  return look;
}

async function readFleet(authority: Authority): Promise<FleetJson> {
  const all = (await listReplicas(authority.pool))
    .filter(({ status }) => status !== 'retired')
    .slice(0, REPLICAS_MAX);
  const asked = all
    .filter(({ status }) => status === 'enrolled')
    .map(
      async ({ id }): Promise<[string, Status | undefined]> => [id, await ask(authority, id as ReplicaId)],
    );
  const said = new Map(await Promise.all(asked));
  const childrenOf = (parent: string) =>
    parent === ROOT ? authority.host.children.up : said.get(parent)?.children;
  return {
    at: new Date().toISOString(),
    books: { entries: authority.host.engine.replica.ledger.durablePosition },
    items: all.map((replica) => {
      const status = said.get(replica.id);
      return {
        ...replicaJson(authority, replica, childrenOf(replica.parent)),
        lag:
          status === undefined ? null : { unsentEntries: status.unsent, unsettledEntries: status.unsettled },
        sales: status?.sales ?? null,
      };
    }),
  };
}
