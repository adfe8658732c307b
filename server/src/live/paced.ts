/** Paced: a client's own socket, which is read later where it says too much, and ended where it is dead. */
import type { TokenBuckets } from '../facade/limits/token-buckets.ts';

/** Two signs of life that were missed. */
export const SILENT_MS = 65_000;

/** What a connection needs of a WebSocket: a real one, or one end of a session with another region. */
export interface LiveSocket {
  readonly readyState: number;
  /** Bytes that wait for a slow reader. */
  readonly bufferedAmount: number;
  send(bytes: Uint8Array): void;
  close(code: number, reason: string): void;
  terminate(): void;
  ping(): void;
  pause(): void;
  resume(): void;
  on(event: 'message', heard: (data: Buffer, isBinary: boolean) => void): unknown;
  on(event: 'pong', heard: () => void): unknown;
  on(event: 'error', heard: () => void): unknown;
  on(event: 'close', heard: (code: number, reason: Buffer) => void): unknown;
  removeAllListeners(event: 'message'): unknown;
}

export const OPEN = 1;

export class Paced {
  readonly #socket: LiveSocket;
  readonly #name: string;
  readonly #pace: TokenBuckets;
  readonly #nowMs: () => number;
  #heardAtMs: number;
  #resume: NodeJS.Timeout | undefined;

  /** @param pace how often one connection may say something, by its name */
  constructor(socket: LiveSocket, name: string, pace: TokenBuckets, nowMs: () => number) {
    this.#socket = socket;
    this.#name = name;
    this.#pace = pace;
    this.#nowMs = nowMs;
    this.#heardAtMs = nowMs();
    socket.on('pong', () => {
      this.#heardAtMs = nowMs();
    });
    socket.on('close', () => clearTimeout(this.#resume));
    // What is wrong is said by the close that follows.
    socket.on('error', () => {});
  }

  /** A message came. */
  heard(): void {
    const nowMs = this.#nowMs();
    this.#heardAtMs = nowMs;
    const taken = this.#pace.take(this.#name, nowMs);
    if (taken.isAllowed || this.#resume !== undefined) return;
    this.#socket.pause();
    this.#resume = setTimeout(() => {
      this.#resume = undefined;
      this.#socket.resume();
    }, taken.resetSeconds * 1_000);
  }

  /** Now and then: asks for a sign of life, or ends what gave none. @returns whether it lives */
  look(nowMs: number): boolean {
    if (nowMs - this.#heardAtMs > SILENT_MS) {
      this.#socket.terminate();
      return false;
    }
    if (this.#socket.readyState === OPEN) this.#socket.ping();
    return true;
  }
}
