/**
 * Put back: a whole machine is an earlier one, its witness too, as after a snapshot of a
 * virtual machine. Nothing on it can tell (F1); its parent or its children may.
 *
 * Its doors stay shut until it has met a peer. Where a peer knows more of its life, that
 * life must end. Where nobody does, it goes on, and what the lost end of its chain had sold
 * is sold again: that, and nothing else, is what `docs/correctness.md` concedes.
 */
import { decodeEntry, replicaOf, type WriterId } from '@tallystick/crdt';
import type { SimDisk } from './disk.ts';
import { isSettledIn } from './move.ts';
import type { SimNode } from './node.ts';
import type { Prng } from './prng.ts';
import { IMAGE_AGE_MS_MAX } from './prune.ts';
import { COMMITS_BACK_MAX } from './restore.ts';
import { Violation } from './trace.ts';
import type { World } from './world.ts';

export interface PutBack {
  readonly node: SimNode;
  readonly life: WriterId;
  /** How far the image knows its own chain. */
  readonly seq: number;
  /** The disk as it was. */
  readonly lost: SimDisk;
}

/** By when each side of a link that was cut has noticed it. */
const NOTICED_MS = 3_100;

export function putBackOne(world: World, prng: Prng): void {
  const node = prng.pick(world.nodes.filter((each) => each.uplink !== undefined));
  const life = node?.disk.self ?? null;
  if (node?.uplink === undefined || life === null || !node.isRunning || mustStay(world, node)) return;
  if (!isSettledIn(world, node)) return;
  const commits = node.disk.commitCount - prng.between(1, COMMITS_BACK_MAX);
  if (commits < 1 || node.disk.lostSinceMs(commits) < world.timeline.nowMs - IMAGE_AGE_MS_MAX) return;
  const image = node.disk.imageOf(commits);
  const seq = image.head(life)?.seq ?? 0;
  if (image.self !== life || seq >= (node.disk.head(life)?.seq ?? 0)) return;
  // These would make it write before it has met anybody: then two histories meet, which is F2's.
  if (image.holdCount > 0 || image.awaitsFormerLives || settlesForOthers(world, node)) return;
  const who = knowsMore(world, { node, life, seq, lost: node.disk });
  if (who === 'some children' || (who === 'nobody knows' && isTakenFrom(world, life, image))) return;
  const children = childrenOf(world, node);
  // What a child takes in a turn that has begun, nobody has told this machine when it meets its parent (seed 11004500).
  if (children.some((child) => child.isRunning && !child.isIdle)) return;
  const atMs = node.disk.lostSinceMs(commits);
  world.trace.fault('whole machine put back', node.name);
  world.trace.say(node.name, () => `stands at #${seq} of ${life} again; ${who} more of it`);
  node.crash();
  node.isHeld = true;
  for (const each of [node, ...children]) each.uplink?.cut();
  world.images.add(world, node, atMs);
  world.putBacks.set(life, { node, life, seq, lost: node.disk });
  node.putBackMachine(image, who === 'its children know' ? 'until a child' : 'until its parent');
  world.observer.putBack(node, life);
  world.clients.restored(node);
  world.runLater(prng.spanMs(NOTICED_MS, 2 * NOTICED_MS), () => {
    for (const child of children) child.uplink?.heal();
    if (who === 'its children know') keepApart(world, node, life);
    else node.uplink?.heal();
    node.isHeld = false;
    node.start();
  });
}

/** The parent, who does not know, is met only after the children, who do. */
function keepApart(world: World, node: SimNode, life: WriterId): void {
  const put = world.putBacks.get(life);
  const isOver =
    node.disk.self !== life || put === undefined || knowsMore(world, put) !== 'its children know';
  if (isOver) return node.uplink?.heal();
  node.uplink?.cut();
  world.runLater(100, () => keepApart(world, node, life));
}

/** Its children are to tell it first: also when all else is mended. */
export function isKeptApart(world: World, node: SimNode): boolean {
  return [...world.putBacks.values()].some(
    (put) =>
      put.node === node && node.disk.self === put.life && knowsMore(world, put) === 'its children know',
  );
}

/** Nobody is put back while one above or below it is: two losses at once may leave nobody who knows. */
export function isNearPutBack(world: World, node: SimNode): boolean {
  return [...world.putBacks.values()].some(
    (put) => put.node === node || isAbove(world, node, put.node) || isAbove(world, put.node, node),
  );
}

/** Neither is whoever alone can tell the authority that its books were put back, while it has not. */
export function mustStay(world: World, node: SimNode): boolean {
  return isNearPutBack(world, node) || world.nodes.some(({ awaits }) => awaits === node.name);
}

/** While machines are on their way to other parents, links may lead round in a circle (seed 24002083). */
function isAbove(world: World, upper: SimNode, lower: SimNode): boolean {
  const above = new Set([world.parentOf(lower)]);
  for (const at of above) {
    if (at === upper) return true;
    if (at !== undefined) above.add(world.parentOf(at));
  }
  return false;
}

function childrenOf(world: World, node: SimNode): SimNode[] {
  return world.nodes.filter((each) => world.parentOf(each) === node);
}

function settlesForOthers(world: World, node: SimNode): boolean {
  return [...world.observer.ended].some((writer) => {
    const lost = world.node(replicaOf(writer));
    return lost === node || isAbove(world, node, lost);
  });
}

/** Who, as their disks say, has seen more of that life than the image has. */
function knowsMore(world: World, { node, life, seq }: PutBack) {
  const parent = world.parentOf(node);
  if (parent === undefined || (parent.disk.head(life)?.seq ?? 0) > seq) return 'its parent knows';
  const children = childrenOf(world, node);
  const ahead = children.filter(({ disk }) => seenOf(disk, life) > seq);
  if (ahead.length === 0) return 'nobody knows';
  return ahead.length === children.length ? 'its children know' : 'some children';
}

/**
 * Somebody wrote down units that the lost end of its chain sent, and is neither above nor below it now: a
 * child that was given away (F3a), or a life of its parent that was put back as well. The first is shut out
 * when it speaks, for nobody can tell its word from a lie; of the second, two losses took all who knew.
 */
function isTakenFrom({ observer }: World, life: WriterId, image: SimDisk): boolean {
  const rows = image.rows(life);
  for (const [taker, book] of observer.books)
    for (const [pool, { took }] of book.rows) {
      const sent = rows.get(pool)?.sent.find(({ writer }) => writer === taker)?.n ?? 0;
      if ((took.get(life) ?? 0) > sent) return true;
    }
  return false;
}

/** How much of its parent's life a child would say that it saw, or took from. */
function seenOf(disk: SimDisk, life: WriterId): number {
  const { self } = disk;
  const head = self === null ? undefined : disk.head(self);
  if (self === null || head?.parent !== life) return 0;
  let seen = head.parentSeen;
  for (const row of disk.rows(self).values())
    for (const cell of row.took) if (cell.writer === life) seen = Math.max(seen, cell.seq);
  return seen;
}

/** It writes on, or begins a new life: was that right? */
export function settlePutBack(world: World, life: WriterId, how: 'goes on' | 'ends'): void {
  const put = world.putBacks.get(life);
  if (put === undefined) return;
  world.putBacks.delete(life);
  const who = knowsMore(world, put);
  if (how === 'ends') {
    if (who === 'nobody knows')
      throw new Violation('F1', `${put.node.name} ended ${life}, of which nobody knew more than it`);
    world.trace.saw(who === 'its parent knows' ? 'the parent knew the past' : 'a child knew the past');
    return;
  }
  if (who !== 'nobody knows')
    throw new Violation('F1', `${put.node.name} goes on as ${life} at ${put.seq}, and ${who} more of it`);
  world.trace.saw('a life put back that nobody knew more of');
  const tail = put.lost.entries.filter(({ writer, seq }) => writer === life && seq > put.seq);
  for (const { bytes } of tail) world.shelves.spentAgain(decodeEntry(bytes));
  const root = world.nodes[0] as SimNode;
  world.observer.rewind(
    life,
    Array.from({ length: put.seq }, (_, i) => {
      const entry = put.lost.entryAt(life, i + 1) ?? root.disk.entryAt(life, i + 1);
      if (entry === undefined) throw new Violation('D7', `${life} ${i + 1} was let go before it was settled`);
      return entry;
    }),
  );
}
