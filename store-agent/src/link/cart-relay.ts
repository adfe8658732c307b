/**
 * Cart relay: the root passes frames of live carts on from one region to another, by name. It keeps nothing
 * of them: what cannot be passed on now is answered by an end, and the client comes again.
 */
import type { ReplicaId } from '@tallystick/crdt';
import type { CartFrame } from '@tallystick/crdt/wire';

/** What may wait for a region that reads slowly, of carts; goods and orders have the rest of its link. */
export const CARTS_WAITING_BYTES_MAX = 4 * 1024 * 1024;
/** RFC 6455: come again. */
const TRY_AGAIN = 1013;

export interface CartRelayPorts {
  /** Whether frames of this channel can be sent to a region now, and not too many wait for it. */
  takes(region: ReplicaId): boolean;
  send(to: ReplicaId, frame: CartFrame): void;
  regions(): Iterable<ReplicaId>;
}

export class CartRelay {
  readonly #ports: CartRelayPorts;

  constructor(ports: CartRelayPorts) {
    this.#ports = ports;
  }

  /** From a region, in its own name. */
  pass(frame: CartFrame): void {
    const { from, to, session, isKeeper } = frame;
    if (to !== from && this.#ports.takes(to)) this.#ports.send(to, frame);
    else if (frame.kind !== 'cart-ended')
      this.#ports.send(from, ended(to, from, session, !isKeeper, `${to} cannot be reached now.`));
  }

  /** A region is gone: whoever had a session with it hears so at once. */
  gone(region: ReplicaId): void {
    for (const other of this.#ports.regions()) {
      if (other !== region && this.#ports.takes(other))
        this.#ports.send(other, ended(region, other, 0, true, `${region} cannot be reached now.`));
    }
  }
}

function ended(
  from: ReplicaId,
  to: ReplicaId,
  session: number,
  isKeeper: boolean,
  reason: string,
): CartFrame {
  return { kind: 'cart-ended', from, to, session, isKeeper, code: TRY_AGAIN, reason };
}
