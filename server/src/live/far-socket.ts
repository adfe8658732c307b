/** Far socket: one end of a session between two regions, which reads and writes like a WebSocket. */
import { EventEmitter } from 'node:events';
import { type LiveSocket, OPEN } from './paced.ts';

const CLOSED = 3;
/** No close code came, as of a socket that was cut. */
const CUT = 1006;

export interface FarSocketPorts {
  /** @returns false where the link does not take it */
  say(nr: number, bytes: Uint8Array): boolean;
  ended(code: number, reason: string): void;
}

export class FarSocket extends EventEmitter implements LiveSocket {
  readonly #ports: FarSocketPorts;
  #said = 0;
  #heard = 0;
  readyState = OPEN;
  /** What waits, waits in the link, which says no when it is too much. */
  readonly bufferedAmount = 0;

  constructor(ports: FarSocketPorts) {
    super();
    this.#ports = ports;
  }

  send(bytes: Uint8Array): void {
    if (this.readyState !== OPEN) return;
    this.#said += 1;
    if (!this.#ports.say(this.#said, bytes)) this.terminate();
  }

  /** From the other end. A message that is missing ends the session; one that came twice is nothing. */
  heard(nr: number, bytes: Uint8Array): void {
    if (this.readyState !== OPEN || nr <= this.#heard) return;
    if (nr > this.#heard + 1) {
      this.terminate();
      return;
    }
    this.#heard = nr;
    this.emit('message', bytes, true);
  }

  close(code: number, reason: string): void {
    if (this.readyState !== OPEN) return;
    this.#ports.ended(code, reason);
    this.endedThere(code, reason);
  }

  terminate(): void {
    this.close(CUT, '');
  }

  /** The other end says that it is over. */
  endedThere(code: number, reason: string): void {
    if (this.readyState !== OPEN) return;
    this.readyState = CLOSED;
    this.emit('close', code, reason);
  }

  /** Whoever is at the other end looks after the client's own connection, and ends this one with it. */
  ping(): void {
    this.emit('pong');
  }

  /** The region at the other end has slowed its client down already. */
  pause(): void {}

  resume(): void {}
}
