/**
 * Recover: the authority's books are put back to an earlier point (F6), as after a point-in-time
 * recovery or when a volume's snapshot takes the place of its disk.
 *
 * The witness beside the books shows it, or a new timeline of the database, or nobody but
 * a child that is ahead. Later an operator takes back what the forgotten life still held.
 */
import {
  exposure,
  type Ledger,
  type PoolUnits,
  type ReplicaId,
  replicaOf,
  type Stream,
} from '@tallystick/crdt';
import type { SimDisk } from './disk.ts';
import type { SimNode } from './node.ts';
import type { Prng } from './prng.ts';
import { IMAGE_AGE_MS_MAX } from './prune.ts';
import { isNearPutBack } from './put-back.ts';
import { leftOf } from './restore.ts';
import type { World } from './world.ts';

const COMMITS_BACK_MAX = 60;

/** Nobody came who could tell: then whoever put the books back says so. */
const TOLD_WITHIN_MS = 5_000;

export function recoverRoot(world: World, prng: Prng): void {
  const root = world.nodes[0] as SimNode;
  const life = root.disk.self;
  const commits = root.disk.commitCount - prng.between(1, COMMITS_BACK_MAX);
  if (life === null || commits < 1 || isNearPutBack(world, root)) return;
  const atMs = root.disk.lostSinceMs(commits);
  // D7: a journal keeps what the longest restore window of the authority may ask for.
  if (atMs < world.timeline.nowMs - IMAGE_AGE_MS_MAX) return;
  const image = root.disk.imageOf(commits);
  if (image.self === null) return;
  const children = world.nodes.filter((node) => world.parentOf(node) === root);
  root.crash();
  world.images.add(world, root, atMs);
  const how = putBack(world, root, image, prng);
  world.trace.fault(`authority put back, ${how}`, root.name);
  world.observer.restored(root, life);
  world.clients.restored(root);
  for (const child of children) {
    if (!prng.chance(0.3)) continue;
    child.uplink?.cut();
    // Whoever was put back itself meanwhile comes when its own story says so.
    world.runLater(prng.spanMs(500, 15_000), () => {
      if (!isNearPutBack(world, child)) child.uplink?.heal();
    });
  }
  world.runLater(prng.spanMs(10, 2_000), () => root.start());
  for (let i = 0; i < 4; i += 1) world.runLater(prng.spanMs(500, 10_000), () => takeBackOwnPast(world));
}

type How = 'its witness ahead' | 'a new timeline' | 'a child ahead';

function putBack(world: World, root: SimNode, image: SimDisk, prng: Prng): How {
  const { self } = root.disk;
  const how = prng.pick(['its witness ahead', 'a new timeline', 'a child ahead'] as const);
  const isToldByChild = how === 'a child ahead' && image.self === self;
  const candidates = isToldByChild && !isStayForgotten(root, image) ? childrenAhead(world, root, image) : [];
  if (candidates.length > 0) {
    const ahead = prng.pick(candidates);
    // Whatever it did before that child is heard would be another history that nobody can tell from the first.
    root.putBackMachine(image, 'no', ahead);
    world.runLater(TOLD_WITHIN_MS, () => {
      if (root.disk.self !== self) return;
      root.crash();
      root.putBackImage(root.disk, true);
      root.start();
    });
    return how;
  }
  root.putBackImage(image, false);
  if (how !== 'a new timeline' && root.isPast) return 'its witness ahead';
  root.putBackImage(image, true);
  return 'a new timeline';
}

/**
 * Who came below the authority after the image, and took units there: what stands beside the books goes with the whole
 * machine, and where it was given away again nobody could tell (seed 17003245). That is conceded.
 */
function isStayForgotten(root: SimNode, image: SimDisk): boolean {
  const streams = new Map([...image.writers].map((writer) => [writer, { head: image.head(writer) }]));
  const books = { streams, livesOf: () => [] } as unknown as Ledger;
  const { missing, untold } = root.witness.stays.lacking(books);
  return missing.length + untold.length > 0;
}

function childrenAhead(world: World, root: SimNode, image: SimDisk): SimNode[] {
  const life = image.self;
  const seq = life === null ? 0 : (image.head(life)?.seq ?? 0);
  return world.nodes.filter((node) => {
    const head = node.disk.self === null ? undefined : node.disk.head(node.disk.self);
    const isChild = world.parentOf(node) === root && world.isArrived(node);
    return isChild && head?.parent === life && head.parentSeen > seq;
  });
}

/**
 * The operator's act: all that the forgotten lives have left by the books. Where a child's
 * life ended that never told what it took, only what was surely not used: an honest count.
 */
export function takeBackOwnPast(world: World): void {
  const root = world.nodes[0] as SimNode;
  if (!root.isInCharge) return;
  const { ledger } = root.replica;
  // The books may know nothing of somebody whom the registry names; `recover` of the authority waits for it too.
  if (world.nodes.some(({ settings: { replica } }) => ledger.livesOf(replica).length === 0)) return;
  if (root.witness.stays.lacking(ledger).missing.some((replica) => world.isThere(replica))) return;
  for (const life of ledger.livesOf(root.settings.replica)) {
    if (life === ledger.self) continue;
    const items = leftByBooks(world, root, life);
    if (items.length === 0) continue;
    const id = world.scene.nextId('reclaim');
    world.clients.ask(
      root,
      { type: 'reclaim', id, actor: 'operator:1', writer: life.writer, items },
      { accepted: () => world.trace.saw('granted again after all children answered') },
    );
  }
}

function leftByBooks(world: World, root: SimNode, life: Stream): PoolUnits[] {
  const { ledger } = root.replica;
  const isCounted = endsUntold(world, root);
  return world.tree.pools
    .map((pool) => {
      const left = exposure(ledger, life, pool);
      return { pool, n: isCounted ? Math.min(left, leftOf(world, life.writer, pool)) : left };
    })
    .filter(({ n }) => n > 0);
}

function endsUntold(world: World, root: SimNode): boolean {
  const { missing, untold } = root.witness.stays.lacking(root.replica.ledger);
  if (missing.length + untold.length > 0) return true;
  return [...world.observer.ended].some((writer) => {
    const replica: ReplicaId = replicaOf(writer);
    const head = root.disk.head(writer);
    // Nobody told what it took: gone for ever, as an operator says; or forgotten, and no more than an account.
    if (head === undefined ? !world.isThere(replica) : head.seq === 0 && replica !== root.settings.replica)
      return true;
    const parent = head?.parent ?? null;
    const wasChild = parent !== null && replicaOf(parent) === root.settings.replica;
    if (!wasChild && world.parentOf(world.node(replica)) !== root) return false;
    return parent !== root.disk.self;
  });
}
