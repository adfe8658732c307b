/**
 * A bad line between a child and its parent. It knows where one WebSocket frame ends and the
 * next begins, and no more: some frames are lost, doubled or held back, byte for byte as they
 * came; a cut ends the line, or leaves it open and silent.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { FrameReader } from '@tallystick/server/test-kit';
import type { Prng } from '../sim/prng.ts';

export interface LineCounts {
  frames: number;
  lost: number;
  doubled: number;
  delayed: number;
}

/** One frame in a hundred meets with some accident: far worse than a line that anybody would keep. */
const LOST = 0.004;
const DOUBLED = 0.003;
const DELAYED = 0.003;
/** Frames behind a delayed one overtake it. */
const DELAY_MS_MAX = 100;
const BINARY_AND_WHOLE = 0x82;

export class LinkProxy {
  readonly #server: Server;
  readonly #prng: Prng;
  readonly #counts: LineCounts;
  readonly #sockets = new Set<Socket>();
  #cut: 'broken' | 'silent' | undefined;
  #healing: NodeJS.Timeout | undefined;
  #isQuiet = false;

  constructor(parentPort: number, prng: Prng, counts: LineCounts) {
    this.#prng = prng;
    this.#counts = counts;
    this.#server = createServer((down) => {
      if (this.#cut === 'broken') return down.destroy();
      this.#join(down, connect({ host: '127.0.0.1', port: parentPort }));
      return undefined;
    });
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as { port: number }).port;
  }

  cut(way: 'broken' | 'silent', forMs: number): void {
    this.#cut = way;
    if (way === 'broken') for (const socket of this.#sockets) socket.destroy();
    clearTimeout(this.#healing);
    this.#healing = setTimeout(() => this.heal(), forMs);
  }

  heal(): void {
    clearTimeout(this.#healing);
    this.#cut = undefined;
  }

  /** From now on every frame arrives once and at once: the time after the storm. */
  quieten(): void {
    this.#isQuiet = true;
    this.heal();
  }

  stop(): void {
    clearTimeout(this.#healing);
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(down: Socket, up: Socket): void {
    for (const [from, to] of [
      [down, up],
      [up, down],
    ] as const) {
      this.#sockets.add(from);
      const frames = new FrameReader();
      from.setNoDelay(true);
      from.on('data', (chunk) => {
        for (const frame of frames.read(chunk)) this.#pass(to, frame);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }

  #pass(to: Socket, frame: Buffer): void {
    if (this.#cut === 'silent') return;
    const send = () => {
      if (to.writable) to.write(frame);
    };
    // The handshake, pings and closing are the line itself; accidents befall what it carries.
    if (this.#isQuiet || frame[0] !== BINARY_AND_WHOLE) return send();
    this.#counts.frames += 1;
    const fate = this.#prng.u32() / 2 ** 32;
    if (fate < LOST) {
      this.#counts.lost += 1;
    } else if (fate < LOST + DOUBLED) {
      this.#counts.doubled += 1;
      send();
      send();
    } else if (fate < LOST + DOUBLED + DELAYED) {
      this.#counts.delayed += 1;
      setTimeout(send, this.#prng.spanMs(1, DELAY_MS_MAX));
    } else {
      send();
    }
  }
}
