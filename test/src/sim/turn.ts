/**
 * Turn: the loop around a replica, as every host has one:
 *
 *   inputs → execute, frame → endTurn → commit → fsync → keep → answers and frames out
 *
 * with time between the steps, so that a crash or a power cut can fall between any two.
 */
import {
  type Command,
  lookAhead,
  type Now,
  type Out,
  type Peer,
  type Replica,
  refuse,
  type Writes,
} from '@tallystick/crdt';
import type { StockFrame } from '@tallystick/crdt/wire';
import type { Askers } from './askers.ts';
import type { MachineClock } from './clock.ts';
import type { SimDisk } from './disk.ts';
import { checkPutBack } from './memory-check.ts';
import type { Connection } from './network.ts';
import type { NodeLinks } from './node-links.ts';
import type { NodePorts } from './node-ports.ts';
import { notice } from './notice.ts';

export type Input =
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
export type Stage = (typeof STAGES)[number];

/** The machine under the loop. */
export interface Machine {
  readonly name: string;
  readonly isRunning: boolean;
  readonly isDiskFull: boolean;
  readonly replica: Replica;
  readonly disk: SimDisk;
  /** What was committed can no longer be lost. */
  fsync(): void;
  /** The process is started anew. */
  restart(): void;
  /** D3: the disk could not be written; nothing is decided until it was opened anew and read. */
  diskFailed(how: 'full' | 'broken'): void;
}

export interface TurnParts {
  readonly machine: Machine;
  readonly ports: NodePorts;
  readonly clock: MachineClock;
  readonly links: NodeLinks;
  readonly askers: Askers;
  out(out: Out, isStruck: () => boolean): void;
}

export class Turns {
  readonly #parts: TurnParts;
  #queue: Input[] = [];
  #turn: 'idle' | 'planned' | 'running' = 'idle';
  /** Counts boots: what an earlier boot planned happens to nobody. */
  #boot = 0;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #doom: { readonly stage: Stage; readonly strike: () => void } | undefined;
  /** What fell due while the machine was suspended. */
  #asleep: (() => void)[] | undefined;

  constructor(parts: TurnParts) {
    this.#parts = parts;
  }

  get isIdle(): boolean {
    return this.#turn === 'idle';
  }

  get isAsleep(): boolean {
    return this.#asleep !== undefined;
  }

  /** A process begins, with nothing done yet. */
  begin(): void {
    this.#turn = 'idle';
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    this.#schedule();
  }

  /** The process is gone, or its replica is: what it had before it happens to nobody. */
  end(): void {
    this.#boot += 1;
    this.#queue = [];
    this.#asleep = undefined;
    this.#turn = 'idle';
  }

  suspend(): void {
    this.#asleep ??= [];
  }

  resume(): void {
    const due = this.#asleep ?? [];
    this.#asleep = undefined;
    for (const run of due) this.#later(0, run);
  }

  push(input: Input): void {
    this.#queue.push(input);
    this.#schedule();
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
    return !this.#parts.machine.isRunning;
  }

  /** Does something later, unless the machine went down in between; one that sleeps does it when it wakes. */
  #later(delayMs: number, run: () => void): void {
    const boot = this.#boot;
    this.#parts.ports.timeline.after(delayMs, () => {
      if (boot !== this.#boot) return;
      if (this.#asleep === undefined) run();
      else this.#asleep.push(run);
    });
  }

  #schedule(): void {
    const { machine, ports } = this.#parts;
    if (this.#turn !== 'idle' || !machine.isRunning) return;
    this.#turn = 'planned';
    this.#later(ports.prng.spanMs(0, 1), () => {
      this.#turn = 'running';
      const inputs = this.#queue;
      this.#queue = [];
      this.#attempt(inputs);
    });
  }

  #attempt(inputs: readonly Input[]): void {
    const { machine, clock, ports } = this.#parts;
    const { prng, faults, trace } = ports;
    const { replica } = machine;
    const now = clock.now();
    lookAhead(replica.ledger, inputs);
    for (const input of inputs) this.#apply(replica, input, now);
    const writes = replica.endTurn(now);
    trace.event('turn', machine.name, inputs.length);
    if (writes === undefined) return this.#letOut();
    if (this.#isStruck('decided')) return;
    if (machine.isDiskFull) return machine.diskFailed('full');
    if (prng.chance(faults.commitFails)) return this.#commitFailed(inputs, writes);
    this.#commit(writes);
  }

  #apply(replica: Replica, input: Input, now: Now): void {
    const { links, askers, ports } = this.#parts;
    switch (input.kind) {
      case 'command':
        askers.decide(input.ticket);
        replica.execute(input.ticket, input.command, now);
        return;
      case 'frame':
        if (!links.isCurrent(input.from, input.connection)) return;
        notice(ports.trace, replica, input.from, input.frame);
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
  #commitFailed(inputs: readonly Input[], writes: Writes): void {
    const { machine, askers, ports } = this.#parts;
    const { prng, trace } = ports;
    machine.disk.refuse(writes);
    trace.fault('commit failed', machine.name);
    machine.replica.putBack();
    checkPutBack(machine.name, machine.replica, machine.disk);
    askers.putBack();
    const how = prng.pick(['again', 'dropped', 'restart'] as const);
    if (how === 'restart') return machine.restart();
    if (how === 'dropped') {
      const refusal = refuse('read_only', 'The disk could not be written.');
      for (const input of inputs) if (input.kind === 'command') askers.answer(input.ticket, refusal);
    }
    const left = how === 'dropped' ? inputs.filter(({ kind }) => kind === 'run') : inputs;
    this.#later(prng.spanMs(0, 20), () => this.#attempt(left));
  }

  #commit(writes: Writes): void {
    const { machine, ports } = this.#parts;
    const { prng, faults, timeline, trace } = ports;
    machine.disk.commit(writes, timeline.nowMs);
    if (this.#isStruck('committed')) return;
    const fsyncMs = prng.chance(faults.slowFsync) ? prng.spanMs(20, 500) : prng.spanMs(0.25, 3);
    this.#later(fsyncMs, () => {
      if (faults.fsyncFails > 0 && prng.chance(faults.fsyncFails)) {
        trace.fault('fsync failed', machine.name);
        return machine.diskFailed('broken');
      }
      machine.fsync();
      if (this.#isStruck('fsynced')) return;
      this.#later(prng.spanMs(0, 0.5), () => this.#letOut());
    });
  }

  #letOut(): void {
    const { machine, clock, askers } = this.#parts;
    this.#deliver(machine.disk.unasked(() => machine.replica.keep(clock.now())));
    if (!machine.isRunning || this.#isStruck('out')) return;
    askers.endTurn();
    this.#turn = 'idle';
    if (this.#queue.length > 0) this.#schedule();
    else this.#planWake();
  }

  #deliver(out: Out): void {
    this.#parts.out(out, () => this.#isStruck('half out'));
  }

  /** Timers wake a little late, as everywhere. */
  #planWake(): void {
    const { machine, clock, ports } = this.#parts;
    const now = clock.now();
    const at = machine.replica.wakeAtMs(now);
    if (at === undefined) return;
    const { timeline } = ports;
    const atMs = timeline.nowMs + clock.realMs(Math.max(0, at - now.monotonicMs)) + 1;
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
