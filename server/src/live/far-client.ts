/** Far client: a client of this region at a cart that another region keeps. What it says is passed on as it is. */
import type { FarSocket } from './far-socket.ts';
import { type LiveSocket, OPEN, type Pace, Paced, SILENT_MS } from './paced.ts';

/** As for carts that are kept here: a slow reader is cut off, and catches up when it is back. */
const WAITING_BYTES_MAX = 1024 * 1024;
const UNSUPPORTED_DATA = 1003;
/** What a connection is ended with; anything else is a cut. */
const CLOSE_CODES: ReadonlySet<number> = new Set([UNSUPPORTED_DATA, 1008, 1013]);

export class FarClient {
  readonly #paced: Paced;
  readonly #far: FarSocket;
  #heardFarAtMs: number;

  constructor(socket: LiveSocket, far: FarSocket, paces: readonly Pace[], nowMs: () => number) {
    this.#paced = new Paced(socket, paces, nowMs);
    this.#far = far;
    this.#heardFarAtMs = nowMs();
    socket.on('message', (data, isBinary) => {
      if (!isBinary) socket.close(UNSUPPORTED_DATA, 'Frames are binary.');
      else this.#paced.heard(() => far.send(new Uint8Array(data)));
    });
    socket.on('close', () => far.terminate());
    far.on('message', (bytes) => {
      this.#heardFarAtMs = nowMs();
      if (socket.bufferedAmount > WAITING_BYTES_MAX) socket.terminate();
      else if (socket.readyState === OPEN) socket.send(bytes);
    });
    far.on('close', (code, reason) => {
      if (CLOSE_CODES.has(code)) socket.close(code, String(reason).slice(0, 100));
      else socket.terminate();
    });
  }

  look(nowMs: number): void {
    this.#paced.look(nowMs);
    // Whoever keeps the cart says something every fifteen seconds, if it still knows of this session.
    if (nowMs - this.#heardFarAtMs > SILENT_MS) this.#far.terminate();
  }
}
