/**
 * Moving a replica (F3a): the authority gives it another parent, in an act that names the
 * operator. Its rows, rights and chain come along; its operator then links it there.
 */
import type { ReplicaId, ReplicaKind } from '@tallystick/crdt';
import { Problem } from '@tallystick/store-agent';
import type pg from 'pg';
import type { Authority } from './authority.ts';
import { inOneGo } from './in-one-go.ts';
import { checkMove } from './recovery.ts';
import { LEAVES, ROOT } from './registry.ts';

export interface Move {
  readonly replica: ReplicaId;
  readonly to: ReplicaId;
  readonly operator: string;
}

export interface Moved extends Move {
  readonly from: ReplicaId;
}

/** Doing it twice is doing it once. @throws Problem */
export async function move(authority: Authority, act: Move): Promise<Moved> {
  checkMove(authority, act.replica, act.to);
  const moved = await inRegistry(authority.pool, act);
  await authority.refreshCatalogue();
  authority.log.info(moved, 'replica given another parent');
  return moved;
}

async function inRegistry(pool: pg.Pool, { replica, to, operator }: Move): Promise<Moved> {
  return inOneGo(pool, async (client) => {
    // Two moves at once could make a circle of which neither sees the half.
    await client.query('lock table tallystick.replicas in share row exclusive mode');
    const from = await parentBefore(client, replica, to);
    if (from !== to) {
      await client.query('update tallystick.replicas set parent = $2 where id = $1', [replica, to]);
      await client.query(
        `insert into tallystick.moves (replica, parent_before, parent_after, operator)
          values ($1, $2, $3, $4)`,
        [replica, from, to, operator],
      );
    }
    return { replica, from, to, operator };
  });
}

interface Row {
  readonly id: ReplicaId;
  readonly kind: ReplicaKind;
  readonly parent: ReplicaId;
  readonly status: string;
}

/** @throws Problem where it cannot be given that parent. */
async function parentBefore(client: pg.PoolClient, replica: ReplicaId, to: ReplicaId): Promise<ReplicaId> {
  const { rows } = await client.query<Row>('select id, kind, parent, status from tallystick.replicas');
  const known = new Map(rows.map((row) => [row.id, row]));
  const moved = known.get(replica);
  if (moved === undefined) throw new Problem('not_found', `No replica is called ${replica}.`);
  if (moved.status === 'retired') throw new Problem('forbidden', `${replica} is retired.`);
  const parent = known.get(to);
  if (parent === undefined && to !== ROOT) throw new Problem('not_found', `No replica is called ${to}.`);
  if (parent?.status === 'retired') throw new Problem('forbidden', `${to} is retired.`);
  if (parent !== undefined && LEAVES.includes(parent.kind))
    throw new Problem('forbidden', `${to} is a ${parent.kind}: it has nobody below it.`);
  for (let at: ReplicaId | undefined = to; at !== undefined; at = known.get(at)?.parent)
    if (at === replica) throw new Problem('forbidden', `${to} is ${replica} itself, or hangs on it.`);
  return moved.parent;
}
