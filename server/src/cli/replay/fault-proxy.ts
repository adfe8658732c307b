/**
 * A bad network between the replicas of a replay: every link goes through here, frame by
 * frame, and some are lost, doubled or held back. A cut ends a link and keeps it down.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { decodeFrame, FRAME_BYTES_MAX } from '@tallystick/crdt/wire';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
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

export class FaultProxy {
  readonly counts: LinkCounts = { frames: 0, lost: 0, doubled: 0, delayed: 0 };
  readonly #server: Server = createServer((_request, response) => response.writeHead(404).end());
  readonly #door = new WebSocketServer({
    noServer: true,
    maxPayload: FRAME_BYTES_MAX,
    perMessageDeflate: false,
  });
  readonly #parentUrl = new Map<string, string>();
  readonly #isCut = new Set<string>();
  readonly #links = new Map<string, { child: WebSocket; parent: WebSocket }>();
  readonly #prng: Prng;
  readonly #rates: FaultRates;
  readonly #events: ProxyEvents;
  #isQuiet = false;

  constructor(rates: FaultRates, prng: Prng, events: ProxyEvents) {
    this.#rates = rates;
    this.#prng = prng;
    this.#events = events;
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  route(child: string, parentPort: number): void {
    this.#parentUrl.set(child, `ws://127.0.0.1:${parentPort}/link`);
  }

  cut(child: string): void {
    this.#isCut.add(child);
    const link = this.#links.get(child);
    link?.child.terminate();
    link?.parent.terminate();
  }

  heal(child: string): void {
    this.#isCut.delete(child);
  }

  /** From now on every frame arrives once and at once: the time after the storm. */
  quieten(): void {
    this.#isQuiet = true;
    this.#isCut.clear();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const child = /^\/link\/([a-z0-9-]+)$/.exec(request.url ?? '')?.[1] ?? '';
    const url = this.#parentUrl.get(child);
    if (url === undefined || this.#isCut.has(child)) {
      socket.destroy();
      return;
    }
    this.#door.handleUpgrade(request, socket, head, (ws) => this.#join(child, ws, url));
  }

  #join(child: string, down: WebSocket, url: string): void {
    const up = new WebSocket(url, { maxPayload: FRAME_BYTES_MAX, perMessageDeflate: false });
    this.#links.set(child, { child: down, parent: up });
    const early: Buffer[] = [];
    up.on('open', () => {
      for (const frame of early.splice(0)) this.#pass(up, frame);
    });
    up.on('message', (data) => this.#pass(down, toBuffer(data)));
    down.on('message', (data) => {
      const frame = toBuffer(data);
      this.#watch(child, frame);
      if (up.readyState === WebSocket.CONNECTING) early.push(frame);
      else this.#pass(up, frame);
    });
    for (const [one, other] of [
      [up, down],
      [down, up],
    ] as const) {
      one.on('close', () => other.terminate());
      one.on('error', () => other.terminate());
    }
  }

  #watch(child: string, frame: Buffer): void {
    if (frame[0] !== STOCK_CHANNEL || frame[1] !== ASKS_KIND) return;
    const asks = decodeFrame(frame);
    if (asks.kind === 'asks')
      this.#events.asked(
        child,
        asks.items.map(({ pool }) => pool),
      );
  }

  #pass(to: WebSocket, frame: Buffer): void {
    this.counts.frames += 1;
    const send = () => {
      if (to.readyState === WebSocket.OPEN) to.send(frame, { binary: true });
    };
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
    for (const { child, parent } of this.#links.values()) {
      child.terminate();
      parent.terminate();
    }
    this.#door.close();
    this.#server.close();
  }
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
