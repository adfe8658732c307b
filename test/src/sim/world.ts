/**
 * World: machines, links, goods and people of one seed, in two phases. First
 * everything goes wrong that the seed allows; then all is healed, and after a bounded
 * time everything must be quiet, equal and paid.
 */
import { type LocationId, type PoolId, type ReplicaId, replicaOf, type WriterId } from '@tallystick/crdt';
import type { Cells, Frame } from '@tallystick/crdt/wire';
import { actOnce } from './acts.ts';
import { Clients } from './clients.ts';
import { Timeline } from './clock.ts';
import type { SimDisk } from './disk.ts';
import { clockRate, mend, planDisturbances } from './disturbances.ts';
import { drawFaults, type Faults, noFaults } from './faults.ts';
import { cancelFormer } from './former-orders.ts';
import { receive } from './goods-acts.ts';
import { faultsWithout, type Less, NOTHING_LESS, treeWithout } from './less.ts';
import { mark } from './mark-act.ts';
import { relinkAll } from './move.ts';
import { Link } from './network.ts';
import { SimNode } from './node.ts';
import type { NodePorts } from './node-ports.ts';
import { Observer } from './observer.ts';
import { Prng } from './prng.ts';
import { Images } from './prune.ts';
import { isKeptApart, type PutBack, settlePutBack } from './put-back.ts';
import { Registry } from './registry.ts';
import { ready, type Scene } from './scene.ts';
import { Shelves } from './shelves.ts';
import { Trace, Violation } from './trace.ts';
import { growTree, type Tree } from './tree.ts';

export interface RunOptions {
  readonly seed: number;
  readonly acts: number;
  /** Where readable lines go; nowhere when it is missing. */
  readonly line?: (text: string) => void;
  /** What this run leaves out; nothing when it is missing. */
  readonly less?: Less;
  /** What the authority writes to; a disk of its own when it is missing. */
  readonly books?: SimDisk;
}

/** Quiet: for this long no machine wrote anything. A link that lost everything asks again after 16 seconds at the latest. */
const QUIET_MS = 20_000;
/** Why honest peers part: a lost frame left a gap, or a life ended. */
const PARTINGS =
  /came with a gap|was retired|This writer ends|goes on as a new writer|is not the newest life|Another machine is connected|say hello again|another parent|link it there|A new life was put back|shares? no version|it speaks protocol/;
/** How many marks there are for each act. */
const MARKS = 0.08;
/** And how many orders of a life that ended are called off. */
const FORMERS = 0.25;
/** Healing has to be done by then. */
const HEAL_MS_MAX = 600_000;

export class World {
  readonly timeline = new Timeline();
  readonly trace: Trace;
  readonly tree: Tree;
  readonly faults: Faults;
  readonly shelves = new Shelves();
  readonly registry: Registry;
  readonly observer: Observer;
  readonly clients: Clients;
  readonly nodes: SimNode[] = [];
  readonly links: Link[] = [];
  readonly #recoveriesPerMinute: number;
  readonly images = new Images();
  /** Whole machines that were put back, by their life, until it is known what became of it. */
  readonly putBacks = new Map<WriterId, PutBack>();
  readonly scene: Scene;
  readonly #seed: number;
  readonly #byName = new Map<ReplicaId, SimNode>();
  isHealing = false;
  #lastDurableAtMs = 0;
  #ids = 0;

  constructor({ seed, line, less = NOTHING_LESS, books }: RunOptions) {
    this.#seed = seed;
    this.trace = new Trace(this.timeline, line);
    this.tree = treeWithout(growTree(this.#prng('tree')), less);
    this.faults = faultsWithout(drawFaults(this.#prng('swarm')), less);
    const news = this.#prng('news');
    this.registry = new Registry({
      tree: this.tree,
      newsMs: () => (this.isHealing ? 1 : news.spanMs(1, news.chance(0.1) ? 10_000 : 500)),
      later: (delayMs, act) => this.timeline.after(delayMs, act),
      heard: (replica) => this.#hearOfMoves(replica),
    });
    this.#recoveriesPerMinute = this.faults.recoveriesPerMinute;
    this.observer = new Observer(this.trace, this.shelves, {
      trustsWallClocks: this.faults.clockJumpsPerMinute === 0,
      settlePutBack: (life, how) => settlePutBack(this, life, how),
    });
    this.clients = new Clients({ ...this.#parts(), prng: this.#prng('clients'), observer: this.observer });
    const locationOfNode = new Map<SimNode, LocationId>();
    for (const { settings, parent, location } of this.tree.places) {
      const node = this.#addNode(settings, parent, parent === undefined ? books : undefined);
      if (location !== undefined) locationOfNode.set(node, location);
    }
    this.scene = {
      prng: this.#prng('acts'),
      trace: this.trace,
      tree: this.tree,
      nodes: this.nodes,
      clients: this.clients,
      shelves: this.shelves,
      observer: this.observer,
      orders: [],
      holds: [],
      locationOfNode,
      hasDoor: (node) => node.uplink !== undefined || this.#recoveriesPerMinute === 0,
      nextId: (kind) => {
        this.#ids += 1;
        return `${kind}-${this.#ids}`;
      },
      later: (delayMs, act) => this.timeline.after(delayMs, act),
    };
  }

  #prng(stream: string): Prng {
    return new Prng(this.#seed, stream);
  }

  #parts() {
    return { timeline: this.timeline, trace: this.trace, faults: this.faults, shelves: this.shelves };
  }

  /** F2: a second machine with the same identity, made from a copy of the first one's disk. */
  addTwin(of: SimNode, disk: SimDisk): SimNode {
    const twin = this.#newNode(of.settings, 'twin', disk);
    this.#connect(twin, this.parentOf(of) as SimNode, 'twin link');
    return twin;
  }

  #addNode(settings: SimNode['settings'], parent: ReplicaId | undefined, disk?: SimDisk): SimNode {
    const node = this.#newNode(settings, 'node', disk);
    this.#byName.set(settings.replica, node);
    if (parent !== undefined) this.#connect(node, this.node(parent), 'link');
    return node;
  }

  #newNode(settings: SimNode['settings'], stream: string, disk?: SimDisk): SimNode {
    const ports: NodePorts = {
      ...this.#parts(),
      prng: this.#prng(`${stream} ${settings.replica}`),
      directory: this.registry.directoryOf(settings.replica),
      clockRate: clockRate(this.#prng(`clock ${settings.replica}`), this.faults.clockDrift),
      durable: (at, commits) => {
        if (commits.length > 0) this.#lastDurableAtMs = this.timeline.nowMs;
        this.observer.durable(at, commits);
      },
      leaving: (at, frame) => this.observer.leaving(at, frame),
      restarting: (at) => this.observer.restarting(at),
      hangUp: (at, message) => {
        this.trace.say(at.name, () => message);
        if (this.observer.clones === undefined && !this.#isParting(at, message))
          throw new Violation('link', `${at.name}, among honest peers, ${message}`);
      },
      superseded: (at) => this.observer.superseded(at),
      shortage: (at, pools) => this.#sawShortage(at, pools),
    };
    const node = new SimNode(settings, ports, disk);
    this.nodes.push(node);
    return node;
  }

  link(node: SimNode, parent: ReplicaId): void {
    this.#connect(node, this.node(parent), 'link');
  }

  #connect(node: SimNode, parent: SimNode, stream: string): void {
    const link = new Link(node, parent, {
      ...this.#parts(),
      prng: this.#prng(`${stream} ${node.name}`),
      lost: (frame) => this.#sawLoss(frame),
    });
    node.links.uplink = link;
    this.links.push(link);
  }

  /** A machine is switched off for good: nobody waits for it any more. */
  scrap(node: SimNode): void {
    node.crash();
    node.uplink?.cut();
    this.nodes.splice(this.nodes.indexOf(node), 1);
    this.links.splice(this.links.indexOf(node.uplink as Link), 1);
    const other = this.nodes.find(({ name }) => name === node.name);
    if (other !== undefined) this.#byName.set(other.settings.replica, other);
  }

  #isParting(at: SimNode, message: string): boolean {
    if (PARTINGS.test(message)) return true;
    if (!/jumps from entry|does not begin with its life/.test(message)) return false;
    // Where a machine was moved and moved back, what was dropped meanwhile is sent again from a new hello.
    // And a new parent lacks what its child has let go of, until it is told from above (F3a, D7).
    if (this.registry.hasMoves) return true;
    // A parent that was put back lacks what its child has let go of, until it is told from above (F1a, D7).
    return at.replica.ledger.awaitsFormerLives || this.images.isBehind(at);
  }

  #hearOfMoves(replica: ReplicaId): void {
    for (const node of this.nodes)
      if (node.settings.replica === replica) node.run((self) => self.moving.registryChanged());
  }

  node(replica: ReplicaId): SimNode {
    const node = this.#byName.get(replica);
    if (node === undefined) throw new Violation('L7', `${replica} is nobody`);
    return node;
  }

  parentOf(node: SimNode): SimNode | undefined {
    return node.uplink?.end('parent') as SimNode | undefined;
  }

  /** A machine is gone for ever: nobody waits for it any more. */
  bury(node: SimNode): void {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    if (node.uplink === undefined) return;
    this.links.splice(this.links.indexOf(node.uplink), 1);
    node.uplink.remove();
  }

  isThere(replica: ReplicaId): boolean {
    return this.nodes.includes(this.node(replica));
  }

  /** It is linked where it belongs, and its parent has heard from it that it is its parent. */
  isArrived(node: SimNode): boolean {
    const { self } = node.disk;
    const at = this.parentOf(node);
    const parent = self === null ? undefined : at?.disk.head(self)?.parent;
    if (at === undefined || parent === null || parent === undefined) return false;
    const place = this.registry.parentOf(node.settings.replica);
    return at.settings.replica === place && replicaOf(parent) === place;
  }

  /** No machine outside of its present place has heard more of it than its parent has. */
  isKnownWhereItIs(node: SimNode): boolean {
    const { self } = node.disk;
    if (self === null) return false;
    const known = this.parentOf(node)?.disk.head(self)?.seq ?? 0;
    return [...this.#byName.values()].every(
      (other) =>
        (other.disk.head(self)?.seq ?? 0) <= known ||
        other === node ||
        this.registry.above(other.settings.replica).includes(node.settings.replica),
    );
  }

  #sawLoss(frame: Frame): void {
    if (frame.kind === 'cells' && (frame as Cells).cells.length > 0) this.trace.saw('grant lost on its way');
  }

  #sawShortage(node: SimNode, pools: readonly PoolId[]): void {
    const parent = this.parentOf(node);
    if (parent === undefined) return;
    if (pools.some((pool) => this.observer.free(parent.disk.self, pool) > 0)) {
      this.trace.saw('short while the parent had stock');
    }
  }

  run(acts: number): void {
    for (const node of this.nodes) node.start();
    this.runFor(200);
    for (const _ of this.tree.pools) receive(this.scene, 40);
    planDisturbances(this, this.#prng('disturbances'), (stream) => this.#prng(stream));
    const pace = this.#prng('pace');
    const marks = this.#prng('marks');
    const formers = this.#prng('former orders');
    for (let act = 0; act < acts; act += 1) {
      this.runFor(pace.spanMs(0, 120));
      actOnce(this.scene);
      if (marks.chance(MARKS)) mark(this.scene, marks);
      if (formers.chance(FORMERS)) cancelFormer(this.scene, formers);
    }
    this.heal();
  }

  runFor(spanMs: number): void {
    const untilMs = this.timeline.nowMs + spanMs;
    while (this.timeline.nextAtMs <= untilMs) this.timeline.step();
    this.timeline.after(untilMs - this.timeline.nowMs, () => {});
    this.timeline.step();
  }

  runLater(delayMs: number, act: () => void): void {
    this.timeline.after(delayMs, act);
  }

  heal(): void {
    this.isHealing = true;
    Object.assign(this.faults, noFaults());
    this.trace.say('world', () => '-- healing');
    relinkAll(this);
    const apart = this.nodes.filter((node) => isKeptApart(this, node)).map(({ uplink }) => uplink);
    for (const link of this.links) if (!apart.includes(link)) link.heal();
    for (const node of this.nodes) mend(node);
    this.settle('after healing');
  }

  /** Runs until nothing is written any more and everybody has an answer. */
  settle(when: string): void {
    const untilMs = this.timeline.nowMs + HEAL_MS_MAX;
    this.#lastDurableAtMs = this.timeline.nowMs;
    let downAtMs = this.timeline.nowMs;
    for (;;) {
      // Who is linked last has yet to say what it wrote (seed 16004687).
      if (!this.links.every((link) => link.isUp)) downAtMs = this.timeline.nowMs;
      const isQuiet = this.timeline.nowMs - Math.max(this.#lastDurableAtMs, downAtMs) > QUIET_MS;
      // A machine that was put back is found open only while none of its turns is under way (seed 13007948).
      const isIdle = this.nodes.every((node) => !node.isRunning || node.isIdle);
      if (isQuiet && isIdle && this.clients.open.size === 0) return;
      if (this.timeline.nowMs > untilMs) {
        const open = [...this.clients.open].map(({ node, command }) => `${command.id} at ${node.name}`);
        const down = this.links.filter((link) => !link.isUp).map(({ name }) => name);
        throw new Violation(
          'liveness',
          `${when} there is no rest: ${isQuiet ? 'quiet' : 'still writing'}, unanswered ${open.join(', ')}, links down ${down.join(', ')}`,
        );
      }
      this.runFor(100);
    }
  }

  anyone(): SimNode {
    const node = ready(this.scene);
    if (node === undefined) throw new Violation('liveness', 'nobody is up after healing');
    return node;
  }
}
