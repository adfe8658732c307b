/**
 * Node: one machine with one replica on it. It boots, crashes, loses power, sleeps, runs
 * out of disk, and is put back; what it does in between is `turn.ts`.
 */
import {
  type Command,
  type Now,
  noteLostLife,
  type Out,
  type Replica,
  type ReplicaSettings,
  refuse,
  type Tools,
  type WriterId,
} from '@tallystick/crdt';
import type { Frame } from '@tallystick/crdt/wire';
import { Askers, type OnAnswer } from './askers.ts';
import { MachineClock } from './clock.ts';
import type { Commit, SimDisk } from './disk.ts';
import { checkPutBack } from './memory-check.ts';
import type { Connection, Link, LinkEnd } from './network.ts';
import { NodeLinks } from './node-links.ts';
import type { NodePorts } from './node-ports.ts';
import { RELEASE, type Release } from './release.ts';
import { sha256 } from './sha256.ts';
import { type Machine, type Stage, Turns } from './turn.ts';
import { diskFor } from './turn-log-disk.ts';
import { SimWitness } from './witness.ts';

/** The store agent tries a disk that failed again so often. */
const RECOVER_MS = 1_000;

type Shut = 'no' | 'until its parent' | 'until a child';

export class SimNode implements LinkEnd, Machine {
  readonly settings: ReplicaSettings;
  readonly clock: MachineClock;
  disk: SimDisk;
  isDiskFull = false;
  /** Somebody works on it: nobody else starts it. */
  isHeld = false;
  /** Which versions of the link it speaks. */
  release: Release = RELEASE;
  readonly #ports: NodePorts;
  readonly #tools: Tools;
  readonly links: NodeLinks;
  readonly #askers = new Askers();
  readonly #turns: Turns;
  #replica: Replica | undefined;
  /** D3: its disk failed, and it only reads until that works again. */
  #isReadOnly = false;
  #boot = 0;
  witness = new SimWitness();
  #barred: WriterId | null = null;
  /** The life of an image that was put back by the command that always begins a new writer. */
  #restored: WriterId | null = null;
  /** Put back as a whole: nobody is served before it has met a peer. */
  #shut: Shut = 'no';
  #life: WriterId | null = null;
  /** Its books were put back to that life and it does not know: only this child can tell, and meets it first. */
  #unaware: { readonly life: WriterId | null; readonly child: string } | undefined;

  constructor(settings: ReplicaSettings, ports: NodePorts, disk?: SimDisk) {
    this.settings = settings;
    this.disk = disk ?? diskFor(settings.kind);
    this.#ports = ports;
    const { timeline, prng, directory } = ports;
    this.clock = new MachineClock(timeline, prng, ports.clockRate);
    this.#tools = { sha256, nonce: () => prng.hex(32), directory };
    this.links = new NodeLinks({
      settings,
      prng,
      release: () => this.release,
      input: (run) => this.run(run),
      frame: (from, connection, frame) => this.#push({ kind: 'frame', from, connection, frame }),
      hangUp: (message) => ports.hangUp(this, message),
      superseded: () => ports.superseded(this),
      refused: () => ports.trace.saw('a session refused for its version'),
    });
    this.#turns = new Turns({
      machine: this,
      ports,
      clock: this.clock,
      links: this.links,
      askers: this.#askers,
      out: (out, isStruck) => this.#deliver(out, isStruck),
    });
  }

  get name(): string {
    return this.settings.replica;
  }

  get isRunning(): boolean {
    return this.#replica !== undefined;
  }

  get #isAlive(): boolean {
    return this.#replica?.ledger.hasLife === true && this.disk.self !== this.#barred;
  }

  get isListening(): boolean {
    if (this.#isReadOnly || this.#turns.isAsleep || !this.#isAlive) return false;
    return !(this.#isShut && this.#shut === 'until its parent');
  }

  /** Do people find it open? One that cannot write says so. */
  get isServing(): boolean {
    return this.#isAlive && !this.#isShut;
  }

  get #isShut(): boolean {
    // A turn that may fail yet can have written a life that is not to be, or opened a link for it by a welcome that came twice.
    const isMet = this.#shut === 'until its parent' && this.#replica?.uplink.isOpen === true;
    if (this.isIdle && (isMet || this.disk.self !== this.#life)) this.#shut = 'no';
    return this.#shut !== 'no';
  }

  get isAsleep(): boolean {
    return this.#turns.isAsleep;
  }

  get isIdle(): boolean {
    return this.isRunning && !this.#isReadOnly && this.#turns.isIdle;
  }

  /** An operator may act here: it is not about to find out that it is the past. */
  get isInCharge(): boolean {
    return this.isListening && this.awaits === undefined;
  }

  /** The child that alone can tell it. A power cut may take the word of a new life, and never that life once it is on disk. */
  get awaits(): string | undefined {
    return this.#unaware?.life === this.disk.self ? this.#unaware?.child : undefined;
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
    const ticket = this.#askers.add(onAnswer);
    if (!this.#isReadOnly) return this.#push({ kind: 'command', ticket, command });
    this.#ports.timeline.after(0, () => this.#askers.answer(ticket, readOnly()));
  }

  #push(input: Parameters<Turns['push']>[0]): void {
    if (this.isRunning && !this.#isReadOnly) this.#turns.push(input);
  }

  /** Runs something in the next turn, as an operator's tool does. */
  run(run: (replica: Replica, now: Now) => void): void {
    this.#push({ kind: 'run', run });
  }

  // Up and down.

  start(): void {
    if (this.#replica !== undefined || this.isHeld) return;
    this.clock.boot();
    this.#open();
    if (this.settings.kind !== 'authority') this.uplink?.connect();
  }

  /** The replica as the disk has it. Where that is the past, it goes on as a new writer (F1). */
  #open(): void {
    this.#ports.restarting(this);
    this.#replica = this.disk.open(this.settings, this.#tools);
    this.#isReadOnly = false;
    this.#turns.begin();
    if (this.isPast && this.witness.isOfAnother(this.disk)) this.#ports.superseded(this);
    if (this.isPast) this.run((replica, now) => this.#beginAnew(replica, now));
    this.run((replica) => replica.moving.registryChanged());
    if (this.settings.kind === 'authority') this.run((replica, now) => replica.beginLife(null, now));
  }

  /** The journal is older than what this machine has said already, or was put back by its operator. */
  get isPast(): boolean {
    const wasRestored = this.#restored !== null && this.#restored === this.disk.self;
    return wasRestored || this.witness.isAheadOf(this.disk);
  }

  /** As `put-back.ts` of the server does it: also a life that the books never heard of has an account (F6). */
  #beginAnew(replica: Replica, now: Now): void {
    noteLostLife(replica.ledger, this.witness.writer);
    replica.becomeNewWriter('rollback', now);
    this.#ports.trace.saw('a restored replica went on as a new writer');
  }

  /** The whole machine is an earlier one, its witness too: only a peer can tell (F1); a child `ahead` meets it first. */
  putBackMachine(image: SimDisk, shut: Shut = 'no', ahead?: SimNode): void {
    this.disk = image;
    image.takePlace('with its machine');
    this.witness = new SimWitness();
    this.#shut = shut;
    this.#life = image.self;
    this.#unaware = ahead && { life: image.self, child: ahead.name };
  }

  /** Nobody sells there in the name of this life any more: its operator has said so; null takes that back. */
  bar(life: WriterId | null): void {
    this.#barred = life;
  }

  /** While the machine is down: its database file is an earlier one from here on. */
  putBackImage(image: SimDisk, isByCommand: boolean): void {
    this.disk = image;
    image.takePlace(isByCommand ? 'by command' : 'alone');
    this.#restored = isByCommand ? image.self : null;
  }

  /** The process dies at once, wherever its turn stands. */
  crash(): void {
    if (this.#replica === undefined) return;
    this.#replica = undefined;
    this.#isReadOnly = false;
    this.#boot += 1;
    this.#turns.end();
    this.links.dropAll();
    this.#askers.dropAll();
    this.durable(this.disk.fsync());
  }

  restart(): void {
    this.crash();
    this.start();
  }

  /** As a crash, and what was not fsynced may be gone. */
  powerCut(): void {
    if (this.#replica === undefined) return;
    this.#losePart();
    this.crash();
  }

  #losePart(): void {
    const { prng, trace, faults } = this.#ports;
    const unsynced = this.disk.unsyncedCount;
    const kept = prng.below(unsynced + 1);
    if (kept < unsynced) trace.saw('un-fsynced turn lost');
    const isTorn = faults.tornWrite > 0 && kept < unsynced && prng.chance(faults.tornWrite);
    if (isTorn) trace.fault('last write torn', this.name);
    this.durable(this.disk.powerCut(kept, isTorn));
  }

  /**
   * D3, as `engine.ts` and `agent.ts` of the store agent do it: whoever waits is told, links end,
   * and the replica is made anew from the disk when that can be written again.
   */
  diskFailed(how: 'full' | 'broken'): void {
    const { trace } = this.#ports;
    this.#turns.end();
    this.replica.putBack();
    if (how === 'full') {
      trace.fault('commit on a full disk', this.name);
      checkPutBack(this.name, this.replica, this.disk);
    } else this.#losePart();
    this.#isReadOnly = true;
    this.links.dropAll();
    this.#askers.answerAll(readOnly());
    this.#recoverLater();
  }

  #recoverLater(): void {
    const boot = this.#boot;
    this.#ports.timeline.after(RECOVER_MS, () => {
      if (boot !== this.#boot || !this.#isReadOnly) return;
      if (this.isDiskFull) return this.#recoverLater();
      this.#open();
      this.#ports.trace.saw('a shop that could not write went on');
    });
  }

  /** The wall clock goes on, the machine and its monotonic clock stand still. */
  suspend(): void {
    if (!this.isRunning || this.#turns.isAsleep) return;
    this.clock.sleep();
    this.#turns.suspend();
  }

  resume(): void {
    this.clock.wake();
    this.#turns.resume();
  }

  /** The next turn that comes to this stage is struck there. */
  doom(stage: Stage, strike: () => void): void {
    this.#turns.doom(stage, strike);
  }

  durable(commits: readonly Commit[]): void {
    this.#ports.durable(this, commits);
  }

  fsync(): void {
    this.durable(this.disk.fsync());
    this.witness.note(this.disk, this.#replica);
  }

  // What the network tells.

  opened(connection: Connection): void {
    if (this.awaits !== undefined && connection.link.name !== this.awaits) return connection.close('parent');
    this.links.challenge(connection, this.replica);
  }

  /** What comes to a machine that sleeps is gone before it wakes. */
  arrived(connection: Connection, frame: Frame): void {
    if (this.isRunning && !this.#isReadOnly && !this.#turns.isAsleep) this.links.arrived(connection, frame);
  }

  closed(connection: Connection): void {
    if (this.isRunning) this.links.closed(connection);
  }

  #deliver(out: Out, isStruck: () => boolean): void {
    const { trace } = this.#ports;
    if (out.newLife !== undefined && this.#unaware !== undefined) {
      trace.saw('authority put back, a child ahead found');
      this.#unaware = undefined;
    }
    for (const { ticket, answer } of out.answers) {
      if (!answer.ok && answer.items !== undefined) {
        this.#ports.shortage(
          this,
          answer.items.map(({ pool }) => pool),
        );
      }
      if (answer.ok && this.links.isRefused && answer.entry.body.type === 'sold')
        trace.saw('sold on while refused a session');
      if (this.#askers.answer(ticket, answer) && answer.ok) trace.saw('waiting command served');
    }
    for (const [i, { to, frame }] of out.frames.entries()) {
      if (i === Math.floor(out.frames.length / 2) && isStruck()) return;
      this.#ports.leaving(this, frame);
      this.links.send(to, frame);
    }
    for (const { peer, message } of out.hangUps) this.links.hangUp(peer, message);
  }
}

function readOnly() {
  return refuse('read_only', 'The disk could not be written.');
}
