/** A guard: stands before the parser of a connection that has met a crowd, and turns away what it need not read. */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { readIntoOneBuffer } from './one-buffer.ts';
import { isWholeRequest } from './whole-request.ts';
import { writeNow } from './write-now.ts';

type OnData = (chunk: Buffer) => void;

/** So much is kept of a connection, at most, to tell that the parser has nothing unfinished. */
const KEPT_BYTES_MAX = 16_384;

export interface Turning {
  /** Whether who comes now is to be turned away: asked before the bytes are looked at, so that whoever is taken in is not kept up for it. */
  isOn(): boolean;
  /** Asked for one whole request. @returns the answer; undefined where it is to be read after all */
  refusal(request: Buffer): Buffer | undefined;
}

export class Guard {
  readonly #socket: Socket;
  readonly #turning: Turning;
  readonly #parse: OnData;
  readonly #onData: OnData = (chunk) => {
    if (!this.#turnsAway(chunk)) this.#read(chunk);
  };
  /** The last one of this connection, at which nobody stands. */
  #answer: ServerResponse | undefined;
  /** What the parser had last, where a request began in it behind a whole one. */
  #last: Buffer | undefined;
  /** What the parser had last was one whole request, and it was answered. */
  #isBetween = false;
  #isOver = false;

  /** @param socket of a server, whose parser hears of bytes by 'data' */
  constructor(socket: Socket, turning: Turning) {
    this.#socket = socket;
    this.#turning = turning;
    [this.#parse] = socket.listeners('data') as [OnData];
    socket.off('data', this.#parse);
    // The parser lets go of the socket for it: also where bytes take another way.
    socket.on('data', this.#onData);
    readIntoOneBuffer(socket, (bytes) => {
      if (this.#isOver) return false;
      // What is read later, or kept, must not change.
      if (!this.#turnsAway(bytes)) this.#read(Buffer.from(bytes));
      return true;
    });
  }

  /** Told of each request that the parser has read. */
  began(answer: ServerResponse): void {
    this.#answer = answer;
  }

  /** Node takes its own listener off a socket that goes on with another protocol, and this one stands in its place. */
  end(): void {
    this.#isOver = true;
    this.#socket.off('data', this.#onData);
  }

  #turnsAway(chunk: Buffer): boolean {
    if (!this.#turning.isOn() || !this.#isAtRest() || !isWholeRequest(chunk)) return false;
    const refusal = this.#turning.refusal(chunk);
    if (refusal === undefined) return false;
    writeNow(this.#socket, refusal);
    return true;
  }

  #read(chunk: Buffer): void {
    const before = this.#answer;
    const isBehindWhole = before?.req.complete === true && chunk.length <= KEPT_BYTES_MAX;
    this.#isBetween = false;
    this.#parse.call(this.#socket, chunk);
    this.#last = isBehindWhole && this.#answer !== before ? chunk : undefined;
  }

  /**
   * All that was asked is answered, and the client takes what it is told. The parser may have the beginning of a head
   * then, whose rest may look like a request where it was cut in a value: so what it had last has to be whole itself.
   */
  #isAtRest(): boolean {
    if (this.#socket.writableNeedDrain) return false;
    if (this.#isBetween) return true;
    if (this.#answer?.writableFinished !== true || !this.#answer.req.complete) return false;
    this.#isBetween = this.#last !== undefined && isWholeRequest(this.#last);
    this.#last = undefined;
    return this.#isBetween;
  }
}
