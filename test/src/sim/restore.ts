/**
 * Restore: somebody puts an earlier image of a machine back, as people do after a
 * disk died. What it did since is gone there; what its peers heard of it is not (F1, F1a).
 *
 * At the end an honest operator goes round: what the lives that ended really had left
 * is taken back by whoever settles them (F3), and no unit more.
 */
import { exposure, type PoolId, replicaOf, type WriterId } from '@tallystick/crdt';
import { debtOf, rightsOf } from './books.ts';
import type { SimDisk } from './disk.ts';
import { readOnce } from './disk-tables.ts';
import { takenBackTwice } from './former-orders.ts';
import { settlerOf } from './move.ts';
import type { SimNode } from './node.ts';
import type { Prng } from './prng.ts';
import { IMAGE_AGE_MS_MAX } from './prune.ts';
import { mustStay } from './put-back.ts';
import { takeBackOwnPast } from './recover.ts';
import type { World } from './world.ts';

/** How far back an image may be: a backup of last night, in commits of a busy day. */
export const COMMITS_BACK_MAX = 40;

export function restoreOne(world: World, prng: Prng): void {
  const node = prng.pick(world.nodes.filter((each) => each.uplink !== undefined));
  if (node === undefined || mustStay(world, node)) return;
  const commits = node.disk.commitCount - prng.between(1, COMMITS_BACK_MAX);
  if (!restore(world, prng, node, commits)) return;
  // The same backup again, or an older one: from before the life that has begun meanwhile.
  const { oldImages } = world.faults;
  if (oldImages === 0 || !prng.chance(oldImages)) return;
  const older = commits - prng.below(COMMITS_BACK_MAX / 4);
  world.runLater(prng.spanMs(1_000, 6_000), () => {
    // A region may be gone for ever by then (seed 12005495).
    if (world.isHealing || !world.nodes.includes(node) || mustStay(world, node)) return;
    restore(world, prng, node, older);
  });
}

/** @returns false where there is no such image, or nothing that it could tell. */
export function restore(world: World, prng: Prng, node: SimNode, commits: number): boolean {
  const life = node.disk.self;
  if (life === null || commits < 1 || commits > node.disk.commitCount) return false;
  const atMs = node.disk.lostSinceMs(commits);
  if (atMs < world.timeline.nowMs - IMAGE_AGE_MS_MAX) return false;
  const image = node.disk.imageOf(commits);
  if (image.self === null) return false;
  // Whoever was given another parent first tells it what it did: a restored one could not (T8).
  if (!world.isArrived(node) || !world.isKnownWhereItIs(node)) return false;
  const hasForgotten = (image.head(life)?.seq ?? 0) < (node.disk.head(life)?.seq ?? 0);
  const isAsked = !hasForgotten || prng.chance(0.5);
  node.crash();
  world.images.add(world, node, atMs);
  node.putBackImage(image, isAsked);
  // Behind the replica's back only where the witness can tell.
  const isByCommand = isAsked || !node.isPast;
  node.putBackImage(image, isByCommand);
  world.trace.fault(isByCommand ? 'restored by command' : 'database file put back', node.name);
  if (image.self !== life) world.trace.saw('an image from before the current life');
  world.observer.restored(node, life);
  world.clients.restored(node);
  world.runLater(prng.spanMs(10, 2_000), () => node.start());
  return true;
}

/**
 * A leaf is gone with all that it had not told. Its parent's operator gives it up and
 * counts what it had left; later it may be found again, and what it brings are late claims (F5).
 */
export function loseOne(world: World, prng: Prng): void {
  const leaves = world.nodes.filter((node) => !world.nodes.some((other) => world.parentOf(other) === node));
  const node = prng.pick(leaves);
  const parent = world.parentOf(node);
  const life = node.disk.self;
  if (mustStay(world, node) || !world.isArrived(node)) return;
  if (parent?.isInCharge !== true || life === null || parent.disk.head(life) === undefined) return;
  world.trace.fault('lost and given up', node.name);
  node.crash();
  node.bar(life);
  world.observer.restored(node, life);
  world.clients.restored(node);
  giveUp(world, parent, node, life);
  if (prng.chance(0.6)) world.runLater(prng.spanMs(100, 3_000), () => reclaimLeft(world, life));
  world.runLater(prng.spanMs(1_000, 20_000), () => node.start());
}

/**
 * The operator repeats it until it is done: the parent may go down in the middle, or be put back,
 * or be gone for ever itself before anybody above has heard of it.
 */
export function giveUp(world: World, parent: SimNode, node: SimNode, life: WriterId): void {
  if (node.disk.self !== life) return;
  // A parent that was put back may not know that it was its child: whoever it was before still settles it.
  const named = parent.disk.head(life)?.parent ?? null;
  const isIts = named === null || replicaOf(named) === parent.settings.replica;
  const settler = isIts && world.isThere(parent.settings.replica) ? parent : settlerOf(world, life);
  if (settler?.isInCharge && !settler.disk.head(life)?.fence)
    settler.run((replica, now) => replica.retire(node.settings.replica, now));
  world.runLater(500, () => giveUp(world, parent, node, life));
}

/** The last act of a restoration: the old life's till is opened and counted. */
export function settleLostLives(world: World): void {
  takeBackOwnPast(world);
  for (const writer of world.observer.ended) {
    reclaimLeft(world, writer);
  }
  world.settle('after lost lives were counted');
}

function reclaimLeft(world: World, life: WriterId): void {
  const settler = settlerOf(world, life);
  if (settler?.isInCharge !== true) return;
  const items = world.tree.pools
    .map((pool) => ({ pool, n: Math.min(leftOf(world, life, pool), leftByBooks(settler, life, pool)) }))
    .filter(({ n }) => n > 0);
  if (items.length === 0) return;
  const id = world.scene.nextId('reclaim');
  world.trace.saw('rights of a lost life reclaimed');
  world.clients.ask(settler, { type: 'reclaim', id, actor: 'operator:1', writer: life, items });
}

/** What its settler may give back of it; nothing of a life that it never heard of. */
function leftByBooks(settler: SimNode, life: WriterId, pool: PoolId): number {
  const { ledger } = settler.replica;
  const stream = ledger.streams.get(life);
  return stream === undefined ? 0 : exposure(ledger, stream, pool);
}

/** Surrendered to its parent behind its fence, as the books have it. */
function sentLate({ nodes: [root] }: World, from: WriterId, to: WriterId, pool: PoolId): number {
  const fence = root?.disk.head(from)?.fence;
  const parent = root?.disk.head(from)?.parent ?? null;
  if (root === undefined || fence == null || parent === null || replicaOf(parent) !== replicaOf(to)) return 0;
  let units = 0;
  for (const { writer, seq, body } of root.disk.entries.map(readOnce))
    if (writer === from && seq > fence.seq && body.type === 'sent' && body.to === to)
      for (const item of body.items) if (item.pool === pool) units += item.n;
  return units;
}

/**
 * Units that a life had left when it ended, by its own full book, which nobody but the
 * simulator can read: its rights, its holds being void; with what was sent to it and
 * never came, and what it sent and no disk tells of any more. Between two lives that ended
 * a unit is with the taker where the books have heard of it, and else with the sender.
 */
export function leftOf(world: World, life: WriterId, pool: PoolId): number {
  const { observer, nodes } = world;
  const book = observer.books.get(life)?.row(pool);
  if (book === undefined) return 0;
  const sentBy = (disk: SimDisk | undefined, from: WriterId, to: WriterId) =>
    disk
      ?.rows(from)
      .get(pool)
      ?.sent.find(({ writer }) => writer === to)?.n ?? 0;
  const inBooks = (from: WriterId, to: WriterId) => sentBy(nodes[0]?.disk, from, to);
  // Found again, or put back to after it, it tells of that grant, and whoever lives takes it.
  const onAnyDisk = (to: WriterId) => Math.max(...nodes.map(({ disk }) => sentBy(disk, life, to)));
  const parent = nodes[0]?.disk.head(life)?.parent ?? null;
  const isParent = (writer: WriterId) => parent !== null && replicaOf(parent) === replicaOf(writer);
  let left = rightsOf(book) - debtOf(book) - takenBackTwice(observer, life, pool);
  for (const [writer, other] of observer.books) {
    const row = other.row(pool);
    const hasEnded = observer.ended.has(writer);
    const came = row.sent.get(life) ?? 0;
    // What a child surrendered behind its fence is in that one's own account (seed 17009269).
    const heard = hasEnded
      ? Math.min(came, inBooks(writer, life) - sentLate(world, writer, life, pool))
      : came;
    left += Math.max(0, heard - (book.took.get(writer) ?? 0));
    const known = hasEnded ? inBooks(life, writer) : isParent(writer) ? 0 : onAnyDisk(writer);
    left += Math.max(0, (book.sent.get(writer) ?? 0) - Math.max(known, row.took.get(life) ?? 0));
    left -= row.reclaimed.get(life) ?? 0;
  }
  return Math.max(0, left);
}
