/**
 * Connection: frames over one WebSocket, bounded in both directions (L5, L7).
 *
 * A reader that does not keep up is cut off, and so is a peer that falls silent:
 * whatever was lost with it is sent again from a cursor when it comes back.
 */
import type { ConnectionEvents, LinkConnection } from '@tallystick/crdt/host';
import { decodeFrame, encodeFrame, FRAME_BYTES_MAX, type Frame, MalformedBytes } from '@tallystick/crdt/wire';
import type { RawData, WebSocket } from 'ws';
import { letOut } from '../http/with-others.ts';

/** Bytes that may wait for a slow peer: several full windows of the stream. */
const BUFFERED_BYTES_MAX = 16 * 1024 * 1024;
/** A dead socket is noticed after at most two of these. */
const HEARTBEAT_MS = 4_000;

export const WS_OPTIONS = { maxPayload: FRAME_BYTES_MAX, perMessageDeflate: false } as const;

export class Connection implements LinkConnection {
  readonly #socket: WebSocket;
  readonly #events: ConnectionEvents;
  readonly #heartbeat: NodeJS.Timeout;
  #heard = true;
  #isClosed = false;
  #pingedAtMs = Number.NEGATIVE_INFINITY;
  /** What was sent before this moment, by `performance.now`, has arrived: the peer answered a ping behind it. */
  arrivedBeforeMs = Number.NEGATIVE_INFINITY;
  sent = 0;

  constructor(socket: WebSocket, events: ConnectionEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on('message', (data, isBinary) => this.#message(data, isBinary));
    socket.on('pong', (data) => {
      this.#heard = true;
      // A pong that nobody asked for says nothing.
      if (data.toString() === String(this.#pingedAtMs)) this.arrivedBeforeMs = this.#pingedAtMs;
    });
    socket.on('close', (_code, reason) => this.#close(reason.toString() || 'the peer hung up'));
    socket.on('error', (error) => this.#close(error.message));
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  #beat(): void {
    if (!this.#heard) {
      this.#socket.terminate();
      this.#close('the peer fell silent');
      return;
    }
    this.#heard = false;
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#pingedAtMs = performance.now();
    this.#socket.ping(String(this.#pingedAtMs));
  }

  #message(data: RawData, isBinary: boolean): void {
    this.#heard = true;
    if (this.#isClosed) return;
    if (!isBinary) return this.hangUp('malformed_frame', 'Frames are binary.');
    // A frame may be half a MiB of entries.
    letOut();
    let frame: Frame;
    try {
      frame = decodeFrame(toBytes(data));
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      return this.hangUp('malformed_frame', error.message);
    }
    this.#events.frame(frame);
  }

  send(frame: Frame): void {
    if (this.#isClosed || this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > BUFFERED_BYTES_MAX) {
      this.#socket.terminate();
      this.#close('the peer reads too slowly');
      return;
    }
    this.sent += 1;
    this.#socket.send(encodeFrame(frame), { binary: true });
  }

  /** Bytes that wait for a slow peer. */
  get waitingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** Says why, then closes. */
  hangUp(code: Extract<Frame, { kind: 'refuse' }>['code'], message: string): void {
    this.send({ kind: 'refuse', code, message: message.slice(0, 500) });
    this.#socket.close(1000);
    this.#close(message);
  }

  /** Closes after what was sent has left. */
  close(): void {
    this.#socket.close(1000);
    this.#close('closed here');
  }

  /** Closes without a word, as a process that ends does. */
  end(): void {
    this.#socket.terminate();
    this.#close('closed here');
  }

  #close(why: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    this.#events.closed(why);
  }
}

function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
