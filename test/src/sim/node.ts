/**
 * Node: one machine with one replica on it. Its turn is the turn of every host:
 *
 *   inputs → execute, frame → endTurn → commit → fsync → keep → answers and frames out
 *
 * with time between the steps, so that a crash or a power cut can fall between any two.
 */
import {
  type Command,
  type Now,
  type Out,
  type Peer,
  Replica,
  type ReplicaSettings,
  refuse,
  type Tools,
  type WriterId,
  type Writes,
} from '@tallystick/crdt';
import type { Frame, StockFrame } from '@tallystick/crdt/wire';
import { Askers, type OnAnswer } from './askers.ts';
import { MachineClock } from './clock.ts';
import { SimDisk } from './disk.ts';
import type { Connection, Link, LinkEnd } from './network.ts';
import { NodeLinks } from './node-links.ts';
import type { NodePorts } from './node-ports.ts';
import { notice } from './notice.ts';
import { sha256 } from './sha256.ts';
import { SimWitness } from './witness.ts';

type Input =
  | { readonly kind: 'command'; readonly ticket: number; readonly command: Command }
  | {
      readonly kind: 'frame';
      readonly from: Peer;
      readonly connection: Connection;
      readonly frame: StockFrame;
    }
  | { readonly kind: 'run'; readonly run: (replica: Replica, now: Now) => void };

/** Where a turn may be struck: between any two of its steps, and between two of its frames. */
export const STAGES = ['decided', 'committed', 'fsynced', 'half out', 'out'] as const;
type Stage = (typeof STAGES)[number];

export class SimNode implements LinkEnd {
  readonly settings: ReplicaSettings;
  disk = new SimDisk();
  readonly #ports: NodePorts;
  readonly #clock: MachineClock;
  readonly #tools: Tools;
  readonly links: NodeLinks;
  readonly #askers = new Askers();
  #replica: Replica | undefined;
  #queue: Input[] = [];
  #turn: 'idle' | 'planned' | 'running' = 'idle';
  /** Counts boots: what an earlier boot planned happens to nobody. */
  #boot = 0;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #doom: { readonly stage: Stage; readonly strike: () => void } | undefined;
  #witness = new SimWitness();
  #barred: WriterId | null = null;
  /** The image was put back by the command that always begins a new writer. */
  #isRestored = false;

  constructor(settings: ReplicaSettings, ports: NodePorts) {
    this.settings = settings;
    this.#ports = ports;
    this.#clock = new MachineClock(ports.timeline, ports.prng);
    this.#tools = { sha256, nonce: () => ports.prng.hex(32), directory: ports.directory };
    this.links = new NodeLinks({
      settings,
      prng: ports.prng,
      input: (run) => this.#push({ kind: 'run', run }),
      frame: (from, connection, frame) => this.#push({ kind: 'frame', from, connection, frame }),
      hangUp: (message) => ports.hangUp(this, message),
    });
  }

  get name(): string {
    return this.settings.replica;
  }

  get isRunning(): boolean {
    return this.#replica !== undefined;
  }

  get isListening(): boolean {
    return this.#replica?.ledger.hasLife === true && this.disk.self !== this.#barred;
  }

  /** An operator may act here: it is not about to find out that it is the past. */
  get isInCharge(): boolean {
    return this.isListening && this.links.onlyChild === undefined;
  }

  /** The replica of a machine that runs; checkers look, nobody else. */
  get replica(): Replica {
    if (this.#replica === undefined) throw new Error(`${this.name} is down.`);
    return this.#replica;
  }

  get uplink(): Link | undefined {
    return this.links.uplink;
  }

  submit(command: Command, onAnswer: OnAnswer): void {
    this.#push({ kind: 'command', ticket: this.#askers.add(onAnswer), command });
  }

  // Up and down.

  start(): void {
    if (this.#replica !== undefined) return;
    this.#ports.restarting(this);
    this.#clock.boot();
    this.#replica = new Replica(this.settings, this.disk.stored(), this.disk, this.#tools);
    this.#turn = 'idle';
    if (this.isPast) this.#push({ kind: 'run', run: (replica, now) => this.#beginAnew(replica, now) });
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    if (this.settings.kind === 'authority') {
      this.#push({ kind: 'run', run: (replica, now) => replica.beginLife(null, now) });
    } else {
      this.uplink?.connect();
    }
    this.#schedule();
  }

  /** The journal is older than what this machine has said already, or was put back by its operator. */
  get isPast(): boolean {
    return this.#isRestored || this.#witness.isAheadOf(this.disk);
  }

  #beginAnew(replica: Replica, now: Now): void {
    replica.becomeNewWriter('rollback', now);
    this.#isRestored = false;
    this.#ports.trace.saw('a restored replica went on as a new writer');
  }

  /** The whole machine is an earlier one, its witness too: only a peer can tell (F1). */
  putBackMachine(image: SimDisk): void {
    this.disk = image;
    this.#witness = new SimWitness();
  }

  /** Nobody sells there in the name of this life any more: its operator has said so. */
  bar(life: WriterId): void {
    this.#barred = life;
  }

  /** Runs something in the next turn, as an operator's tool does. */
  run(run: (replica: Replica, now: Now) => void): void {
    this.#push({ kind: 'run', run });
  }

  /** While the machine is down: its database file is an earlier one from here on. */
  putBackImage(image: SimDisk, isByCommand: boolean): void {
    this.disk = image;
    this.#isRestored = isByCommand;
  }

  /** The process dies at once, wherever its turn stands. */
  crash(): void {
    if (this.#replica === undefined) return;
    this.#replica = undefined;
    this.#boot += 1;
    this.#queue = [];
    this.links.dropAll();
    this.#askers.dropAll();
    this.#ports.durable(this, this.disk.fsync());
  }

  /** As a crash, and what was not fsynced may be gone. */
  powerCut(): void {
    if (this.#replica === undefined) return;
    const { prng, trace } = this.#ports;
    const unsynced = this.disk.unsyncedCount;
    const kept = prng.below(unsynced + 1);
    if (kept < unsynced) trace.saw('un-fsynced turn lost');
    this.#ports.durable(this, this.disk.powerCut(kept));
    this.crash();
  }

  /** The next turn that comes to this stage is struck there. */
  doom(stage: Stage, strike: () => void): void {
    this.#doom = { stage, strike };
  }

  /** @returns true when the machine went down here. */
  #isStruck(stage: Stage): boolean {
    const doom = this.#doom;
    if (doom?.stage !== stage) return false;
    this.#doom = undefined;
    doom.strike();
    return this.#replica === undefined;
  }

  // What the network tells.

  opened(connection: Connection): void {
    this.links.challenge(connection, this.replica);
  }

  arrived(connection: Connection, frame: Frame): void {
    if (this.isRunning) this.links.arrived(connection, frame);
  }

  closed(connection: Connection): void {
    if (this.isRunning) this.links.closed(connection);
  }

  // The turn.

  #push(input: Input): void {
    this.#queue.push(input);
    this.#schedule();
  }

  /** Does something later, unless the machine went down in between. */
  #later(delayMs: number, run: () => void): void {
    const boot = this.#boot;
    this.#ports.timeline.after(delayMs, () => {
      if (boot === this.#boot) run();
    });
  }

  #schedule(): void {
    if (this.#turn !== 'idle' || this.#replica === undefined) return;
    this.#turn = 'planned';
    this.#later(this.#ports.prng.spanMs(0, 1), () => {
      this.#turn = 'running';
      const inputs = this.#queue;
      this.#queue = [];
      this.#attempt(inputs);
    });
  }

  #attempt(inputs: readonly Input[]): void {
    const { prng, faults, trace } = this.#ports;
    const { replica } = this;
    const now = this.#clock.now();
    for (const input of inputs) this.#apply(replica, input, now);
    const writes = replica.endTurn(now);
    trace.event('turn', this.name, inputs.length);
    if (writes === undefined) return this.#letOut();
    if (this.#isStruck('decided')) return;
    if (prng.chance(faults.commitFails)) return this.#commitFailed(inputs);
    this.#commit(writes);
  }

  #apply(replica: Replica, input: Input, now: Now): void {
    switch (input.kind) {
      case 'command':
        this.#askers.decide(input.ticket);
        replica.execute(input.ticket, input.command, now);
        return;
      case 'frame':
        if (!this.links.isCurrent(input.from, input.connection)) return;
        notice(this.#ports.trace, replica, input.from, input.frame);
        replica.frame(input.from, input.frame, now);
        return;
      case 'run':
        input.run(replica, now);
        return;
      default:
        input satisfies never;
    }
  }

  /**
   * D3, D4: memory goes back to what is on disk. Then a host may decide the turn afresh,
   * or tell whoever asked and let frames be sent again, or start over from the disk.
   */
  #commitFailed(inputs: readonly Input[]): void {
    const { prng, trace } = this.#ports;
    trace.fault('commit failed', this.name);
    this.replica.putBack();
    this.#askers.putBack();
    const how = prng.pick(['again', 'dropped', 'restart'] as const);
    if (how === 'restart') {
      this.crash();
      this.start();
      return;
    }
    if (how === 'dropped') {
      const refusal = refuse('read_only', 'The disk could not be written.');
      for (const input of inputs) if (input.kind === 'command') this.#askers.answer(input.ticket, refusal);
    }
    const left = how === 'dropped' ? inputs.filter(({ kind }) => kind === 'run') : inputs;
    this.#later(prng.spanMs(0, 20), () => this.#attempt(left));
  }

  #commit(writes: Writes): void {
    const { prng, faults } = this.#ports;
    this.disk.commit(writes);
    if (this.#isStruck('committed')) return;
    const fsyncMs = prng.chance(faults.slowFsync) ? prng.spanMs(20, 500) : prng.spanMs(0.25, 3);
    this.#later(fsyncMs, () => {
      this.#ports.durable(this, this.disk.fsync());
      this.#witness.note(this.disk);
      if (this.#isStruck('fsynced')) return;
      this.#later(prng.spanMs(0, 0.5), () => this.#letOut());
    });
  }

  #letOut(): void {
    this.#deliver(this.replica.keep(this.#clock.now()));
    if (this.#replica === undefined || this.#isStruck('out')) return;
    this.#askers.endTurn();
    this.#turn = 'idle';
    if (this.#queue.length > 0) this.#schedule();
    else this.#planWake();
  }

  #deliver(out: Out): void {
    if (out.newLife !== undefined) this.links.newLife(this.#ports.trace);
    for (const { ticket, answer } of out.answers) {
      if (!answer.ok && answer.items !== undefined) {
        this.#ports.shortage(
          this,
          answer.items.map(({ pool }) => pool),
        );
      }
      if (this.#askers.answer(ticket, answer) && answer.ok) this.#ports.trace.saw('waiting command served');
    }
    for (const [i, { to, frame }] of out.frames.entries()) {
      if (i === Math.floor(out.frames.length / 2) && this.#isStruck('half out')) return;
      this.#ports.leaving(this, frame);
      this.links.send(to, frame);
    }
    for (const { peer, message } of out.hangUps) this.links.hangUp(peer, message);
  }

  /** Timers wake a little late, as everywhere. */
  #planWake(): void {
    const now = this.#clock.now();
    const at = this.replica.wakeAtMs(now);
    if (at === undefined) return;
    const { timeline } = this.#ports;
    const atMs = timeline.nowMs + Math.max(0, at - now.monotonicMs) + 1;
    if (this.#wakeAtMs > timeline.nowMs && this.#wakeAtMs <= atMs) return;
    this.#wakeAtMs = atMs;
    this.#later(atMs - timeline.nowMs, () => {
      if (this.#wakeAtMs === atMs) {
        this.#wakeAtMs = Number.POSITIVE_INFINITY;
        this.#schedule();
      }
    });
  }
}
