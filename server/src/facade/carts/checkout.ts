/**
 * Checkout: a cart becomes one order, on however many devices the button is pressed.
 *
 * The order's id follows from the cart's, so the journal holds one at most, whatever happens between
 * it and the cart. A cart whose order is in the journal is closed by whoever looks at it next.
 */
import type { Answer, Order } from '@tallystick/crdt';
import { type Cart, fieldsOf, setQuantity } from '@tallystick/crdt/cart';
import { type Agent, derivedId, Problem, toSell } from '@tallystick/store-agent';
import type { z } from 'zod';
import type { Carts } from '../../live/carts.ts';
import type { CartHolds } from './cart-holds.ts';
import { cartJson } from './cart-json.ts';
import type { checkoutBody } from './schema.ts';

function orderIdOf(cartId: string): string {
  return derivedId(cartId, '~order');
}

export class Checkouts {
  readonly #agent: Agent;
  readonly #carts: Carts;
  readonly #holds: CartHolds;
  /** Carts whose order is being placed: a second press waits for the first. */
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

  /** @returns the journal's answer; whoever comes second gets the first one's order. @throws Problem */
  async press(id: string, body: z.output<typeof checkoutBody>, actor: string): Promise<Answer> {
    for (let before = this.#underWay.get(id); before !== undefined; before = this.#underWay.get(id)) {
      await before.catch(() => {});
    }
    const placing = this.#place(id, body, actor);
    this.#underWay.set(id, placing);
    try {
      return await placing;
    } finally {
      if (this.#underWay.get(id) === placing) this.#underWay.delete(id);
    }
  }

  async #place(id: string, body: z.output<typeof checkoutBody>, actor: string): Promise<Answer> {
    const cart = await this.settled(id);
    const known = this.#agent.engine.replica.ledger.documentEntry('order', orderIdOf(id));
    if (known !== undefined) return { ok: true, entry: known, replayed: true };
    checkOpen(id, cart);
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
