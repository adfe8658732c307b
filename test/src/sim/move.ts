/**
 * Move: the authority gives a machine another parent, and its operator links it there
 * (F3a). Whatever was on its way between it and its old parent, and between the tree
 * above both, has to arrive all the same.
 */
import { isForgottenAt, type ReplicaId, replicaOf, type WriterId } from '@tallystick/crdt';
import type { SimNode } from './node.ts';
import type { Prng } from './prng.ts';
import { isNearPutBack, mustStay } from './put-back.ts';
import { giveUp } from './restore.ts';
import type { World } from './world.ts';

/** Tills and channels have nobody below them. */
const PARENT_KINDS = new Set(['authority', 'region', 'store', 'warehouse']);

export function moveOne(world: World, prng: Prng): void {
  if (prng.chance(0.15)) return buryOne(world, prng);
  const nodes = world.nodes.filter((node) => mayMove(world, node));
  if (nodes.length === 0) return;
  const node = prng.pick(nodes);
  const parents = parentsFor(world, node);
  if (parents.length > 0) give(world, prng, [node], prng.pick(parents));
}

/** Whoever waits for its past, or was given up, first settles that where it is. */
export function mayMove(world: World, node: SimNode): boolean {
  if (node.uplink === undefined || !node.isListening || node.replica.ledger.awaitsFormerLives) return false;
  return !world.observer.ended.has(node.disk.self as WriterId) && !mustStay(world, node);
}

export function parentsFor(world: World, node: SimNode): SimNode[] {
  const { replica } = node.settings;
  const parent = world.registry.parentOf(replica);
  return world.nodes.filter(({ settings }) => {
    if (settings.replica === parent || settings.replica === replica) return false;
    if (isNearPutBack(world, world.node(settings.replica)) || !mayGive(world, replica, settings.replica))
      return false;
    return PARENT_KINDS.has(settings.kind) && !world.registry.above(settings.replica).includes(replica);
  });
}

/** It is the authority that gives it, which waits for some after its books were put back. */
function mayGive(world: World, replica: ReplicaId, parent: ReplicaId): boolean {
  const root = world.nodes[0] as SimNode;
  return (
    root.isListening && root.replica.ledger.hasLife && !isForgottenAt(root.replica.ledger, replica, parent)
  );
}

/** A replica goes to another parent; where two machines are that replica, each is linked there in its own time. */
export function give(world: World, prng: Prng, machines: readonly SimNode[], parent: SimNode): void {
  const [node] = machines;
  if (node === undefined) return;
  world.trace.fault('given another parent', node.name);
  noteInFlight(world, node);
  world.registry.move(node.settings.replica, parent.settings.replica);
  for (const each of machines)
    world.runLater(prng.spanMs(0, 4_000), () => relink(world, each, prng.spanMs(10, 2_000)));
}

/** Its operator stops it, names the new parent, and starts it again. */
function relink(world: World, node: SimNode, downMs: number): void {
  const { uplink } = node;
  const parent = world.registry.parentOf(node.settings.replica);
  if (uplink === undefined || parent === undefined || uplink.end('parent') === world.node(parent)) return;
  node.crash();
  uplink.remove();
  world.links.splice(world.links.indexOf(uplink), 1);
  world.link(node, parent);
  if (node.settings.kind === 'terminal') {
    world.scene.locationOfNode.delete(node);
    stand(world, node);
  }
  world.runLater(downMs, () => node.start());
}

/** Once it has met its parent, a till stands where that stands: it hands over what is on the shelf there. */
function stand(world: World, node: SimNode): void {
  const { locationOfNode } = world.scene;
  const { uplink } = node;
  const parent = world.parentOf(node);
  if (parent === undefined) return;
  const location = locationOfNode.get(parent);
  if (world.isArrived(node) && location !== undefined) locationOfNode.set(node, location);
  else
    world.runLater(500, () => {
      if (node.uplink === uplink && location !== undefined) stand(world, node);
    });
}

/** Before all is healed, whoever still hangs on its old parent is linked to its new one. */
export function relinkAll(world: World): void {
  for (const node of world.nodes) relink(world, node, 0);
}

/** A region is gone for ever with what it had not told; its children live on under others. */
function buryOne(world: World, prng: Prng): void {
  const regions = world.nodes.filter(
    (node) => node.settings.kind === 'region' && mayMove(world, node) && world.isArrived(node),
  );
  const region = regions.length === 0 ? undefined : prng.pick(regions);
  const life = region?.disk.self;
  const parent = region && world.parentOf(region);
  if (region === undefined || parent?.isInCharge !== true || life === null || life === undefined) return;
  const isChild = (node: SimNode) =>
    world.registry.parentOf(node.settings.replica) === region.settings.replica;
  const children = world.nodes.filter(isChild);
  // Where one child goes below another, that one can still go to the region's own parent.
  if (children.some((node) => !mayMove(world, node)) || isNearPutBack(world, parent)) return;
  const othersOf = (child: SimNode) => parentsFor(world, child).filter((each) => each !== region);
  // Whom the authority waits for it may not give to anybody.
  if (children.some((child) => othersOf(child).length === 0)) return;
  world.trace.fault('a region gone for ever', region.name);
  for (const child of children) {
    const others = othersOf(child);
    // Its only other place was below a sibling that has just been given below itself.
    give(world, prng, [child], others.length > 0 ? prng.pick(others) : (world.nodes[0] as SimNode));
  }
  region.crash();
  region.bar(life);
  world.bury(region);
  world.observer.restored(region, life);
  world.clients.restored(region);
  giveUp(world, parent, region, life);
}

function noteInFlight(world: World, node: SimNode): void {
  const { books } = world.observer;
  const self = node.disk.self as WriterId;
  const parent = world.parentOf(node)?.disk.self;
  if (parent === null || parent === undefined) return;
  const isUntaken = (from: WriterId, to: WriterId) =>
    [...(books.get(from)?.rows ?? [])].some(
      ([pool, row]) => (row.sent.get(to) ?? 0) > (books.get(to)?.row(pool).took.get(from) ?? 0),
    );
  if (isUntaken(parent, self)) world.trace.saw('moved with a grant in flight');
  if (isUntaken(self, parent)) world.trace.saw('moved with a surrender in flight');
}

/** It and those below it are where the registry says, and nobody elsewhere knows more of it. */
export function isSettledIn(world: World, node: SimNode): boolean {
  if (!world.isArrived(node) || !world.isKnownWhereItIs(node)) return false;
  const { replica } = node.settings;
  return world.nodes.every((other) => {
    const isChild = world.parentOf(other) === node;
    if (isChild !== (world.registry.parentOf(other.settings.replica) === replica)) return false;
    return !isChild || world.isArrived(other);
  });
}

/** Who answers for a life that ended: its parent, or who stands above that and above where its replica is now. */
export function settlerOf(world: World, life: WriterId): SimNode | undefined {
  const head = world.nodes[0]?.disk.head(life);
  // Of a life that the books forgot, the registry alone knows where it was.
  const last =
    head === undefined ? world.registry.parentOf(replicaOf(life)) : head.parent && replicaOf(head.parent);
  if (last === null || last === undefined) return undefined;
  const above = new Set<ReplicaId>([last, ...world.registry.above(last)]);
  const settler = world.registry
    .above(replicaOf(life))
    .find((each) => above.has(each) && world.isThere(each));
  return settler && world.node(settler);
}
