/** Connection: one stock y-websocket client at a cart, as hostile as anybody may be. */

import { JournalError, letOut } from '@tallystick/store-agent';
import * as Y from 'yjs';
import type { Carts } from './carts.ts';
import {
  askFrame,
  awarenessFrame,
  deniedFrame,
  type LiveFrame,
  missingFrame,
  readLiveFrame,
} from './frames.ts';
import type { Hints } from './hints.ts';
import type { Listener, LiveCart } from './live-cart.ts';
import { type LiveSocket, OPEN, type Pace, Paced } from './paced.ts';

/** What a slow reader may have waiting before it is cut off; it comes back and gets what it lacks in one piece. */
const WAITING_BYTES_MAX = 1024 * 1024;
/** A client that hears nothing for 30 s takes its connection for dead, and forgets a presence that is not said again. */
const SAY_AGAIN_MS = 15_000;

/** What an answer counts that brought nothing: ten of them are asked for at once, and then two a second. */
const GAP_BYTES = 100 * 4_096;

const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;
const TRY_AGAIN = 1013;
const UNREADABLE = 'The cart cannot be read now.';

export interface ConnectionPorts {
  readonly carts: Carts;
  readonly cart: LiveCart;
  readonly hints: Hints;
  readonly mayEdit: boolean;
  /** How often this connection, and all at this cart together, may say something; who says more is read later. */
  readonly paces: readonly Pace[];
  nowMs(): number;
}

export class Connection implements Listener {
  readonly #socket: LiveSocket;
  readonly #ports: ConnectionPorts;
  readonly #paced: Paced;
  /** What was asked for last because it was not sent. */
  #asked: Uint8Array = new Uint8Array(0);
  #saidAgainAtMs: number;

  constructor(socket: LiveSocket, ports: ConnectionPorts) {
    this.#socket = socket;
    this.#ports = ports;
    this.#paced = new Paced(socket, ports.paces, ports.nowMs);
    this.#saidAgainAtMs = ports.nowMs();
    socket.on('message', (data, isBinary) => this.#paced.heard(() => this.#message(data, isBinary)));
    // Where the cart cannot be read, nobody listens.
    const ask = askFrame(Y.encodeStateVector(ports.cart.doc));
    ports.cart.listeners.add(this);
    this.#whenDurable(() => {
      this.send(ask);
      ports.hints.opened(ports.cart);
      ports.carts.joined(ports.cart);
      const here = ports.cart.presences.all();
      if (here.length > 0) this.send(awarenessFrame(here));
    });
  }

  send(frame: Uint8Array): void {
    if (this.#socket.readyState !== OPEN) return;
    if (this.#socket.bufferedAmount > WAITING_BYTES_MAX) {
      this.#socket.terminate();
      return;
    }
    this.#socket.send(frame);
  }

  end(code: number, reason: string): void {
    this.send(deniedFrame(reason));
    this.#socket.close(code, reason.slice(0, 100));
    // Nothing more is read from it, whatever it still sends.
    this.#socket.removeAllListeners('message');
    this.#paced.end();
  }

  /** The socket is closed. */
  left(): void {
    const { cart } = this.#ports;
    cart.listeners.delete(this);
    const gone = cart.presences.leave(this);
    if (gone.length > 0) this.#tellAll(awarenessFrame(gone));
  }

  /** Now and then: keeps it alive, or finds that it is dead. */
  look(nowMs: number): void {
    if (!this.#paced.look(nowMs)) return;
    if (nowMs - this.#saidAgainAtMs < SAY_AGAIN_MS) return;
    this.#saidAgainAtMs = nowMs;
    const { cart, hints } = this.#ports;
    this.send(awarenessFrame(cart.presences.again()));
    // Prices and what a hold's time took are not announced: they are looked at now and then.
    hints.changed(cart.id);
  }

  #message(data: Buffer, isBinary: boolean): void {
    if (!isBinary) {
      this.end(UNSUPPORTED_DATA, 'Frames are binary.');
      return;
    }
    // An edit is tried on a copy of its cart first.
    letOut();
    try {
      this.#take(readLiveFrame(data));
    } catch (error) {
      if (error instanceof JournalError) this.end(TRY_AGAIN, UNREADABLE);
      else this.end(POLICY_VIOLATION, 'The bytes are no message of y-websocket.');
    }
  }

  #take(frame: LiveFrame): void {
    const { carts, cart, mayEdit } = this.#ports;
    switch (frame.kind) {
      case 'ask': {
        // What is no state vector is refused here.
        Y.decodeStateVector(frame.stateVector);
        const missing = missingFrame(Y.encodeStateAsUpdate(cart.doc, frame.stateVector));
        this.#paced.worked(missing.length);
        this.#whenDurable(() => this.send(missing));
        return;
      }
      case 'update': {
        if (!mayEdit) return;
        const { gap, weighed } = carts.take(cart, frame.update, this);
        this.#paced.worked(weighed + frame.update.length * cart.listeners.size);
        if (gap) this.#askForGap();
        return;
      }
      case 'awareness': {
        const news = cart.presences.take(frame.presences, this);
        if (news.length > 0) this.#tellAll(awarenessFrame(news));
        return;
      }
      case 'query-awareness': {
        const here = awarenessFrame(cart.presences.all());
        this.#paced.worked(here.length);
        this.send(here);
      }
    }
  }

  /** A client that lacks itself what it builds on would be asked, and answer the same, as fast as both can. */
  #askForGap(): void {
    const ask = askFrame(Y.encodeStateVector(this.#ports.cart.doc));
    if (Buffer.compare(ask, this.#asked) === 0) this.#paced.worked(GAP_BYTES);
    this.#asked = ask;
    this.#whenDurable(() => this.send(ask));
  }

  #tellAll(frame: Uint8Array): void {
    this.#paced.worked(frame.length * this.#ports.cart.listeners.size);
    for (const listener of this.#ports.cart.listeners) listener.send(frame);
  }

  /** Nobody hears of what could still be lost: what is to be said stands before, and what comes meanwhile is not in it. */
  #whenDurable(act: () => void): void {
    const { carts, cart } = this.#ports;
    if (!cart.isDirty) act();
    // Where the commit fails, the connection has ended already; where the disk cannot be read, it ends here.
    else
      void carts
        .durable(cart)
        .then(act)
        .catch(() => this.end(TRY_AGAIN, UNREADABLE));
  }
}
