/**
 * Clone: the last thing that happens in a run. A machine is copied, a leaf or one with children,
 * and both go on as one replica (F2), while links are cut, frames are lost, and machines crash.
 *
 * Then the faults stop, and all must come to rest although both are there. Then somebody finds
 * out: the one machine is let in until all that it has is settled, and is switched off for good;
 * the other one goes on.
 */
import { ABOVE, sameBytes } from '@tallystick/crdt';
import { CloneBooks } from './clone-books.ts';
import { CloneCheck } from './clone-check.ts';
import { CloneMoves } from './clone-moves.ts';
import { CloneTrade } from './clone-trade.ts';
import { mend } from './disturbances.ts';
import { noFaults } from './faults.ts';
import { relinkAll } from './move.ts';
import type { SimNode } from './node.ts';
import { Prng } from './prng.ts';
import { tellAgain } from './told-again.ts';
import { Violation } from './trace.ts';
import { STAGES } from './turn.ts';
import type { World } from './world.ts';

const ACTS = 60;
/** How old the copy is at the most, in commits. */
const COMMITS_BACK_MAX = 5;
/** A link that lost everything asks again after 16 seconds at the latest. */
const QUIET_MS = 20_000;
const REST_MS_MAX = 180_000;
/** Of one machine, after all were quiet for so long. */
const IDLE_FRAMES_MAX = 40;
/** By when each side of a link that was cut has noticed it. */
const NOTICED_MS = 3_100;
/** One hello each for: its chain is another one, a newer life is known, and one that began meanwhile. */
const LIVES_MAX = 6;
/** Of as many goods as cover what is owed: one that two settlers cover, both do. */
const DELIVERIES_MAX = 3;

export function cloneAtLast(world: World, seed: number): void {
  const prng = new Prng(seed, 'clone');
  const first = whoIsCloned(world, prng);
  if (first === undefined) return;
  const life = first.disk.self;
  const commits = first.disk.commitCount - prng.pick([0, prng.between(0, COMMITS_BACK_MAX)]);
  if (first.uplink === undefined || life === null || commits < 1) return;
  const image = first.disk.imageOf(commits);
  if (image.self !== life || image.awaitsFormerLives) return;
  const root = world.nodes[0] as SimNode;
  const check = new CloneCheck(world, life);
  const books = new CloneBooks(root.disk, world.trace, () => world.timeline.nowMs);
  world.observer.clones = books;
  const hasChildren = childrenOf(world, [first]).length > 0;
  world.trace.fault(hasChildren ? 'a parent cloned' : 'a leaf cloned', first.name);
  const twin = world.addTwin(first, image);
  const twins = [first, twin] as const;
  const trade = new CloneTrade(world, prng, twins);
  twin.uplink?.cut();
  twin.start();
  const isHidden = prng.chance(0.2);
  if (!isHidden) world.runLater(prng.spanMs(0, 6_000), () => twin.uplink?.heal());
  liveTwice(world, prng, new Prng(seed, 'clone moves'), trade, twins, isHidden ? [first] : twins);
  Object.assign(world.faults, noFaults());
  relinkAll(world);
  for (const node of world.nodes) mend(node);
  if (isHidden) {
    first.uplink.cut();
    world.runFor(NOTICED_MS);
    if (twin.disk.self === life && world.parentOf(twin)?.isListening) tellAgain(world, twin, life);
  }
  for (const link of world.links) link.heal();
  rest(world, books, 'while both clones are there', false);
  findOut(world, prng, books, twins);
  check.atEnd(books, trade);
  cover(world, books, check, trade);
}

/** A machine with children as often as any other: both clones may send units to one child. */
function whoIsCloned(world: World, prng: Prng): SimNode | undefined {
  const machines = world.nodes.filter(({ uplink }) => uplink !== undefined);
  const parents = machines.filter((node) => childrenOf(world, [node]).length > 0);
  if (machines.length === 0) return undefined;
  return prng.pick(parents.length > 0 && prng.chance(0.5) ? parents : machines);
}

/**
 * F5: what both clones sold beyond what they had is paid for when goods come. Where two count one account
 * differently, or both believe to settle it, one of them covers for nothing: so more may have to come.
 */
function cover(world: World, books: CloneBooks, check: CloneCheck, trade: CloneTrade): void {
  let owed = check.owed();
  if (owed.size === 0) return;
  for (let delivery = 1; owed.size > 0; delivery += 1) {
    if (delivery > DELIVERIES_MAX) {
      const pools = [...owed].map(([pool, units]) => `${units} ${pool}`).join(', ');
      throw new Violation('F5', `${pools} are owed, although as much came for it ${DELIVERIES_MAX} times`);
    }
    for (const [pool, units] of owed) trade.deliver(pool, units);
    rest(world, books, 'after goods came for what was owed');
    owed = check.owed();
  }
  world.trace.saw('what clones oversold was covered');
  check.atEnd(books, trade);
}

/** Both sell, while all that happens to links and machines goes on. */
function liveTwice(
  world: World,
  prng: Prng,
  moving: Prng,
  trade: CloneTrade,
  twins: readonly SimNode[],
  reachable: readonly SimNode[],
): void {
  const share = (most: number) => (prng.chance(0.4) ? 0 : (most * prng.between(1, 100)) / 100);
  Object.assign(world.faults, {
    frameLost: share(0.2),
    frameDoubled: share(0.2),
    frameReordered: share(0.2),
    frameSlow: share(0.1),
    commitFails: share(0.05),
    slowFsync: share(0.2),
  });
  const cuts = share(0.2);
  const crashes = share(0.1);
  const moves = 0.05 + share(0.3);
  let isOver = false;
  const others = new CloneMoves(world, moving, trade, twins, () => isOver);
  for (let act = 0; act < ACTS; act += 1) {
    world.runFor(prng.spanMs(0, 250));
    if (prng.chance(cuts)) cutOne(world, prng, reachable);
    if (prng.chance(crashes))
      bringDown(world, prng, prng.chance(0.6) ? prng.pick(twins) : prng.pick(world.nodes), () => isOver);
    const children = childrenOf(world, twins);
    if (children.length > 0 && prng.chance(moves)) {
      const child = prng.pick(children);
      const to = twins.find((twin) => twin !== world.parentOf(child)) as SimNode;
      // What the one sent it is on its way then, and it asks the other for the same.
      if (prng.chance(0.8)) trade.lack(child);
      world.trace.saw('a child went over to the clone of its parent');
      world.runLater(prng.spanMs(5, 30), () => {
        if (!isOver && twins.includes(world.parentOf(child) as SimNode)) child.uplink?.leadTo(to);
      });
    }
    trade.act();
    if (reachable.length > 1) others.act();
  }
  isOver = true;
}

/** One of the two, or any other machine: the copy comes and goes as well. */
function cutOne(world: World, prng: Prng, reachable: readonly SimNode[]): void {
  const others = world.nodes.filter((node) => node.name !== reachable[0]?.name);
  const { uplink } = prng.chance(0.6) ? prng.pick(reachable) : prng.pick(others);
  uplink?.cut();
  world.runLater(prng.spanMs(50, prng.chance(0.3) ? 6_000 : 1_000), () => uplink?.heal());
}

function bringDown(world: World, prng: Prng, node: SimNode, isOver: () => boolean): void {
  const downMs = prng.spanMs(10, 1_500);
  const how = prng.chance(0.5) ? 'crash' : 'power cut';
  node.doom(prng.pick(STAGES), () => {
    if (!node.isRunning || isOver()) return;
    world.trace.fault(how, node.name);
    if (how === 'crash') node.crash();
    else node.powerCut();
    world.runLater(downMs, () => node.start());
  });
}

function childrenOf(world: World, twins: readonly SimNode[]): SimNode[] {
  return world.nodes.filter((node) => twins.includes(world.parentOf(node) as SimNode));
}

/**
 * Nothing is written any more, and little is said: below a machine that is not let in everybody asks
 * now and then whether all is settled. Where there is no such machine, nothing is said at all.
 */
function rest(world: World, books: CloneBooks, when: string, isSilent = true): void {
  const sinceMs = world.timeline.nowMs;
  const restMs = () => world.timeline.nowMs - Math.max(sinceMs, isSilent ? books.saidMs : books.wroteMs);
  while (restMs() < QUIET_MS) {
    if (world.timeline.nowMs - sinceMs > REST_MS_MAX)
      throw new Violation('liveness', `${when} there is no rest: ${books.lastSaid}`);
    world.runFor(500);
  }
  const framesMax = world.nodes.reduce((sum, node) => sum + IDLE_FRAMES_MAX + passesOver(node), 0);
  if (books.framesSinceWrite > framesMax)
    throw new Violation('liveness', `${when} ${books.framesSinceWrite} frames say nothing new`);
}

/**
 * What its parent has of a journal is passed over, so much a turn: a frame without entries says how far,
 * and is answered (L2). A machine that was told a long past does so once from one end to the other.
 */
function passesOver({ disk, settings: { link } }: SimNode): number {
  const bytes = disk.entries.reduce((sum, entry) => sum + entry.bytes.length, 0);
  return 2 * Math.ceil(bytes / link.inFlightBytesMax);
}

/** The operator's part: the one brings in what it has, and goes; the other one stays. */
function findOut(world: World, prng: Prng, books: CloneBooks, twins: readonly [SimNode, SimNode]): void {
  const children = childrenOf(world, twins);
  const isFirst = prng.chance(0.5);
  const goes = isFirst ? twins[0] : twins[1];
  const stays = isFirst ? twins[1] : twins[0];
  const livesBefore = books.lives.length;
  stays.crash();
  stays.uplink?.cut();
  letIn(world, books, goes, children);
  world.scrap(goes);
  stays.uplink?.heal();
  stays.start();
  letIn(world, books, stays, children);
  const begun = books.lives.slice(livesBefore);
  if (begun.length > LIVES_MAX) throw new Violation('F2', `lives without end: ${begun.join(', ')}`);
}

function letIn(world: World, books: CloneBooks, machine: SimNode, children: readonly SimNode[]): void {
  for (const child of children) child.uplink?.leadTo(machine);
  rest(world, books, `after ${machine.name} was let in`);
  if (machine.uplink?.isUp !== true)
    throw new Violation('liveness', `${machine.name} is alone of its name and not let in`);
  for (const stream of machine.replica.ledger.streams.values()) {
    const { settled, seq, hash, via } = stream.head;
    // Nobody tells it what becomes of who was given away (F3a).
    if (via === ABOVE) continue;
    if (settled.seq === seq && sameBytes(settled.hash, hash)) continue;
    throw new Violation(
      'F2',
      `${machine.name} was told that ${stream.writer} is settled up to ${settled.seq} of ${seq}`,
    );
  }
}
