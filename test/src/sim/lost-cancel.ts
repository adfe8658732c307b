/**
 * A lost cancellation: somebody calls an order off at a machine that nobody hears, the units are sold again, and then
 * an image from before all that is put back. Whoever takes back that order a second time has nothing to sell for it (T8).
 */
import type { PoolId } from '@tallystick/crdt';
import type { SimNode } from './node.ts';
import { order, placeOrder, sellLine } from './order-acts.ts';
import type { Prng } from './prng.ts';
import { mustStay } from './put-back.ts';
import { restore } from './restore.ts';
import type { World } from './world.ts';

/** Time enough for one act, and over before somebody else comes by. */
const STEP_MS = 60;

export function loseCancellation(world: World, prng: Prng): void {
  const nodes = world.nodes.filter((each) => each.uplink !== undefined && each.isServing);
  if (nodes.length === 0) return;
  const node = prng.pick(nodes);
  const pools = world.tree.pools.filter((each) => node.replica.canSell(each) > 0);
  if (mustStay(world, node) || pools.length === 0) return;
  const pool = prng.pick(pools);
  const units = node.replica.canSell(pool);
  const then = (act: () => void) =>
    world.runLater(STEP_MS, () => {
      if (!world.isHealing && node.isServing && !mustStay(world, node)) act();
      else node.uplink?.heal();
    });
  sellAfar(world, node, 'called-off', pool, units);
  then(() => {
    const commits = node.disk.commitCount;
    if (node.disk.unsyncedCount > 0) return;
    node.uplink?.cut();
    callOff(world, node);
    then(() => {
      sellAfar(world, node, 'sold-again', pool, units);
      then(() => {
        restore(world, prng, node, commits);
        node.uplink?.heal();
      });
    });
  });
}

/** Its newest order. */
function callOff({ scene }: World, node: SimNode): void {
  const sold = scene.orders.findLast((each) => each.node === node && each.course === 'standing');
  if (sold === undefined || sold.owner !== node.disk.self) return;
  sold.course = 'cancelling';
  for (const line of sold.lines) {
    if (line.departed) continue;
    scene.shelves.giveUp(line.pool, line.n);
    line.isGivenUp = true;
  }
  const id = scene.nextId('lost-cancel');
  const command = {
    type: 'cancel',
    id,
    actor: 'web:1',
    orderId: sold.orderId,
    reason: 'changed mind',
  } as const;
  scene.clients.ask(node, command, { abandoned: () => {} });
}

function sellAfar({ scene }: World, node: SimNode, name: string, pool: PoolId, n: number): void {
  const lines = [sellLine(pool, n, '1')];
  const command = { type: 'sell', id: scene.nextId(name), actor: 'web:1', ...order([]), lines } as const;
  placeOrder(scene, node, command, new Map());
}
