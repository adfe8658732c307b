/**
 * A bad network between the replicas of a replay: every link goes through here, frame by
 * frame, and some are lost, doubled or held back. A cut ends a link and keeps it down.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { decodeFrame } from '@tallystick/crdt/wire';
import { FrameReader, payloadOf } from './frame-reader.ts';
import type { Prng } from './prng.ts';

export interface FaultRates {
  readonly lost: number;
  readonly doubled: number;
  readonly delayed: number;
  /** A frame is held back for up to this long; frames behind it overtake it. */
  readonly delayMsMax: number;
}

/** One frame in two hundred meets with some accident: far worse than a line that anybody would keep. */
export const DEFAULT_FAULTS: FaultRates = { lost: 0.002, doubled: 0.002, delayed: 0.002, delayMsMax: 20 };

export interface LinkCounts {
  frames: number;
  lost: number;
  doubled: number;
  delayed: number;
}

export interface ProxyEvents {
  /** A child asked its parent for units of these pools. */
  asked(child: string, pools: readonly string[]): void;
}

/** The stock channel's `asks` frame, by its first two bytes. */
const STOCK_CHANNEL = 1;
const ASKS_KIND = 2;
/** A WebSocket frame that carries a whole binary message. */
const BINARY_AND_WHOLE = 0x82;

export class FaultProxy {
  readonly counts: LinkCounts = { frames: 0, lost: 0, doubled: 0, delayed: 0 };
  readonly #server: Server = createServer({ noDelay: true }, (down) => this.#accept(down));
  readonly #parentPort = new Map<string, number>();
  readonly #isCut = new Set<string>();
  readonly #links = new Map<string, Socket[]>();
  readonly #prng: Prng;
  readonly #rates: FaultRates;
  readonly #events: ProxyEvents;
  #isQuiet = false;

  constructor(rates: FaultRates, prng: Prng, events: ProxyEvents) {
    this.#rates = rates;
    this.#prng = prng;
    this.#events = events;
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** The child links to `/link/CHILD` here, and reaches its parent's `/link`. */
  route(child: string, parentPort: number): void {
    this.#parentPort.set(child, parentPort);
  }

  cut(child: string): void {
    this.#isCut.add(child);
    this.#hangUp(child);
  }

  heal(child: string): void {
    this.#isCut.delete(child);
  }

  /** From now on every frame arrives once and at once: the time after the storm. */
  quieten(): void {
    this.#isQuiet = true;
    this.#isCut.clear();
  }

  #hangUp(child: string): void {
    for (const socket of this.#links.get(child) ?? []) socket.destroy();
  }

  #accept(down: Socket): void {
    const frames = new FrameReader();
    down.on('error', () => down.destroy());
    let up: Socket | undefined;
    let child = '';
    down.on('data', (chunk) => {
      // What came together goes on together.
      const open = up;
      open?.cork();
      for (const frame of frames.read(chunk)) {
        if (up === undefined) {
          const head = frame.toString('latin1');
          child = /^GET \/link\/([a-z0-9-]+) /.exec(head)?.[1] ?? '';
          up = this.#join(child, down);
          if (up === undefined) return;
          up.write(head.replace(`/link/${child} `, '/link '), 'latin1');
          continue;
        }
        this.#watch(child, frame);
        this.#pass(up, frame);
      }
      open?.uncork();
    });
  }

  #join(child: string, down: Socket): Socket | undefined {
    const port = this.#parentPort.get(child);
    if (port === undefined || this.#isCut.has(child)) {
      down.destroy();
      return undefined;
    }
    const up = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#links.set(child, [down, up]);
    const frames = new FrameReader();
    up.on('data', (chunk) => {
      down.cork();
      for (const frame of frames.read(chunk)) this.#pass(down, frame);
      down.uncork();
    });
    up.on('error', () => up.destroy());
    up.on('close', () => down.destroy());
    down.on('close', () => up.destroy());
    return up;
  }

  #watch(child: string, frame: Buffer): void {
    if (frame[0] !== BINARY_AND_WHOLE) return;
    const [channel, kind] = payloadOf(frame, 2);
    if (channel !== STOCK_CHANNEL || kind !== ASKS_KIND) return;
    const asks = decodeFrame(payloadOf(frame));
    if (asks.kind === 'asks')
      this.#events.asked(
        child,
        asks.items.map(({ pool }) => pool),
      );
  }

  #pass(to: Socket, frame: Buffer): void {
    const send = () => {
      if (to.writable) to.write(frame);
    };
    // The handshake, pings and closing are the line itself; accidents befall what it carries.
    if (frame[0] !== BINARY_AND_WHOLE) return send();
    this.counts.frames += 1;
    if (this.#isQuiet) return send();
    const { lost, doubled, delayed, delayMsMax } = this.#rates;
    const fate = this.#prng();
    if (fate < lost) {
      this.counts.lost += 1;
    } else if (fate < lost + doubled) {
      this.counts.doubled += 1;
      send();
      send();
    } else if (fate < lost + doubled + delayed) {
      this.counts.delayed += 1;
      setTimeout(send, this.#prng() * delayMsMax);
    } else {
      send();
    }
  }

  stop(): void {
    for (const child of this.#links.keys()) this.#hangUp(child);
    this.#server.close();
  }
}
