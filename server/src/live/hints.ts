/**
 * Hints: what a region says of a cart's lines beside the document: how many there are, what is set aside,
 * what it costs now. It is the presence of one more client, whom nobody else may speak for:
 *
 *   provider.awareness.getStates().get(0)?.lines.LAMP.available
 *
 * Not in the document, because a hint is worth nothing a minute later: there it would be saved, merged
 * and carried about by devices that are cut off, and each new level would make every cart longer.
 */
import { type Cart, readCart } from '@tallystick/crdt/cart';
import { awarenessFrame } from './frames.ts';
import type { LiveCart } from './live-cart.ts';

/** A hint waits until its cart rests, for this long at least: a stock client says each that it hears once more to everybody. */
const REST_MS = 500;
/** Rests that a hint is put off by levels that change all the time. */
const PUT_OFF_MOST = 1;
/** The same by edits: while a cart is edited without a rest, what is said of it is over when it is heard. */
const PUT_OFF_BY_EDITS_MOST = 7;
/** Hints of one turn, some milliseconds of work; the rest has the next one, and edits come in between. */
const HINTS_PER_TURN = 16;

/** What is said of a cart; it becomes JSON. */
export type Say = (id: string, cart: Cart) => object;

interface Gathered {
  hasRested: boolean;
  /** So many rests it may still be put off. */
  left: number;
}

export class Hints {
  readonly #opened: (id: string) => LiveCart | undefined;
  /** As it was read last, for carts that have left memory. */
  readonly #known = new Map<string, Cart>();
  readonly #bySku = new Map<string, Set<string>>();
  /** Gathered until they rest. */
  readonly #changed = new Map<string, Gathered>();
  /** To be said now, a few at a time; what changes meanwhile is not among them once it was said. */
  readonly #due = new Set<string>();
  /** Would have been said, and was not durable. */
  readonly #late = new Set<string>();
  #gathering: NodeJS.Timeout | undefined;
  #turning: NodeJS.Timeout | undefined;
  #say: Say | undefined;

  /** @param opened a cart that somebody looks at; asking does not keep it in memory */
  constructor(opened: (id: string) => LiveCart | undefined) {
    this.#opened = opened;
  }

  /** From here on this is what is said. */
  saying(say: Say): void {
    this.#say = say;
  }

  /** Somebody comes to a cart: what is known of it is there at once. */
  opened(cart: LiveCart): void {
    if (this.#known.has(cart.id)) this.changed(cart.id);
    else this.#hint(cart.id);
  }

  /** What is said of a cart is something else now; soon its devices hear it. */
  changed(id: string): void {
    this.#gather(id, PUT_OFF_MOST);
  }

  /** A cart says something else; its devices hear what that means when they let go of it for a moment. */
  edited(id: string): void {
    this.#gather(id, PUT_OFF_BY_EDITS_MOST);
  }

  #gather(id: string, left: number): void {
    if (this.#due.has(id)) return;
    if (this.#late.delete(id)) {
      this.#due.add(id);
      this.#go();
      return;
    }
    const known = this.#changed.get(id);
    if (known === undefined) this.#changed.set(id, { hasRested: false, left });
    else {
      known.hasRested = false;
      known.left = Math.min(known.left, left);
    }
    this.#rest();
  }

  /** There are more or fewer of these. */
  levelsChanged(skus: Iterable<string>): void {
    for (const sku of skus) for (const id of this.#bySku.get(sku) ?? []) this.changed(id);
  }

  close(): void {
    clearTimeout(this.#gathering);
    clearTimeout(this.#turning);
    for (const waiting of [this.#changed, this.#due, this.#late]) waiting.clear();
  }

  #rest(): void {
    this.#gathering ??= setTimeout(() => this.#rested(), REST_MS).unref();
  }

  #rested(): void {
    this.#gathering = undefined;
    for (const [id, gathered] of this.#changed) {
      if (gathered.hasRested || gathered.left === 0) {
        this.#changed.delete(id);
        this.#due.add(id);
      } else {
        gathered.hasRested = true;
        gathered.left -= 1;
      }
    }
    if (this.#changed.size > 0) this.#rest();
    if (this.#due.size > 0) this.#go();
  }

  #go(): void {
    this.#turning ??= setTimeout(() => this.#turn(), 1).unref();
  }

  #turn(): void {
    this.#turning = undefined;
    let left = HINTS_PER_TURN;
    for (const id of this.#due) {
      if (left === 0) break;
      left -= 1;
      this.#due.delete(id);
      this.#hint(id);
    }
    if (this.#due.size > 0) this.#go();
  }

  #hint(id: string): void {
    const live = this.#opened(id);
    if (live === undefined || live.listeners.size === 0 || this.#say === undefined) {
      this.#forget(id);
      return;
    }
    if (live.isDirty) {
      // It comes here again when it is durable.
      this.#late.add(id);
      return;
    }
    const cart = this.#read(live);
    if (cart === undefined) return;
    const presence = live.presences.regionShows(JSON.stringify(this.#say(id, cart)));
    if (presence === undefined) return;
    const frame = awarenessFrame([presence]);
    for (const listener of live.listeners) listener.send(frame);
  }

  #read(live: LiveCart): Cart | undefined {
    const known = this.#known.get(live.id);
    if (!live.isLoaded && known !== undefined) return known;
    const read = readCart(live.doc);
    if (!read.ok) return undefined;
    this.#forget(live.id);
    this.#known.set(live.id, read.cart);
    for (const { sku } of read.cart.lines) {
      const carts = this.#bySku.get(sku);
      if (carts === undefined) this.#bySku.set(sku, new Set([live.id]));
      else carts.add(live.id);
    }
    return read.cart;
  }

  #forget(id: string): void {
    for (const { sku } of this.#known.get(id)?.lines ?? []) {
      const carts = this.#bySku.get(sku);
      carts?.delete(id);
      if (carts?.size === 0) this.#bySku.delete(sku);
    }
    this.#known.delete(id);
  }
}
