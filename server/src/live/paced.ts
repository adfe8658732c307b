/**
 * Paced: a client's own socket, which is read later where it says too much, and ended where it is dead. What came in one
 * read with the message that was too many waits here for its turn, so that nobody gets more done than others by
 * saying more at once.
 */
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

/** How often something may be said, by this name. */
export interface Pace {
  readonly buckets: TokenBuckets;
  readonly name: string;
}

/** What was on its way here when its client was slowed down: a read of the socket holds thousands of small messages. */
const WAITING_MAX = 16_384;
const TRY_AGAIN = 1013;
/** Read, written or sent for a message; what takes more counts as so many messages more. */
const BYTES_OF_MESSAGE = 4_096;

export class Paced {
  readonly #socket: LiveSocket;
  readonly #paces: readonly Pace[];
  readonly #nowMs: () => number;
  #waiting: (() => void)[] = [];
  #heardAtMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param paces of this connection, and of all that it shares something with: each must allow a message */
  constructor(socket: LiveSocket, paces: readonly Pace[], nowMs: () => number) {
    this.#socket = socket;
    this.#paces = paces;
    this.#nowMs = nowMs;
    this.#heardAtMs = nowMs();
    socket.on('pong', () => {
      this.#heardAtMs = nowMs();
    });
    socket.on('close', () => this.end());
    // What is wrong is said by the close that follows.
    socket.on('error', () => {});
  }

  /** A message came: what it says is done at once or, where too much was said, when it is its turn. */
  heard(act: () => void): void {
    this.#heardAtMs = this.#nowMs();
    if (this.#timer === undefined) {
      const waitS = this.#take();
      if (waitS === 0) return act();
      this.#socket.pause();
      this.#goOnIn(waitS);
    }
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push(act);
    else this.#socket.close(TRY_AGAIN, 'Too much was said at once.');
  }

  /** What still waits is not done any more. */
  end(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  /** @returns seconds until it is allowed; 0 where it was taken */
  #take(): number {
    const nowMs = this.#nowMs();
    for (const [i, { buckets, name }] of this.#paces.entries()) {
      const { isAllowed, resetSeconds } = buckets.take(name, nowMs);
      if (isAllowed) continue;
      for (const taken of this.#paces.slice(0, i)) taken.buckets.giveBack(taken.name, nowMs);
      return resetSeconds;
    }
    return 0;
  }

  /** What was done for it was more than a message’s work: whoever it shares a pace with is slowed down with it. */
  worked(bytes: number): void {
    const messages = Math.floor(bytes / BYTES_OF_MESSAGE);
    if (messages === 0) return;
    const nowMs = this.#nowMs();
    for (const { buckets, name } of this.#paces) buckets.spend(name, messages, nowMs);
  }

  #goOnIn(seconds: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      while (this.#waiting.length > 0) {
        const waitS = this.#take();
        if (waitS > 0) return this.#goOnIn(waitS);
        this.#waiting.shift()?.();
      }
      this.#socket.resume();
    }, seconds * 1_000);
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
