/**
 * Slow clients: whoever keeps a request or an answer open by sending or reading next to nothing is cut off.
 *
 * A total time would cut off large files on slow lines as well, so a pace is asked for, as Apache's
 * mod_reqtimeout does it: after a time of grace every so many bytes buy another second. Time in which we
 * are the ones who do not read costs the client nothing. Bodies that are read whole before anything is
 * done with them have a bound beside that; heads have one of their own, which Node itself keeps.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { brokenRequest } from './problem.ts';

export interface Patience {
  /** From the connection, or the end of the last request on it, until the head of a request is there. */
  readonly headersMs: number;
  /** Before a pace is asked for. */
  readonly graceMs: number;
  /** Bytes that buy a second, of a body or of an answer. */
  readonly bytesPerSecond: number;
  /** For a body that is read whole, however fast it comes. */
  readonly bodyMs: number;
}

export const PATIENCE: Patience = {
  headersMs: 10_000,
  graceMs: 20_000,
  bytesPerSecond: 500,
  bodyMs: 120_000,
};

/** How often it is looked who is too slow. */
export function lookEveryMs({ graceMs }: Patience): number {
  return Math.min(1_000, Math.max(10, Math.floor(graceMs / 4)));
}

/** Bodies that are read as they come, of any length. */
const streamed = new WeakSet<IncomingMessage>();

/** Says that this body is read as it comes: it has no bound but the pace. */
export function readsAsItComes(request: IncomingMessage): void {
  streamed.add(request);
}

export function cutOffSlowClients(server: Server, patience: Patience): void {
  const exchanges = new Set<Exchange>();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const exchange = new Exchange(request, response, patience);
    exchanges.add(exchange);
    response.once('close', () => {
      // An answer may end before the body does; whoever sends the rest is still held to the pace.
      if (request.complete || request.destroyed) exchanges.delete(exchange);
      else request.once('close', () => exchanges.delete(exchange));
    });
  });
  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (const exchange of exchanges) exchange.look(nowMs);
  }, lookEveryMs(patience));
  timer.unref();
  server.once('close', () => clearInterval(timer));
}

class Exchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #patience: Patience;
  readonly #body: Pace;
  /** Of what the client has not taken yet; undefined while there is nothing. */
  #answer: Pace | undefined;
  #wasTold = false;

  constructor(request: IncomingMessage, response: ServerResponse, patience: Patience) {
    this.#request = request;
    this.#response = response;
    this.#socket = request.socket;
    this.#patience = patience;
    this.#body = new Pace(performance.now(), this.#socket.bytesRead, patience);
  }

  look(nowMs: number): void {
    if (this.#wasTold) this.#socket.destroy();
    else if (!this.#request.complete && this.#isBodyLate(nowMs)) this.#cutOff();
    else if (this.#isAnswerLate(nowMs)) this.#socket.destroy();
  }

  #isBodyLate(nowMs: number): boolean {
    // What came and was not read yet is ours to read.
    this.#body.look(nowMs, this.#socket.bytesRead, this.#request.readableLength > 0);
    return this.#body.isLate || (!streamed.has(this.#request) && this.#body.ageMs > this.#patience.bodyMs);
  }

  #isAnswerLate(nowMs: number): boolean {
    if (this.#socket.writableLength === 0) {
      this.#answer = undefined;
      return false;
    }
    const taken = takenBytes(this.#socket);
    this.#answer ??= new Pace(nowMs, taken, this.#patience);
    this.#answer.look(nowMs, taken, false);
    return this.#answer.isLate;
  }

  /** With 408, where nothing was answered yet; the connection is closed at the next look at the latest. */
  #cutOff(): void {
    this.#wasTold = true;
    if (this.#response.headersSent) this.#socket.destroy();
    else
      brokenRequest(Object.assign(new Error('too slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), this.#socket);
  }
}

class Pace {
  readonly #patience: Patience;
  readonly #bytesBefore: number;
  #bytes: number;
  #lookedMs: number;
  #ageMs = 0;

  constructor(nowMs: number, bytes: number, patience: Patience) {
    this.#patience = patience;
    this.#bytesBefore = bytes;
    this.#bytes = bytes;
    this.#lookedMs = nowMs;
  }

  look(nowMs: number, bytes: number, isOurs: boolean): void {
    // Where this process itself stood still, nobody could have sent or taken anything.
    if (!isOurs) this.#ageMs += Math.min(nowMs - this.#lookedMs, 2 * lookEveryMs(this.#patience));
    this.#lookedMs = nowMs;
    this.#bytes = bytes;
  }

  /** How long we waited for the client. */
  get ageMs(): number {
    return this.#ageMs;
  }

  /** It took longer than the grace and what the bytes since then bought. */
  get isLate(): boolean {
    const { graceMs, bytesPerSecond } = this.#patience;
    return this.#ageMs > graceMs + ((this.#bytes - this.#bytesBefore) * 1_000) / bytesPerSecond;
  }
}

/** What the kernel took for the client, also of a chunk that is still on its way: no documented figure has that. */
function takenBytes(socket: Socket): number {
  const { _bytesDispatched: dispatched, _handle: handle } = socket as unknown as {
    readonly _bytesDispatched?: number;
    readonly _handle?: { readonly writeQueueSize?: number } | null;
  };
  return (dispatched ?? socket.bytesWritten) - (handle?.writeQueueSize ?? 0);
}
