/**
 * Left carts: a cart with something in it that nobody touched for a while is told of, once, for tools that
 * remind shoppers. It is told until the authority has it, which takes it once however often it hears it.
 */

import type { Cart } from '@tallystick/crdt/cart';
import { errorKind } from '@tallystick/crdt/wire';
import { type Log, Problem } from '@tallystick/store-agent';
import { type CartFile, LEFT } from './cart-file.ts';
import type { Carts } from './carts.ts';

const LOOK_EVERY_MS_MAX = 30_000;
/** Told in one look; a shop whose authority was away for a day has many to tell. */
const TOLD_PER_LOOK = 200;

export interface LeftCart {
  readonly id: string;
  readonly cart: Cart;
  readonly touchedMs: number;
}

export interface LeftCartsPorts {
  readonly carts: Carts;
  readonly file: CartFile;
  readonly log: Log;
  /** For how long nobody touched it. */
  readonly afterMs: number;
  /** @throws Problem */
  tell(left: LeftCart): Promise<void>;
  nowMs(): number;
}

export class LeftCarts {
  readonly #ports: LeftCartsPorts;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;
  #isStopped = false;
  #lastFailure = '';

  constructor(ports: LeftCartsPorts) {
    this.#ports = ports;
    const everyMs = Math.min(ports.afterMs, LOOK_EVERY_MS_MAX);
    this.#timer = setInterval(() => void this.#look(), everyMs);
    this.#timer.unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { file, afterMs, log, nowMs } = this.#ports;
    try {
      for (const { id, nr, touchedMs } of file.untouched(nowMs() - afterMs, TOLD_PER_LOOK)) {
        const told = await this.#tell(id, touchedMs);
        if (this.#isStopped) return;
        file.noteLeft(nr, told);
      }
      this.#lastFailure = '';
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      // A long outage is said once.
      if (said !== this.#lastFailure)
        log.warn({ err: error }, 'of carts that were left nobody can be told now');
      this.#lastFailure = said;
    } finally {
      this.#isLooking = false;
    }
  }

  async #tell(id: string, touchedMs: number) {
    const { carts, tell, log } = this.#ports;
    let cart: Cart;
    try {
      cart = await carts.read(id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // One that nobody can read, such as a newer release's, is in nobody's way.
      log.error({ err: error, cart: id }, 'a cart that was left cannot be read');
      return LEFT.nothing;
    }
    const isOpen = cart.order === undefined && cart.mergedInto === undefined;
    if (!isOpen || cart.lines.length === 0) return LEFT.nothing;
    try {
      await tell({ id, cart, touchedMs });
    } catch (error) {
      if (!(error instanceof Problem) || errorKind(error.code).retryable) throw error;
      log.error({ err: error, cart: id }, 'the authority does not take word of a cart that was left');
    }
    return LEFT.told;
  }
}
