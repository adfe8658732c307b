/** Socket: the link's frames over a page's own WebSocket, bounded as a server's end of it is (L5, L7). */
import type { ConnectionEvents, LinkConnection } from '@tallystick/crdt/host';
import { decodeFrame, encodeFrame, type Frame, MalformedBytes } from '@tallystick/crdt/wire';
import type { WebSocketClass } from '../ports.ts';

/** Bytes that may wait for a slow parent: several full windows of the stream. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;
const OPEN = 1;

interface Socket {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(bytes: Uint8Array): void;
  close(): void;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly reason?: string }) => void) | null;
  onerror: (() => void) | null;
}

export class LinkSocket implements LinkConnection {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  #isClosed = false;
  /** Something was heard since this was last set to false. */
  heard = true;

  /** @throws Error where the address is none */
  constructor(url: string, WebSocket: WebSocketClass, events: ConnectionEvents) {
    this.#events = events;
    const socket = new WebSocket(url) as Socket;
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => this.#message(data);
    socket.onclose = ({ reason }) =>
      this.#close(reason === undefined || reason === '' ? 'the line is down' : reason);
    // What went wrong is not told to a page; the close that follows ends it.
    socket.onerror = () => {};
  }

  #message(data: unknown): void {
    if (this.#isClosed) return;
    this.heard = true;
    if (!(data instanceof ArrayBuffer)) return this.#end('the parent sent what is no frame');
    let frame: Frame;
    try {
      frame = decodeFrame(new Uint8Array(data));
    } catch (error) {
      if (!(error instanceof MalformedBytes)) throw error;
      return this.#end(error.message);
    }
    this.#events.frame(frame);
  }

  send(frame: Frame): void {
    if (this.#isClosed || this.#socket.readyState !== OPEN) return;
    if (this.#socket.bufferedAmount > WAITING_BYTES_MAX) return this.#end('the parent reads too slowly');
    this.#socket.send(encodeFrame(frame));
  }

  get waitingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  end(): void {
    this.#end('closed here');
  }

  #end(why: string): void {
    // A line that is dead takes half a minute to close; nobody waits for that.
    this.#socket.onmessage = null;
    this.#socket.close();
    this.#close(why);
  }

  #close(why: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.closed(why);
  }
}
