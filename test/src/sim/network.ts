/**
 * Network: one link for each child, over which encoded frames travel, get lost,
 * doubled, late or out of order, and which may be cut.
 *
 * A link has one connection at a time that its child opened. When it breaks, each
 * side notices on its own, at once or seconds later, and until then talks to nobody.
 */
import { decodeFrame, encodeFrame, type Frame } from '@tallystick/crdt/wire';
import type { Timeline } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Prng } from './prng.ts';
import type { Trace } from './trace.ts';

export type Side = 'child' | 'parent';

export interface LinkEnd {
  readonly name: string;
  readonly isRunning: boolean;
  /** Can it take a connection? Before it has met its own parent it cannot. */
  readonly isListening: boolean;
  opened(connection: Connection): void;
  arrived(connection: Connection, frame: Frame): void;
  closed(connection: Connection): void;
}

export interface NetworkPorts {
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly faults: Faults;
  readonly prng: Prng;
  /** Told of frames that were lost, for what is worth seeing now and then. */
  lost(frame: Frame, connection: Connection): void;
}

const HANDSHAKE_MS = 5_000;
const NOTICE_MS_MAX = 3_000;

export class Connection {
  readonly link: Link;
  /** The link may lead to another machine later on; this connection does not. */
  readonly #ends: Readonly<Record<Side, LinkEnd>>;
  readonly #ports: NetworkPorts;
  readonly #isOpen: Record<Side, boolean> = { child: true, parent: true };
  readonly #lastArrivalMs: Record<Side, number> = { child: 0, parent: 0 };
  #isBroken = false;
  isWelcomed = false;
  /** The parent has taken a hello on it. */
  isGreeted = false;

  constructor(link: Link, ports: NetworkPorts) {
    this.link = link;
    this.#ends = { child: link.end('child'), parent: link.end('parent') };
    this.#ports = ports;
  }

  isOpenAt(side: Side): boolean {
    return this.#isOpen[side];
  }

  send(from: Side, frame: Frame): void {
    const { faults, prng, trace } = this.#ports;
    if (!this.#isOpen[from]) return;
    const bytes = encodeFrame(frame);
    trace.event(frame.kind, this.link.name, bytes.length);
    trace.say(
      this.#ends[from].name,
      () =>
        `> ${this.#ends[other(from)].name} ${frame.kind} ${'cursor' in frame ? frame.cursor : ''}${'from' in frame ? `${'base' in frame ? frame.base : ''}: ${frame.from}–${frame.to}` : ''}`,
    );
    if (this.#isBroken) return this.#ports.lost(frame, this);
    if (prng.chance(faults.frameLost)) {
      trace.fault('frame lost', this.link.name);
      return this.#ports.lost(frame, this);
    }
    this.#travel(from, bytes);
    if (prng.chance(faults.frameDoubled)) {
      trace.fault('frame doubled', this.link.name);
      this.#travel(from, bytes);
    }
  }

  #travel(from: Side, bytes: Uint8Array): void {
    const { timeline, faults, prng, trace } = this.#ports;
    let delayMs = prng.spanMs(0.25, 10);
    if (prng.chance(faults.frameSlow)) {
      trace.fault('frame slow', this.link.name);
      delayMs += prng.spanMs(100, 3_000);
    }
    let arrivalMs = timeline.nowMs + delayMs;
    if (prng.chance(faults.frameReordered)) {
      trace.fault('frame reordered', this.link.name);
    } else {
      arrivalMs = Math.max(arrivalMs, this.#lastArrivalMs[from]);
      this.#lastArrivalMs[from] = arrivalMs;
    }
    const to = other(from);
    timeline.after(arrivalMs - timeline.nowMs, () => {
      if (this.#isOpen[to] && !this.#isBroken) this.#ends[to].arrived(this, decodeFrame(bytes));
    });
  }

  /** One side hangs up or dies: what it sent before still arrives until the other side notices. */
  close(side: Side): void {
    if (!this.#isOpen[side]) return;
    this.#isOpen[side] = false;
    this.#ends[side].closed(this);
    this.#notice(other(side));
  }

  /** The wire is cut: what is on it is gone, and each side notices in its own time. */
  break(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#notice('child');
    this.#notice('parent');
  }

  #notice(side: Side): void {
    const { timeline, prng } = this.#ports;
    const delayMs = prng.chance(0.5) ? prng.spanMs(0.25, 20) : prng.spanMs(1, NOTICE_MS_MAX);
    timeline.after(delayMs, () => this.close(side));
  }
}

export class Link {
  readonly name: string;
  readonly #ends: Record<Side, LinkEnd>;
  readonly #ports: NetworkPorts;
  #connection: Connection | undefined;
  #isCut = false;
  #isGone = false;

  constructor(child: LinkEnd, parent: LinkEnd, ports: NetworkPorts) {
    this.name = child.name;
    this.#ends = { child, parent };
    this.#ports = ports;
  }

  end(side: Side): LinkEnd {
    return this.#ends[side];
  }

  /** The child's end of the newest connection, while it believes in it. */
  get current(): Connection | undefined {
    return this.#connection?.isOpenAt('child') === true ? this.#connection : undefined;
  }

  get isUp(): boolean {
    const { current } = this;
    return current?.isWelcomed === true && current.isOpenAt('parent');
  }

  /** The child wants to talk to its parent; it tries until it can. */
  connect(): void {
    const { child, parent } = this.#ends;
    if (this.#isGone || !child.isRunning || this.current !== undefined) return;
    if (this.#isCut || !parent.isListening) return this.#retry();
    const connection = new Connection(this, this.#ports);
    this.#connection = connection;
    parent.opened(connection);
    this.#ports.timeline.after(HANDSHAKE_MS, () => {
      if (!connection.isWelcomed) connection.close('child');
    });
  }

  #retry(): void {
    this.#ports.timeline.after(this.#ports.prng.spanMs(50, 2_000), () => this.connect());
  }

  /** The child noticed that its connection is gone. */
  lost(connection: Connection): void {
    if (this.#connection === connection) this.#retry();
  }

  cut(): void {
    if (this.#isCut) return;
    this.#ports.trace.fault('link cut', this.name);
    this.#isCut = true;
    this.#connection?.break();
  }

  /** Its child goes elsewhere: nobody uses this link any more. */
  remove(): void {
    this.#isGone = true;
    this.#connection?.break();
  }

  heal(): void {
    this.#isCut = false;
  }

  /** From here on another machine answers where the parent did. */
  leadTo(parent: LinkEnd): void {
    if (this.#ends.parent === parent) return;
    this.#ends.parent = parent;
    this.#connection?.break();
  }
}

function other(side: Side): Side {
  return side === 'child' ? 'parent' : 'child';
}
