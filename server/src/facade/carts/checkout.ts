/**
 * Checkout: a cart becomes one order, on however many devices the button is pressed.
 *
 * The order's id follows from the cart's, so the journal holds one at most, whatever happens between
 * it and the cart. A cart whose order is in the journal is closed by whoever looks at it next.
 */
import type { Answer, Order } from '@tallystick/crdt';
import {
  broughtBy,
  CART_BYTES_MAX,
  type Cart,
  fieldsOf,
  mergeCart,
  mergeMore,
  setQuantity,
} from '@tallystick/crdt/cart';
import { type Agent, derivedId, Problem, toSell } from '@tallystick/store-agent';
import type { z } from 'zod';
import type { Carts } from '../../live/carts.ts';
import type { CartHolds } from './cart-holds.ts';
import { cartJson } from './cart-json.ts';
import type { checkoutBody } from './schema.ts';

type Checkout = z.output<typeof checkoutBody>;

function orderIdOf(cartId: string): string {
  return derivedId(cartId, '~order');
}

export class Checkouts {
  readonly #agent: Agent;
  readonly #carts: Carts;
  readonly #holds: CartHolds;
  /** Carts that are being ordered or merged: a second press, and whoever would merge one meanwhile, waits. */
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(agent: Agent, carts: Carts, holds: CartHolds) {
    this.#agent = agent;
    this.#carts = carts;
    this.#holds = holds;
  }

  /** The cart; closed, where its order is known and it does not say so yet. @throws Problem */
  async settled(id: string): Promise<Cart> {
    const cart = await this.#carts.read(id);
    const ordered = cart.order === undefined ? this.#orderedLines(id) : undefined;
    if (ordered === undefined) return cart;
    const closed = await this.#carts.edit(id, (doc, now) => {
      fieldsOf(doc).set('order', orderIdOf(id));
      fieldsOf(doc).delete('refused');
      // What a device added that was not ordered stays, for the shopper to see.
      for (const { sku, quantity } of now.lines) {
        const left = Math.max(0, quantity - (ordered.get(sku) ?? 0));
        if (left !== quantity) setQuantity(doc, sku, left);
      }
    });
    return closed.cart;
  }

  /** By SKU, as its order has them; undefined where it was not ordered. */
  #orderedLines(id: string): ReadonlyMap<string, number> | undefined {
    const body = this.#agent.engine.replica.ledger.documentEntry('order', orderIdOf(id))?.body;
    if (body?.type !== 'sold' && body?.type !== 'confirmed') return undefined;
    return new Map(body.lines.map(({ sku, quantityBase }) => [sku, quantityBase]));
  }

  /**
   * @param check throws where the caller does not mean the cart as it is
   * @returns the journal's answer; whoever comes second gets the first one's order. @throws Problem
   */
  press(id: string, body: Checkout, actor: string, check: (cart: Cart) => void = () => {}): Promise<Answer> {
    return this.#alone([id], () => this.#place(id, body, actor, check));
  }

  /**
   * Brings a guest's cart into another. The guest's is closed first, so that nothing comes into it that nobody would take
   * over; asked again after a crash, the rest is done. Where the other cannot take it, it is open as before.
   * @param check throws where the caller does not mean the other as it is; not asked where it was merged before
   * @throws Problem where one of them is closed, or the other cannot be so
   */
  merge(id: string, guestId: string, check: (cart: Cart) => void): Promise<Cart> {
    return this.#alone([id, guestId], async () => {
      const guest = await this.settled(guestId);
      if (guest.order !== undefined || (guest.mergedInto ?? id) !== id) checkOpen(guestId, guest);
      try {
        checkOpen(id, await this.settled(id));
        const { cart } = await this.#carts.edit(guestId, (doc) => fieldsOf(doc).set('mergedInto', id));
        const merged = await this.#carts.edit(id, (doc, before) => {
          checkOpen(id, before);
          if (broughtBy(doc, guestId) === undefined) check(before);
          mergeCart(doc, guestId, cart);
        });
        return merged.cart;
      } catch (error) {
        await this.#openAgain(id, guestId);
        throw error;
      }
    });
  }

  /**
   * Brings what a device that was cut off put into a guest's cart after that was taken over. Not into a cart that is half full: whoever
   * still has the guest's token, and goes on, must not keep the shopper from their own.
   * @throws Problem where the other is closed, or cannot take it: it stays in the guest's, in sight
   */
  async mergeMore(guestId: string): Promise<void> {
    const { mergedInto: id } = await this.#carts.read(guestId);
    if (id === undefined) return;
    await this.#alone([id, guestId], async () => {
      checkOpen(id, await this.settled(id));
      const guest = await this.#carts.read(guestId);
      if (guest.mergedInto !== id) return;
      if ((this.#carts.find(id)?.bytes ?? 0) > CART_BYTES_MAX / 2)
        throw new Problem('invalid_request', `Cart ${id} is too large to take over more.`);
      await this.#carts.edit(id, (doc, before) => {
        checkOpen(id, before);
        mergeMore(doc, guestId, guest);
      });
    });
  }

  /** A guest's cart that the other did not take, now or before a crash, is the shopper's as it was. */
  async #openAgain(id: string, guestId: string): Promise<void> {
    const target = this.#carts.find(id);
    if (target !== undefined && broughtBy(target.doc, guestId) !== undefined) return;
    if ((await this.#carts.read(guestId)).mergedInto !== id) return;
    await this.#carts.edit(guestId, (doc) => fieldsOf(doc).delete('mergedInto'));
  }

  /** One after the other for each of these carts; all of them are waited for at once, so that nobody waits in a circle. */
  async #alone<T>(ids: readonly string[], run: () => Promise<T>): Promise<T> {
    const busy = () => ids.map((id) => this.#underWay.get(id)).find((before) => before !== undefined);
    for (let before = busy(); before !== undefined; before = busy()) await before.catch(() => {});
    const running = run();
    for (const id of ids) this.#underWay.set(id, running);
    try {
      return await running;
    } finally {
      for (const id of ids) if (this.#underWay.get(id) === running) this.#underWay.delete(id);
    }
  }

  async #place(id: string, body: Checkout, actor: string, check: (cart: Cart) => void): Promise<Answer> {
    const cart = await this.settled(id);
    const known = this.#agent.engine.replica.ledger.documentEntry('order', orderIdOf(id));
    if (known !== undefined) return { ok: true, entry: known, replayed: true };
    checkOpen(id, cart);
    check(cart);
    this.#checkSeen(id, cart, body.total);
    const sale = toSell(
      {
        lines: cart.lines.map(({ sku, quantity }) => ({ sku, quantity })),
        currency: body.total.currency,
        payments: body.payments,
        waitMs: body.waitMs,
        ...(cart.customer === undefined ? {} : { customer: cart.customer }),
        ...(cart.note === undefined ? {} : { note: cart.note }),
      },
      this.#agent.catalogue,
      {
        id: orderIdOf(id),
        actor,
        channel: 'web' satisfies Order['channel'],
        locations: this.#agent.sellsFrom(),
        departsFrom: [],
        defaultWaitMs: this.#agent.settings.sellWaitMs,
        nowMs: Date.now(),
      },
    );
    // A shopper is never in the way of the same shopper: what is held is free for this sale, and for nobody before it.
    const answer = await this.#holds.alone(id, () => {
      this.#holds.letGo(id);
      return this.#agent.submit(sale);
    });
    if (answer.ok) await this.settled(id);
    else this.#holds.follow(id);
    return answer;
  }

  /** Nobody pays for what they did not see. */
  #checkSeen(id: string, cart: Cart, seen: { amountMinor: number; currency: string }): void {
    if (cart.lines.length === 0) throw new Problem('cart_empty', 'There is nothing in the cart.');
    const { total, lines } = cartJson(this.#agent, this.#holds, id, cart);
    const unpriced = lines.findIndex(({ unitPrice }) => unitPrice === null);
    if (unpriced >= 0) {
      throw new Problem(
        'unknown_sku',
        `${lines[unpriced]?.sku} is not for sale now. Remove it from the cart.`,
      );
    }
    if (total?.amountMinor === seen.amountMinor && total.currency === seen.currency) return;
    const now = total === null ? 'more than can be paid' : `${total.amountMinor} ${total.currency}`;
    throw new Problem(
      'cart_changed',
      `The total is ${now} now, in minor units. Show the cart again and ask the shopper.`,
    );
  }
}

/** @throws Problem where nothing can be changed any more */
export function checkOpen(id: string, cart: Cart): void {
  if (cart.order !== undefined) throw new Problem('cart_closed', `Cart ${id} became order ${cart.order}.`);
  if (cart.mergedInto !== undefined)
    throw new Problem('cart_closed', `Cart ${id} was merged into ${cart.mergedInto}. Use that one.`);
}
