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
import { Server as TlsServer } from 'node:tls';
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

/** What is still to be said to a client before it is cut off. */
const farewells = new WeakMap<Socket, () => void>();

/**
 * Says what an answer that goes on for long wants to do before its client is cut off for not taking it: it may write a last
 * word, for which the client has the time of grace once more.
 * @param socket whose turn it is, not one that still waits behind another answer
 * @returns a function to be called when the answer has ended by itself
 */
export function beforeCutOff(socket: Socket, farewell: () => void): () => void {
  farewells.set(socket, farewell);
  return () => void farewells.delete(socket);
}

export function cutOffSlowClients(server: Server, patience: Patience): void {
  const watches = new Map<Socket, Watch>();
  // Under TLS requests come by the socket inside; one that never gets that far has the time of its handshake.
  server.on(server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    watches.set(socket, new Watch(socket, patience));
    socket.once('close', () => watches.delete(socket));
  });
  // On the path of every request: it only says which one is on its way now.
  server.on('request', (request: IncomingMessage, response: ServerResponse) =>
    watches.get(request.socket)?.begin(request, response),
  );
  const timer = setInterval(() => {
    const nowMs = performance.now();
    for (const watch of watches.values()) watch.look(nowMs);
  }, lookEveryMs(patience));
  timer.unref();
  server.once('close', () => clearInterval(timer));
}

/** Of one connection: the body that comes in, and what is to be taken off. */
class Watch {
  readonly #socket: Socket;
  readonly #patience: Patience;
  #request: IncomingMessage | undefined;
  #response: ServerResponse | undefined;
  /** Since the first look at a request that is not whole yet. */
  #body: Pace | undefined;
  /** Since the first look at which the client had not taken all. */
  #answer: Pace | undefined;
  #wasTold = false;

  constructor(socket: Socket, patience: Patience) {
    this.#socket = socket;
    this.#patience = patience;
  }

  /** The next request is read once the one before is whole. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    this.#request = request;
    this.#response = response;
    this.#body = undefined;
  }

  look(nowMs: number): void {
    if (this.#wasTold) this.#socket.destroy();
    else if (this.#isBodyLate(nowMs)) this.#cutOff();
    else if (this.#isAnswerLate(nowMs)) this.#partFrom();
  }

  /** Who was told the last word, and does not take that either, is not waited for any longer. */
  #partFrom(): void {
    const farewell = farewells.get(this.#socket);
    if (farewell === undefined) return void this.#socket.destroy();
    farewells.delete(this.#socket);
    this.#answer = undefined;
    farewell();
  }

  #isBodyLate(nowMs: number): boolean {
    const request = this.#request;
    if (request === undefined || request.complete) return false;
    this.#body ??= new Pace(nowMs, this.#socket.bytesRead, this.#patience);
    // What came and was not read yet is ours to read.
    this.#body.look(nowMs, this.#socket.bytesRead, request.readableLength > 0);
    return this.#body.isLate || (!streamed.has(request) && this.#body.ageMs > this.#patience.bodyMs);
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

  /** With 408, where it is this request's turn and nothing was answered yet; closed at the next look at the latest. */
  #cutOff(): void {
    this.#wasTold = true;
    const isItsTurn = this.#response?.socket === this.#socket && !this.#response.headersSent;
    if (isItsTurn)
      brokenRequest(Object.assign(new Error('too slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), this.#socket);
    else this.#socket.destroy();
  }
}

/** How long a client was waited for, and how much of that what it sent or took has bought. */
export class Pace {
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
