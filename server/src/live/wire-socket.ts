/**
 * Wire socket: a client's WebSocket, on which what is told to many is framed once. `ws` reads, answers pings and closes;
 * frames of data are written here, each in one piece. Nothing that `ws` writes comes in between: without
 * compression it writes a frame at once and whole.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { readIntoOneBuffer } from '../facade/limits/one-buffer.ts';
import { type LiveSocket, OPEN } from './paced.ts';

/** Final, and binary. */
const BINARY = 0x82;
/** Lengths up to here stand in the second byte; this stands for two bytes more, and the last for eight. */
const SHORT_MAX = 125;
const TWO_BYTES = 126;
const TWO_BYTES_MAX = 65_535;
const EIGHT_BYTES = 127;

/** The message that was framed last: it goes to one client after the other. */
let last: { readonly message: Uint8Array; readonly frame: Buffer } | undefined;

/** A message as a server sends it, after RFC 6455. */
function frameOf(message: Uint8Array): Buffer {
  if (last?.message === message) return last.frame;
  const { length } = message;
  const head = length <= SHORT_MAX ? 2 : length <= TWO_BYTES_MAX ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = BINARY;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = TWO_BYTES;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = EIGHT_BYTES;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.set(message, head);
  last = { message, frame };
  return frame;
}

export class WireSocket implements LiveSocket {
  readonly #ws: WebSocket;
  readonly #socket: Duplex;

  /** @param ws speaks over `socket`, without compression */
  constructor(ws: WebSocket, socket: Duplex) {
    this.#ws = ws;
    this.#socket = socket;
    // What is read is copied out of there at once, and goes on as it would have.
    if (socket instanceof Socket) readIntoOneBuffer(socket, () => false);
  }

  get readyState(): number {
    return this.#ws.readyState;
  }

  get bufferedAmount(): number {
    return this.#socket.writableLength;
  }

  send(message: Uint8Array): void {
    if (this.#ws.readyState === OPEN) this.#socket.write(frameOf(message));
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
  }

  terminate(): void {
    this.#ws.terminate();
  }

  ping(): void {
    this.#ws.ping();
  }

  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  on(event: string, heard: (...args: never[]) => void): this {
    this.#ws.on(event, heard as (...args: unknown[]) => void);
    return this;
  }

  removeAllListeners(event: 'message'): this {
    this.#ws.removeAllListeners(event);
    return this;
  }
}
