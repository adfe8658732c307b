/** Sync: how far this device is with all that it keeps, in one word. */
import type { SyncState } from './cart/cart-types.ts';
import type { DeviceCart } from './cart/live-cart.ts';
import { Subject } from './observable.ts';
import type { StockFeed } from './stock/stock-feed.ts';

/** Of all carts that are open, and of live stock. */
export interface SyncSnapshot {
  /** `offline` where any line is down, else `saving` where any edit is on its way, else `saved`. */
  readonly state: SyncState;
  /** Carts with edits that their region may not have. */
  readonly unsavedCarts: number;
}

export class Sync extends Subject<SyncSnapshot> {
  readonly #carts: () => Iterable<DeviceCart>;
  readonly #feed: Pick<StockFeed, 'isUp'>;

  constructor(carts: () => Iterable<DeviceCart>, feed: Pick<StockFeed, 'isUp'>) {
    super({ state: 'saved', unsavedCarts: 0 });
    this.#carts = carts;
    this.#feed = feed;
  }

  /** Something of it is another. */
  look(): void {
    const open = [...this.#carts()].filter(({ isOpen }) => isOpen).map((cart) => cart.getSnapshot());
    const isDown = !this.#feed.isUp || open.some(({ state }) => state === 'offline');
    const unsavedCarts = open.filter(({ hasUnsaved }) => hasUnsaved).length;
    const state = isDown ? 'offline' : open.some((cart) => cart.state === 'saving') ? 'saving' : 'saved';
    const now = this.getSnapshot();
    if (now.state !== state || now.unsavedCarts !== unsavedCarts) this.set({ state, unsavedCarts });
  }
}
