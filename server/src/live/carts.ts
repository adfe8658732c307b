/**
 * Carts: all carts of this region. What is edited here becomes durable in turns (see Turns), and nobody hears of it before.
 */
import type { Cart } from '@tallystick/crdt/cart';
import { pressesOf, readCart } from '@tallystick/crdt/cart';
import { type Log, Problem } from '@tallystick/store-agent';
import * as Y from 'yjs';
import type { CartFile } from './cart-file.ts';
import { updateFrame } from './frames.ts';
import { type Listener, LiveCart } from './live-cart.ts';
import { takeUpdate } from './take-update.ts';
import { Turns } from './turns.ts';

/** A cart that was quiet for so long leaves memory; its connections stay. */
const QUIET_MS = 30_000;
const SWEEP_EVERY_MS = 5_000;
/** Carts that leave memory in one sweep: writing each anew takes a part of a millisecond. */
const LEAVE_PER_SWEEP = 1_000;
/** A cart that nobody changed for so long is removed. */
const KEPT_MS = 90 * 86_400_000;
const REMOVE_PER_SWEEP = 20;
/** Carts where "order" waits for an answer that could not be given yet. */
const PRESSED_PER_SWEEP = 100;

/** A closing code of RFC 6455: not what we take. */
const POLICY_VIOLATION = 1008;

export interface CartsPorts {
  readonly file: CartFile;
  readonly log: Log;
  /** Random, new with every process: the Yjs client id of edits that are made here. */
  readonly regionClient: number;
  nowMs(): number;
}

export class Carts {
  readonly #ports: CartsPorts;
  readonly #carts = new Map<string, LiveCart>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #turns: Turns;
  #lastRemoval = 0;
  readonly #whenChanged: ((id: string) => void)[] = [];
  #whenPressed: (id: string) => void = () => {};
  #whenMerged: (id: string) => void = () => {};

  constructor(ports: CartsPorts) {
    this.#ports = ports;
    this.#turns = new Turns({ ...ports, saved: (carts) => this.#saved(carts) });
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_EVERY_MS);
    this.#sweeper.unref();
  }

  /** Calls this with each cart that was made or changed, when that is durable. */
  whenChanged(changed: (id: string) => void): void {
    this.#whenChanged.push(changed);
  }

  /** Calls this with a cart where "order" is pressed, when that is durable, and again until it is answered. */
  whenPressed(pressed: (id: string) => void): void {
    this.#whenPressed = pressed;
  }

  /** Calls this with each cart that another took over, when it was changed, and when somebody connects to it. */
  whenMerged(merged: (id: string) => void): void {
    this.#whenMerged = merged;
  }

  /** Somebody connected to it. */
  joined(cart: LiveCart): void {
    if (cart.isMerged) this.#whenMerged(cart.id);
  }

  /** Nothing is pressed there: it was said to be, because what came after it could not be looked at. */
  notPressed(id: string): void {
    const cart = this.#need(id);
    if (cart.isDirty || !cart.isPressed || pressesOf(cart.doc).size > 0) return;
    this.#ports.file.commit(
      { updates: [], whole: [], pressed: [{ nr: cart.nr, isPressed: false }] },
      this.#ports.nowMs(),
    );
    cart.isPressed = false;
  }

  /** How many documents are in memory. */
  get loaded(): number {
    let count = 0;
    for (const cart of this.#carts.values()) if (cart.isLoaded) count += 1;
    return count;
  }

  /** On disk when it returns. */
  create(id: string, write: (doc: Y.Doc) => void): void {
    const doc = new Y.Doc();
    doc.clientID = this.#ports.regionClient;
    write(doc);
    this.#ports.file.create(id, Y.encodeStateAsUpdate(doc), this.#ports.nowMs());
    this.#changed(id);
  }

  /** undefined where there is no such cart */
  find(id: string): LiveCart | undefined {
    const open = this.#carts.get(id);
    const cart = open ?? this.#open(id);
    if (cart !== undefined) cart.usedAtMs = this.#ports.nowMs();
    return cart;
  }

  /** A cart that somebody looks at already. */
  opened(id: string): LiveCart | undefined {
    return this.#carts.get(id);
  }

  #open(id: string): LiveCart | undefined {
    const { file, regionClient } = this.#ports;
    const nr = file.find(id);
    if (nr === undefined) return undefined;
    const cart = new LiveCart(file, id, nr, regionClient);
    this.#carts.set(id, cart);
    return cart;
  }

  /** What a cart says, once that is durable. @throws Problem */
  async read(id: string): Promise<Cart> {
    const cart = this.#need(id);
    const said = readable(cart);
    await this.durable(cart);
    return said;
  }

  /** Edits a cart, and resolves when that is durable. @throws Problem */
  async edit<T>(id: string, change: (doc: Y.Doc, cart: Cart) => T): Promise<{ value: T; cart: Cart }> {
    const cart = this.#need(id);
    const before = readable(cart);
    try {
      let value: T | undefined;
      const updates = cart.change((doc) => {
        value = doc.transact(() => change(doc, before));
      });
      const after = readCart(cart.doc);
      if (!after.ok) throw new Problem('invalid_request', `The cart cannot be so: ${after.message}.`);
      for (const update of updates) this.#turns.add(cart, update);
      await this.durable(cart);
      return { value: value as T, cart: after.cart };
    } catch (error) {
      this.#readAnew(cart);
      throw error;
    }
  }

  /** Resolves when all that the document holds now is on disk: whoever is told of it looks before they wait. */
  durable(cart: LiveCart): Promise<void> {
    return this.#turns.durable(cart);
  }

  /** Takes in what a device sent. @returns whether it builds on what was not sent, and what was written to weigh the cart */
  take(
    cart: LiveCart,
    update: Uint8Array,
    from: Listener,
  ): { readonly gap: boolean; readonly weighed: number } {
    cart.usedAtMs = this.#ports.nowMs();
    if (cart.overwrite(update)) {
      this.#turns.add(cart, update);
      return { gap: false, weighed: 0 };
    }
    let taken: ReturnType<typeof takeUpdate> | undefined;
    const made = cart.change((doc) => {
      taken = takeUpdate(doc, update, this.#ports.regionClient, cart.bytes);
    });
    if (taken?.ok !== true) {
      this.#ports.log.warn({ cart: cart.id, why: taken?.why }, 'an update of a cart was refused');
      this.#readAnew(cart);
      from.end(POLICY_VIOLATION, taken?.why ?? '');
      return { gap: false, weighed: 0 };
    }
    for (const one of made) this.#turns.add(cart, one);
    // Nothing new in it: whoever sent it hears that it is saved, as soon as it is.
    if (made.length === 0 && !taken.gap && update.length > 2) {
      void this.durable(cart).then(
        () => from.send(updateFrame(update)),
        () => {},
      );
    }
    return taken;
  }

  #saved(carts: ReadonlySet<LiveCart>): void {
    for (const cart of carts) {
      this.#changed(cart.id);
      if (cart.isPressed) this.#whenPressed(cart.id);
      if (cart.isMerged) this.#whenMerged(cart.id);
    }
  }

  #changed(id: string): void {
    for (const changed of this.#whenChanged) changed(id);
  }

  /** Something is in the document that is to be in no cart: what was good is saved, and read again when it is needed. */
  #readAnew(cart: LiveCart): void {
    cart.spoil();
    this.#turns.write();
    cart.unload();
  }

  #need(id: string): LiveCart {
    const cart = this.find(id);
    if (cart !== undefined) return cart;
    throw new Problem('unknown_cart', `No cart ${id} is kept here.`);
  }

  #sweep(): void {
    const nowMs = this.#ports.nowMs();
    const quiet = [...this.#carts.values()]
      .filter((cart) => !cart.isDirty && nowMs - cart.usedAtMs > QUIET_MS)
      .slice(0, LEAVE_PER_SWEEP);
    try {
      const whole = quiet.flatMap((cart) => {
        const state = cart.whole(0);
        return state === undefined ? [] : [{ nr: cart.nr, state }];
      });
      if (whole.length > 0) this.#ports.file.commit({ updates: [], whole, pressed: [] }, nowMs);
      this.#ports.file.trim();
      for (const id of this.#ports.file.pressed(PRESSED_PER_SWEEP)) this.#whenPressed(id);
      if (nowMs - this.#lastRemoval > 60_000) {
        this.#lastRemoval = nowMs;
        this.#ports.file.removeUntouched(nowMs - KEPT_MS, REMOVE_PER_SWEEP);
      }
    } catch (error) {
      this.#ports.log.warn({ err: error }, 'quiet carts could not be written anew; their updates are kept');
    }
    for (const cart of quiet) {
      cart.unload();
      if (cart.listeners.size === 0) this.#carts.delete(cart.id);
    }
  }

  close(): void {
    clearInterval(this.#sweeper);
    this.#turns.close();
    this.#ports.file.close();
  }
}

function readable(cart: LiveCart): Cart {
  const read = readCart(cart.doc);
  if (read.ok) return read.cart;
  throw new Problem('internal', `Cart ${cart.id} cannot be read: ${read.message}`);
}
