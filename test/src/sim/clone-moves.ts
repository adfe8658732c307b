/**
 * Clone moves: what operators do about the machines around two with one identity, while nobody
 * has noticed: one is given another parent (F3a), or a child is given up at one of the two and what
 * it had left is taken back there (F3). Whatever the other one has not heard of, must count all the same.
 */
import { debt, exposure, rights, type WriterId } from '@tallystick/crdt';
import type { CloneTrade } from './clone-trade.ts';
import { give, mayMove, parentsFor } from './move.ts';
import type { SimNode } from './node.ts';
import type { Prng } from './prng.ts';
import type { World } from './world.ts';

/** The operator tries again where the machine was down, or put its word on no disk. */
const AGAIN_MS = 500;

export class CloneMoves {
  readonly #world: World;
  readonly #prng: Prng;
  readonly #trade: CloneTrade;
  readonly #twins: readonly SimNode[];
  readonly #isOver: () => boolean;
  /** In most runs nothing of this happens: what clones do to each other is seen best alone. */
  readonly #chance: number;
  #givenUp: SimNode | undefined;

  constructor(world: World, prng: Prng, trade: CloneTrade, twins: readonly SimNode[], isOver: () => boolean) {
    this.#world = world;
    this.#prng = prng;
    this.#trade = trade;
    this.#twins = twins;
    this.#isOver = isOver;
    this.#chance = prng.chance(0.5) ? prng.between(2, 20) / 100 : 0;
  }

  act(): void {
    if (this.#chance === 0 || !this.#prng.chance(this.#chance)) return;
    const what = this.#prng.weighted({ twins: 2, child: 3, giveUp: 3 });
    if (what === 'giveUp') return this.#giveUpOne();
    const [first] = this.#twins;
    const children = this.#children;
    if (what === 'twins') {
      // What one of them told there comes up when the other has spoken elsewhere.
      if (this.#prng.chance(0.5)) this.#cutOff(first && this.#world.parentOf(first));
      this.#move(this.#twins, first);
    } else if (children.length > 0) {
      const child = this.#prng.pick(children);
      this.#move([child], child);
    }
  }

  get #children(): SimNode[] {
    return this.#world.nodes.filter((node) => this.#twins.includes(this.#world.parentOf(node) as SimNode));
  }

  #move(machines: readonly SimNode[], of: SimNode | undefined): void {
    if (of === undefined || of === this.#givenUp || !machines.some((each) => mayMove(this.#world, each)))
      return;
    // Who was given up listens to nobody before it has heard of that (seed 16003563).
    const parents = parentsFor(this.#world, of).filter((parent) => parent !== this.#givenUp);
    if (parents.length === 0) return;
    give(this.#world, this.#prng, machines, this.#prng.pick(parents));
    this.#world.trace.saw(
      machines.length > 1 ? 'both clones given another parent' : 'a child of clones given away',
    );
  }

  #cutOff(parent: SimNode | undefined): void {
    const { uplink } = parent ?? {};
    uplink?.cut();
    this.#world.runLater(this.#prng.spanMs(500, 12_000), () => uplink?.heal());
  }

  /** A leaf below one of the two is gone with what it had not told; it is found again a little later. */
  #giveUpOne(): void {
    if (this.#givenUp !== undefined) return;
    const { nodes, registry } = this.#world;
    // Somebody may be on the way to it, whom it would not listen to before it has heard of that (seed 21001293).
    const isAbove = (child: SimNode, each: SimNode) =>
      this.#world.parentOf(each) === child ||
      registry.parentOf(each.settings.replica) === child.settings.replica;
    const leaves = this.#children.filter((child) => !nodes.some((each) => isAbove(child, each)));
    const able = this.#twins.filter(({ isInCharge }) => isInCharge);
    if (leaves.length === 0 || able.length === 0) return;
    const child = this.#prng.pick(leaves);
    const settler = this.#prng.pick(able);
    const life = child.disk.self;
    if (life === null || settler.disk.head(life)?.fence !== null) return;
    this.#givenUp = child;
    this.#world.trace.fault('given up at a clone', child.name);
    child.crash();
    child.isHeld = true;
    child.bar(life);
    this.#giveUp(child, settler, life);
  }

  #giveUp(child: SimNode, settler: SimNode, life: WriterId): void {
    const isDone = (settler.disk.head(life)?.fence ?? null) !== null;
    if ((isDone && settler.isServing) || this.#isOver()) return this.#found(child, settler, life, isDone);
    if (!isDone && settler.isInCharge)
      settler.run((replica, now) => replica.retire(child.settings.replica, now));
    this.#world.runLater(AGAIN_MS, () => this.#giveUp(child, settler, life));
  }

  #found(child: SimNode, settler: SimNode, life: WriterId, isGivenUp: boolean): void {
    if (isGivenUp && settler.isServing && this.#prng.chance(0.8)) this.#takeBack(child, settler, life);
    this.#world.runLater(this.#prng.spanMs(0, 4_000), () => {
      child.isHeld = false;
      if (!isGivenUp) child.bar(null);
      child.start();
    });
  }

  /** What it had left by its own disk, as far as who gave it up knows of it. */
  #takeBack(child: SimNode, settler: SimNode, life: WriterId): void {
    const { ledger } = settler.replica;
    const stream = ledger.streams.get(life);
    if (stream === undefined) return;
    const items = [...child.disk.rows(life)]
      .map(([pool, row]) => ({ pool, n: Math.min(rights(row) - debt(row), exposure(ledger, stream, pool)) }))
      .filter(({ n }) => n > 0);
    if (items.length === 0) return;
    const id = this.#world.scene.nextId('cloned-reclaim');
    this.#trade.submit(settler, { type: 'reclaim', id, actor: 'operator:1', writer: life, items });
    this.#world.trace.saw('rights reclaimed at a clone');
  }
}
