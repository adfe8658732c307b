/**
 * Far carts: carts of other regions for the clients of this one, and carts of this region for the clients of
 * others. The region that keeps a cart has the only document: it checks every update, makes it durable and
 * sends it round, as if the far client stood at its own door. What lies between passes messages on.
 */
import type { ReplicaId } from '@tallystick/crdt';
import type { CartFrame, CartSession } from '@tallystick/crdt/wire';
import { FarSocket } from './far-socket.ts';

/** Sessions at once, in both directions together. */
const SESSIONS_MAX = 20_000;
const TRY_AGAIN = 1013;

export interface FarCartsPorts {
  readonly self: ReplicaId;
  /** @returns false where the link is down, or too much waits in it */
  send(frame: CartFrame): boolean;
  /** A client of another region is at the door of a cart that is kept here. */
  knock(socket: FarSocket, cart: string, token: string): void;
}

export class FarCarts {
  readonly #ports: FarCartsPorts;
  readonly #sessions = new Map<string, FarSocket>();
  #opened = 0;

  constructor(ports: FarCartsPorts) {
    this.#ports = ports;
  }

  get isFull(): boolean {
    return this.#sessions.size >= SESSIONS_MAX;
  }

  /** A session for a client of this region; undefined where the other one cannot be reached now. */
  open(keeper: ReplicaId, cart: string, token: string): FarSocket | undefined {
    if (this.isFull) return undefined;
    this.#opened += 1;
    const mine = { from: this.#ports.self, to: keeper, session: this.#opened, isKeeper: false };
    if (!this.#ports.send({ kind: 'cart-open', ...mine, cart, token })) return undefined;
    return this.#socket(mine);
  }

  heard(frame: CartFrame): void {
    const { from, to, session, isKeeper } = frame;
    const mine = { from: to, to: from, session, isKeeper: !isKeeper };
    const socket = this.#sessions.get(nameOf(mine));
    switch (frame.kind) {
      case 'cart-open':
        // Opened twice, it is open: the frame was doubled on its way.
        if (socket !== undefined || isKeeper) return;
        if (this.isFull) this.#end(mine, TRY_AGAIN, 'Too many devices are connected.');
        else this.#ports.knock(this.#socket(mine), frame.cart, frame.token);
        return;
      case 'cart-said':
        if (socket === undefined) this.#end(mine, TRY_AGAIN, 'The session is over. Come again.');
        else socket.heard(frame.nr, frame.bytes);
        return;
      case 'cart-ended':
        if (session === 0) this.#gone(from);
        else socket?.endedThere(frame.code, frame.reason);
        return;
      default:
        return frame satisfies never;
    }
  }

  /** The link is down, or this region ends: nothing more comes of any session. */
  cut(): void {
    for (const socket of [...this.#sessions.values()]) socket.endedThere(TRY_AGAIN, 'The link went down.');
  }

  #gone(other: ReplicaId): void {
    for (const [name, socket] of [...this.#sessions])
      if (name.startsWith(`${other} `))
        socket.endedThere(TRY_AGAIN, 'The other region cannot be reached now.');
  }

  #socket(mine: CartSession): FarSocket {
    const name = nameOf(mine);
    const socket = new FarSocket({
      say: (nr, bytes) => this.#ports.send({ kind: 'cart-said', ...mine, nr, bytes }),
      ended: (code, reason) => this.#end(mine, code, reason),
    });
    this.#sessions.set(name, socket);
    socket.once('close', () => this.#sessions.delete(name));
    return socket;
  }

  #end(mine: CartSession, code: number, reason: string): void {
    this.#ports.send({ kind: 'cart-ended', ...mine, code, reason: reason.slice(0, 100) });
  }
}

/** By the other region first; the number is that of whoever opened the session. */
function nameOf({ to, session, isKeeper }: CartSession): string {
  return `${to} ${isKeeper ? 'keeper' : 'opener'} ${session}`;
}
