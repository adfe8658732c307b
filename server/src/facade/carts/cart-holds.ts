/**
 * Cart holds: where a region is told to, what is in a cart is set aside for its shopper.
 *
 * A line has holds of its own. One that grows gets another for what is new, so that what it has is
 * never given up for more than there is; one that shrinks, goes or is ordered gives all back and
 * takes what it still wants in the same turn, so that nobody comes in between. Each hold ends once,
 * by its release or by its time; an edit of the cart begins that time anew.
 */
import { createHash } from 'node:crypto';
import {
  type Hold,
  type HoldId,
  holdExpiresAtMs,
  type PoolId,
  parsePoolId,
  placeToAsk,
  poolId,
  type Sku,
} from '@tallystick/crdt';
import { type Agent, uuidv7 } from '@tallystick/store-agent';
import type { Carts } from '../../live/carts.ts';

interface Held {
  readonly id: HoldId;
  readonly hold: Hold;
}

/** Carts that are looked through for such as have no hold left; doubled while there are as many as that. */
const FORGET_AT_MIN = 1_000;
const ACTOR = 'region:carts';
const NAME = /^cart-hold:([\w-]{22}):/;

export class CartHolds {
  readonly #agent: Agent;
  readonly #carts: Carts;
  readonly #followed: (cartId: string) => void;
  /** By cart, as a hash, because the names of both do not fit into one. */
  readonly #ids = new Map<string, Set<HoldId>>();
  #forgetAt = FORGET_AT_MIN;
  /** What is done with a cart's holds is done one after another. */
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #due = new Set<string>();

  /** @param followed called with each cart of which something else may be set aside now */
  constructor(agent: Agent, carts: Carts, followed: (cartId: string) => void) {
    this.#agent = agent;
    this.#followed = followed;
    this.#carts = carts;
    for (const id of agent.engine.replica.ledger.holds.keys()) {
      const [, cart] = NAME.exec(id) ?? [];
      if (cart !== undefined) this.#note(cart, id);
    }
    carts.whenChanged((id) => this.follow(id));
  }

  /** Units of a SKU that are set aside for a cart now. */
  heldOf(cartId: string, sku: Sku): number {
    return units(this.#held(cartId).get(sku) ?? []);
  }

  /** When the first of them ends, in Unix milliseconds, unless the cart is edited before; undefined where none is held. */
  heldUntilMs(cartId: string, sku: Sku): number | undefined {
    const held = this.#held(cartId).get(sku) ?? [];
    const now = this.#agent.engine.now();
    return held.length === 0 ? undefined : Math.min(...held.map(({ hold }) => holdExpiresAtMs(hold, now)));
  }

  /** Sees to it that what is set aside is what the cart has, as far as there is so much. */
  follow(cartId: string): void {
    if (this.#agent.settings.carts.holdMs === 0 || this.#due.has(cartId)) return;
    this.#due.add(cartId);
    this.alone(cartId, () => {
      this.#due.delete(cartId);
      return this.#follow(cartId);
    }).catch((error) =>
      this.#agent.log.warn({ err: error, cart: cartId }, 'its holds could not follow a cart'),
    );
  }

  /** Nobody else changes the cart's holds meanwhile. */
  async alone<T>(cartId: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(cartId) ?? Promise.resolve();
    const mine = before.then(act, act);
    this.#last.set(cartId, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(cartId) === mine) this.#last.delete(cartId);
    }
  }

  /** Gives all back; a command that is submitted right after finds the units free, before anybody else does. */
  letGo(cartId: string): void {
    for (const held of this.#held(cartId).values()) this.#release(held);
  }

  async #follow(cartId: string): Promise<void> {
    const { order, mergedInto, lines } = await this.#carts.read(cartId);
    const isOpen = order === undefined && mergedInto === undefined;
    const wanted = new Map(isOpen ? lines.map(({ sku, quantity }) => [sku, quantity]) : []);
    const held = this.#held(cartId);
    const answers: Promise<unknown>[] = [];
    for (const sku of new Set([...wanted.keys(), ...held.keys()])) {
      const want = wanted.get(sku) ?? 0;
      const has = held.get(sku) ?? [];
      const missing = want - units(has);
      const kept = missing < 0 ? this.#shrink(cartId, sku, has, want, answers) : has;
      this.#extend(kept);
      if (missing > 0) answers.push(this.#hold(cartId, sku, missing));
    }
    await Promise.all(answers);
    this.#followed(cartId);
    if (held.size === 0 && wanted.size === 0) this.#ids.delete(keyOf(cartId));
  }

  /** Gives back the newest holds until no more is held than wanted, and takes what one of them had too much of. */
  #shrink(cartId: string, sku: Sku, has: readonly Held[], want: number, answers: Promise<unknown>[]): Held[] {
    const kept = [...has];
    while (units(kept) > want) {
      const last = kept.pop() as Held;
      this.#release([last]);
      const missing = want - units(kept);
      if (missing > 0) answers.push(this.#hold(cartId, sku, missing, last.hold.lines[0]?.pool));
    }
    return kept;
  }

  /** A hold that ended by its time is none. */
  #held(cartId: string): Map<Sku, Held[]> {
    const key = keyOf(cartId);
    const { holds } = this.#agent.engine.replica.ledger;
    const bySku = new Map<Sku, Held[]>();
    for (const id of this.#ids.get(key) ?? []) {
      const hold = holds.get(id);
      const [line] = hold?.lines ?? [];
      if (hold === undefined || line === undefined) this.#ids.get(key)?.delete(id);
      else {
        const { sku } = parsePoolId(line.pool);
        bySku.set(sku, [...(bySku.get(sku) ?? []), { id, hold }]);
      }
    }
    return bySku;
  }

  /** @param pool where it must be: units that were given back there in this turn */
  async #hold(cartId: string, sku: Sku, n: number, pool = this.#place(sku, n)): Promise<void> {
    if (pool === undefined) return;
    const key = keyOf(cartId);
    const id = `cart-hold:${key}:${uuidv7()}` as HoldId;
    const { carts, sellWaitMs } = this.#agent.settings;
    const lines = [{ pool, n }];
    const asked = { actor: ACTOR, ttlMs: carts.holdMs, lines, waitMs: sellWaitMs };
    const answer = await this.#agent.submit({ type: 'hold', id, ...asked });
    // Too few are left: the line stays in the cart, and shows that nothing is set aside for it.
    if (answer.ok) this.#note(key, id);
  }

  /** Where so many are, else where to ask first; undefined for what nobody sells. */
  #place(sku: Sku, n: number): PoolId | undefined {
    const { engine, catalogue } = this.#agent;
    if (catalogue.product(sku) === undefined) return undefined;
    const places = this.#agent.sellsFrom();
    const pools = places.map((location) => poolId(sku, location));
    const here = pools.find((pool) => engine.replica.canSell(pool) >= n);
    if (here !== undefined || places.length === 0) return here;
    const availableOf = (pool: PoolId) => this.#agent.levels.at(pool)?.available;
    return poolId(sku, placeToAsk({ availableOf }, sku, n, places));
  }

  #extend(held: readonly Held[]): void {
    const { holdMs } = this.#agent.settings.carts;
    for (const { id, hold } of held) {
      if (holdExpiresAtMs(hold, this.#agent.engine.now()) - Date.now() > holdMs / 2) continue;
      void this.#agent.submit({ type: 'extend', id: uuidv7(), actor: ACTOR, holdId: id, ttlMs: holdMs });
    }
  }

  /** Once, however often it is asked for: its id is the act's. */
  #release(held: readonly Held[]): void {
    for (const { id } of held) void this.#agent.submit({ type: 'release', id, actor: ACTOR, holdId: id });
  }

  #note(key: string, id: HoldId): void {
    const known = this.#ids.get(key);
    if (known !== undefined) {
      known.add(id);
      return;
    }
    this.#ids.set(key, new Set([id]));
    if (this.#ids.size >= this.#forgetAt) this.#forgetEnded();
  }

  /** Carts whose holds all ended by their time and that nobody looked at since. */
  #forgetEnded(): void {
    const { holds } = this.#agent.engine.replica.ledger;
    for (const [key, ids] of this.#ids) if (![...ids].some((id) => holds.has(id))) this.#ids.delete(key);
    this.#forgetAt = Math.max(FORGET_AT_MIN, 2 * this.#ids.size);
  }
}

function units(held: readonly Held[]): number {
  return held.reduce((sum, { hold }) => sum + hold.lines.reduce((n, line) => n + line.n, 0), 0);
}

function keyOf(cartId: string): string {
  return createHash('sha256').update(cartId).digest('base64url').slice(0, 22);
}
