/**
 * Calls: a command for another replica, passed along the tree and answered the same way.
 *
 * Keepers, owners and openers of holds alone may do certain things (T8, F9); who
 * is asked elsewhere forwards here, or hears that they cannot be reached.
 */
import type { ReplicaId } from '../ids.ts';
import type { Peer } from '../replica/out.ts';
import type { ErrorCode } from '../wire/error-codes.ts';
import type { Call, Frame, Reply } from '../wire/frames.ts';
import type { Machine } from './machine.ts';

/** Outstanding calls at once; one more is refused. */
const CALLS_MAX = 10_000;
/** What a frame of this channel carries at most; a longer one would end the whole link. */
const BODY_BYTES_MAX = 2 * 1024 * 1024;
/** Nobody waits longer than this, whatever a peer asks for. */
const WAIT_MS_MAX = 60_000;

/** What every reply's JSON says: a result, or an error of the table. */
export type CallResult =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly message: string;
      readonly items?: unknown;
      readonly errors?: unknown;
      /** When a retry makes sense, where that is known. */
      readonly retryAfterS?: unknown;
    };

export interface CallsPorts extends Pick<Machine, 'after'> {
  readonly self: ReplicaId;
  /** The next hop towards a replica, or undefined where none is connected. */
  route(target: ReplicaId): Peer | undefined;
  send(to: Peer, frame: Frame): void;
  /** Carries out a call that ends here. Its input is JSON from afar: hostile until parsed. */
  serve(body: string, waitMs: number, from: Peer | undefined): Promise<CallResult>;
}

interface Pending {
  readonly origin:
    | { readonly peer: Peer; readonly callId: number }
    | { readonly done: (result: CallResult) => void };
  readonly via: Peer;
  readonly forget: () => void;
}

export class Calls {
  readonly #ports: CallsPorts;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  constructor(ports: CallsPorts) {
    this.#ports = ports;
  }

  /** Calls a replica anywhere in the tree. Never rejects: what goes wrong is a result. */
  call(target: ReplicaId, body: unknown, waitMs: number): Promise<CallResult> {
    const text = JSON.stringify(body);
    if (target === this.#ports.self) return this.#ports.serve(text, waitMs, undefined);
    return new Promise((done) => this.#forward(target, text, waitMs, { done }, undefined));
  }

  onCall(from: Peer, frame: Call): void {
    if (frame.target === this.#ports.self) {
      void this.#ports
        .serve(frame.body, frame.waitMs, from)
        .then((result) => this.#reply(from, frame.callId, result));
      return;
    }
    const waitMs = Math.min(frame.waitMs, WAIT_MS_MAX);
    this.#forward(frame.target, frame.body, waitMs, { peer: from, callId: frame.callId }, from);
  }

  #forward(
    target: ReplicaId,
    body: string,
    waitMs: number,
    origin: Pending['origin'],
    from: Peer | undefined,
  ): void {
    if (bytesOf(body) > BODY_BYTES_MAX) {
      const message = `This is too large to be passed on to ${target}. Send fewer lines at once.`;
      return this.#finish(origin, { ok: false, code: 'body_too_large', message });
    }
    const via = this.#ports.route(target);
    if (via === undefined || via === from) {
      return this.#finish(origin, unreachable(target));
    }
    if (this.#pending.size >= CALLS_MAX) {
      return this.#finish(origin, {
        ok: false,
        code: 'overloaded',
        message: 'Too many calls are under way.',
      });
    }
    const callId = this.#nextId;
    this.#nextId += 1;
    const forget = this.#ports.after(waitMs, () => {
      this.#pending.delete(callId);
      this.#finish(origin, unreachable(target));
    });
    this.#pending.set(callId, { origin, via, forget });
    // Each hop keeps a little of the time for the way back.
    this.#ports.send(via, { kind: 'call', callId, target, waitMs: Math.floor(waitMs * 0.95), body });
  }

  refuse(from: Peer, frame: Call, code: ErrorCode, message: string): void {
    this.#reply(from, frame.callId, { ok: false, code, message });
  }

  onReply(from: Peer, frame: Reply): void {
    const pending = this.#pending.get(frame.callId);
    if (pending === undefined || pending.via !== from) return;
    this.#drop(frame.callId, pending);
    this.#finish(pending.origin, parseResult(frame.body));
  }

  /** A link went down: what was asked through it will not be answered. */
  peerDown(peer: Peer): void {
    for (const [callId, pending] of this.#pending) {
      if (pending.via !== peer) continue;
      this.#drop(callId, pending);
      this.#finish(pending.origin, {
        ok: false,
        code: 'keeper_unreachable',
        message: 'The link went down before an answer came. Try again: what was done is not done twice.',
      });
    }
  }

  #drop(callId: number, pending: Pending): void {
    pending.forget();
    this.#pending.delete(callId);
  }

  #finish(origin: Pending['origin'], result: CallResult): void {
    if ('done' in origin) origin.done(result);
    else this.#reply(origin.peer, origin.callId, result);
  }

  #reply(to: Peer, callId: number, result: CallResult): void {
    const body = JSON.stringify(result);
    const isTooLarge = bytesOf(body) > BODY_BYTES_MAX;
    this.#ports.send(to, { kind: 'reply', callId, body: isTooLarge ? TOO_LARGE : body });
  }
}

const TOO_LARGE = JSON.stringify({
  ok: false,
  code: 'internal',
  message: 'The answer is too large to be passed along the tree. Ask there.',
} satisfies CallResult);

const utf8 = new TextEncoder();

function bytesOf(text: string): number {
  return utf8.encode(text).length;
}

function unreachable(target: ReplicaId): CallResult {
  return {
    ok: false,
    code: 'keeper_unreachable',
    message: `${target} cannot be reached now. Try again later.`,
  };
}

function parseResult(body: string): CallResult {
  try {
    const result = JSON.parse(body) as CallResult;
    if (typeof result === 'object' && result !== null && typeof result.ok === 'boolean') return result;
  } catch {
    // Falls through: a reply that is no JSON is a broken peer, not an answer.
  }
  return { ok: false, code: 'internal', message: 'The answer from the other replica could not be read.' };
}
