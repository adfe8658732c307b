/**
 * World: a few replicas in memory whose frames are passed by hand.
 *
 *   const { world, hq, berlin } = shop();       // an authority and a shop, linked
 *   berlin.do(sell('o1', { lamp: 2 }));         // one command, one turn, its answer
 *   world.mail                                  // what is on its way: drop, double, reorder it
 *   world.calm();                               // deliver until nobody has anything to say
 *
 * Every frame goes through its byte form. Time stands still unless `world.pass` moves it.
 */
import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { ReplicaKind } from '../entry/entry.ts';
import type { Opened } from '../hub/hub-events.ts';
import {
  type LocationId,
  type PoolId,
  poolId,
  type ReplicaId,
  replicaOf,
  type Sku,
  type WriterId,
} from '../ids.ts';
import { free } from '../tally/row.ts';
import { decodeFrame, encodeFrame } from '../wire/frame-codec.ts';
import type { Frame, FrameKind, Hello, LevelItem, StockFrame } from '../wire/frames.ts';
import type { Answer, Command } from './command.ts';
import type { Directory } from './directory.ts';
import { hastySettings } from './hasty-settings.test-kit.ts';
import type { Now } from './ledger.ts';
import { differentMemory } from './memory.test-kit.ts';
import { MemoryJournal } from './memory-journal.test-kit.ts';
import { type Out, PARENT } from './out.ts';
import { Replica } from './replica.ts';
import { checkRest } from './rest.test-kit.ts';
import type { ReplicaSettings } from './settings.ts';
import { differentSums } from './sums.test-kit.ts';

export interface Letter {
  readonly from: ReplicaId;
  readonly to: ReplicaId;
  readonly frame: Frame;
}

export const NOON = 1_767_607_200_000;
const PROTOCOL = { protocol: 1, channels: [{ name: 'stock', version: 1 }] };

export function sha256(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(bytes).digest());
}

export class World {
  now: Now = { wallMs: NOON, monotonicMs: 10_000, bootId: '0b'.repeat(16) };
  readonly nodes = new Map<ReplicaId, Node>();
  /** Frames on their way, oldest first. */
  mail: Letter[] = [];
  /** Each turn is decided, put back because its commit failed, and decided once more. */
  failsEachCommitOnce = false;
  /** False where somebody lies: it is held against `rest.test-kit.ts` when its test ends. */
  comesToRest = true;
  #nonce = 0;

  readonly directory: Directory = {
    keeperOf: (location) =>
      this.nodes.has(location as string as ReplicaId) ? (location as string as ReplicaId) : undefined,
    isShared: (location) => this.nodes.get(location as string as ReplicaId)?.settings.kind === 'warehouse',
    parentOf: (replica) => this.registry.get(replica),
  };
  /** Whose child everybody is; empty until somebody is given another parent. */
  readonly registry = new Map<ReplicaId, ReplicaId>();

  /** The authority gives a replica another parent, and everybody hears of it; the link is its operator's. */
  give(child: Node, parent: Node): void {
    for (const { id, parent: known } of this.nodes.values())
      if (known !== undefined && !this.registry.has(id)) this.registry.set(id, known.id);
    this.registry.set(child.id, parent.id);
    for (const node of this.nodes.values())
      if (node.isRunning) node.turn((self) => self.moving.registryChanged());
    child.isHungUp = false;
    this.rejoin();
  }

  /** Whoever was hung up on comes back, as hosts do. */
  rejoin(): void {
    this.calm();
    for (const node of this.nodes.values()) {
      if (!node.isHungUp || !node.isRunning) continue;
      node.isHungUp = false;
      node.link();
      this.calm();
    }
    if ([...this.nodes.values()].some((node) => node.isHungUp && node.isRunning)) this.rejoin();
  }

  add(name: string, kind: ReplicaKind, parent?: Node, change: Partial<ReplicaSettings> = {}): Node {
    const replica = name as ReplicaId;
    const node = new Node(this, { ...hastySettings(replica, kind), ...change }, parent);
    this.nodes.set(replica, node);
    node.turn((self, now) => self.beginLife(parent?.self ?? null, now));
    if (parent !== undefined) node.link();
    this.calm();
    return node;
  }

  constructor() {
    onTestFinished(() => checkRest(this));
  }

  nonce(): string {
    this.#nonce += 1;
    return this.#nonce.toString(16).padStart(32, '0');
  }

  pass(ms: number): void {
    this.now = { ...this.now, wallMs: this.now.wallMs + ms, monotonicMs: this.now.monotonicMs + ms };
  }

  /** Takes the frames of these kinds off their way. */
  intercept(...kinds: FrameKind[]): Letter[] {
    const taken = this.mail.filter(({ frame }) => kinds.includes(frame.kind));
    this.mail = this.mail.filter((letter) => !taken.includes(letter));
    return taken;
  }

  deliver({ from, to, frame }: Letter): Out | undefined {
    return this.nodes.get(to)?.hear(from, decodeFrame(encodeFrame(frame)));
  }

  /** Delivers what is on its way, and what comes of it, until nobody has anything to say. */
  calm(roundsMax = 200): void {
    for (let round = 0; round < roundsMax; round += 1) {
      const letter = this.mail.shift();
      if (letter !== undefined) this.deliver(letter);
      else if (![...this.nodes.values()].some((node) => node.isRunning && node.turnIfDue())) {
        for (const node of this.nodes.values()) if (node.isRunning) node.checkMemory();
        return;
      }
    }
    throw new Error('It does not come to rest.');
  }

  /** Lets time pass in steps, so that what is due again is sent again. */
  calmFor(ms: number, stepMs = 500): void {
    for (let passed = 0; passed < ms; passed += stepMs) {
      this.pass(stepMs);
      for (const node of this.nodes.values()) if (node.isRunning) node.turn();
      this.calm();
    }
  }
}

export class Node {
  readonly world: World;
  readonly settings: ReplicaSettings;
  parent: Node | undefined;
  journal = new MemoryJournal();
  replica: Replica;
  isRunning = true;
  /** Its link was ended by the word of a replica: a host comes back by itself. */
  isHungUp = false;
  readonly answers = new Map<number, Answer>();
  /** Tickets of this run that have no answer yet. */
  readonly waiting = new Set<number>();
  readonly hangUps: string[] = [];
  /** What it was told of all pools, by the last word on each. */
  readonly levels = new Map<PoolId, LevelItem>();
  #ticket = 0;

  constructor(world: World, settings: ReplicaSettings, parent: Node | undefined) {
    this.world = world;
    this.settings = settings;
    this.parent = parent;
    this.replica = this.#open();
  }

  #open(): Replica {
    const { world } = this;
    return new Replica(this.settings, this.journal.load(), this.journal, {
      sha256,
      nonce: () => world.nonce(),
      directory: world.directory,
    });
  }

  get id(): ReplicaId {
    return this.settings.replica;
  }

  get self(): WriterId {
    return this.replica.ledger.self.writer;
  }

  /** One turn: what is done in it, its commit, and then what leaves. */
  turn(act: (self: Replica, now: Now) => void = () => {}): Out {
    const { now } = this.world;
    if (this.world.failsEachCommitOnce) this.#fail(act, now);
    act(this.replica, now);
    const writes = this.replica.endTurn(now);
    if (writes !== undefined) this.journal.commit(writes);
    const out = this.replica.keep(now);
    this.#check([...differentSums(this.replica), ...differentMemory(this.replica.ledger, this.journal)]);
    for (const { ticket, answer } of out.answers) {
      this.answers.set(ticket, answer);
      this.waiting.delete(ticket);
    }
    for (const { to, frame } of out.frames) {
      this.world.mail.push({ from: this.id, to: to === PARENT ? (this.parent as Node).id : to, frame });
    }
    for (const { peer, message } of out.hangUps) {
      this.hangUps.push(message);
      const child = peer === PARENT ? this : this.world.nodes.get(peer);
      child?.cut();
      if (child !== undefined) child.isHungUp = true;
    }
    return out;
  }

  #fail(act: (self: Replica, now: Now) => void, now: Now): void {
    act(this.replica, now);
    this.replica.endTurn(now);
    this.replica.putBack();
    this.#check(differentSums(this.replica));
    this.checkMemory();
  }

  /** Memory must say what the disk says. Looked at when a world is at rest: it reads the whole journal. */
  checkMemory(): void {
    this.#check(differentMemory(this.replica.ledger, this.journal));
  }

  #check(wrong: readonly string[]): void {
    if (wrong.length > 0)
      throw new Error(`Memory of ${this.id} is not what its rows and its disk say: ${wrong}`);
  }

  turnIfDue(): boolean {
    const at = this.replica.wakeAtMs(this.world.now);
    if (at === undefined || at > this.world.now.monotonicMs) return false;
    this.turn();
    return this.world.mail.length > 0;
  }

  /** Runs a command. @returns its ticket; the answer is in `answers` once there is one. */
  ask(command: Command): number {
    this.#ticket += 1;
    const ticket = this.#ticket;
    this.waiting.add(ticket);
    this.turn((self, now) => self.execute(ticket, command, now));
    return ticket;
  }

  /** Runs a command that does not wait. */
  do(command: Command): Answer {
    const answer = this.answers.get(this.ask(command));
    if (answer === undefined) throw new Error('The command waits.');
    return answer;
  }

  hear(from: ReplicaId, frame: Frame): Out {
    const isParent = from === this.parent?.id;
    return this.turn((self, now) => {
      if (frame.kind === 'levels') for (const item of frame.items) this.levels.set(item.pool, item);
      if (frame.kind === 'welcome') self.linkUp(frame, now);
      else self.frame(isParent ? PARENT : from, frame as StockFrame, now);
    });
  }

  hello(change: Partial<Hello> = {}): Hello {
    return {
      kind: 'hello',
      protocol: { min: 1, max: 1 },
      channels: [{ name: 'stock', min: 1, max: 1 }],
      replicaKind: this.settings.kind,
      wantsLevels: this.parent?.settings.keepsLevels ?? false,
      catalogueVersion: 0,
      signature: new Uint8Array(0),
      ...this.replica.uplink.hello(),
      ...change,
    };
  }

  /** Says hello to the parent; the welcome is then on its way. */
  link(change: Partial<Hello> = {}): Opened {
    const parent = this.parent as Node;
    const hello = this.hello(change);
    let opened: Opened | undefined;
    parent.turn((self, now) => {
      opened = self.childUp(hello, PROTOCOL, now);
    });
    return opened as Opened;
  }

  /** The link to the parent goes, with all that was on it. */
  cut(): void {
    const { world, parent } = this;
    world.mail = world.mail.filter(({ from, to }) => !isPair(from, to, this.id, parent?.id));
    this.turn((self, now) => self.linkDown(now));
    parent?.turn((self) => self.childDown(this.id));
  }

  /** The process starts again on this journal. */
  restart(journal: MemoryJournal = this.journal): void {
    this.journal = journal;
    this.replica = this.#open();
    this.waiting.clear();
    this.isRunning = true;
  }

  free(sku: string, location = 'berlin', writer: WriterId = this.self): number {
    return free(this.row(sku, location, writer));
  }

  row(sku: string, location = 'berlin', writer: WriterId = this.self) {
    const stream = this.replica.ledger.streams.get(writer);
    if (stream === undefined) throw new Error(`${writer} is not known at ${this.id}.`);
    return stream.row(pool(sku, location));
  }

  fenceOf(writer: WriterId): string | undefined {
    return this.replica.ledger.streams.get(writer)?.head.fence?.reason;
  }

  /** The types of all entries in the journal, as `replica:type`, in durable order. */
  get history(): string[] {
    return this.journal.entries.map(({ entry }) => `${replicaOf(entry.writer)}:${entry.body.type}`);
  }
}

function isPair(from: ReplicaId, to: ReplicaId, a: ReplicaId, b: ReplicaId | undefined): boolean {
  return (from === a && to === b) || (from === b && to === a);
}

export function pool(sku: string, location = 'berlin'): PoolId {
  return poolId(sku as Sku, location as LocationId);
}

/** An authority, a shop that keeps its own goods, and a till in it; the shop begins with these units. */
export function shop(units: Readonly<Record<string, number>> = {}, change: Partial<ReplicaSettings> = {}) {
  const world = new World();
  const hq = world.add('hq', 'authority');
  const berlin = world.add('berlin', 'store', hq, change);
  const till = world.add('till', 'terminal', berlin, change);
  if (Object.keys(units).length > 0) {
    const lines = Object.entries(units).map(([sku, n]) => ({ pool: pool(sku), n }));
    berlin.do({ type: 'receive', id: 'first-delivery', actor: 'keeper:1', cause: 'delivery', lines });
    world.calm();
  }
  return { world, hq, berlin, till };
}
