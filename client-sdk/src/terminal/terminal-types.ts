/** What a terminal shows and takes. */
import type { Payment } from '@tallystick/crdt';
import type { ParentLinkState } from '@tallystick/crdt/host';
import type { TallystickError } from '../error.ts';
import type { Observable } from '../observable.ts';
import type { BasketLine } from './basket.ts';
import type { TillProduct } from './catalogue.ts';
import type { Sale } from './sales.ts';

export interface TerminalOptions {
  /** The name that this till was registered under: lower-case letters, digits and dashes. */
  readonly id: string;
  /** The link of its parent, a store agent or a region: `wss://shop.example/link`. */
  readonly parent: string;
  /** The one-time code of its registration. Needed once in a browser; later it may be left out. */
  readonly code?: string;
  /** `required`: whoever sells signs in with a PIN, and a manager alone overrides and takes back. Off unless told. */
  readonly signIn?: 'required' | 'off';
}

/**
 * - `waiting`: another tab of this browser has the till; this one takes over when it closes.
 * - `starting`: it has not met its parent yet, which it must once in each of its lives.
 * - `open`: it sells, with the line up or down.
 * - `read-only`: the device stores nothing now (`error` says why), so nothing is sold. It is tried again each second.
 * - `closed`: by `close()`.
 * - `failed`: it cannot be opened; `error` says why.
 */
export type TillState = 'waiting' | 'starting' | 'open' | 'read-only' | 'closed' | 'failed';

export interface TillSnapshot {
  readonly id: string;
  readonly state: TillState;
  readonly link: ParentLinkState;
  /** Why the link is as it is, for a person. */
  readonly linkSays: string;
  /** Whether the browser promised to clear nothing by itself. Say so at the till where it did not. */
  readonly isPersisted: boolean;
  /** The place that it stands at and sells from. */
  readonly location?: string;
  /** What stands before the numbers of its receipts now. */
  readonly receiptPrefix?: string;
  /** When the copy of the catalogue last heard that it is complete, by this device's clock; 0: never. */
  readonly catalogueAsOfMs: number;
  /** Sales that are not in the books yet. */
  readonly unsettled: number;
  /** The newest fifty, newest first. */
  readonly sales: readonly Sale[];
  /** Baskets that are set aside. */
  readonly holds: readonly HeldBasket[];
  /** Who has signed in. */
  readonly cashier?: { readonly id: string; readonly role: 'cashier' | 'manager' };
  readonly error?: TallystickError;
}

export interface NewSale {
  readonly lines: readonly BasketLine[];
  /** Your own id, to ask again without selling twice; else a new UUIDv7. */
  readonly id?: string;
  readonly payments?: readonly Payment[];
  readonly note?: string;
  /** An opaque id; names do not belong into a journal. */
  readonly customer?: string;
  /** Sells a basket that was set aside: its units are used first, and must cover the lines. */
  readonly hold?: string;
  /** The goods are in the customer's hands, and this till has no right to them: they are owed. At least three characters. */
  readonly override?: {
    readonly reason: string;
    /** Who allows it for this once, where whoever has signed in is no manager. */
    readonly manager?: { readonly cashier: string; readonly pin: string };
  };
  /** Milliseconds to wait for units that stand elsewhere, where the line is up; 0 to 10,000. 1,500 unless told. */
  readonly waitMs?: number;
}

export interface NewHold {
  readonly lines: readonly BasketLine[];
  /** Milliseconds until its units are free again. 15 minutes unless told. */
  readonly forMs?: number;
  readonly id?: string;
}

/** A basket that was set aside. Its quantities are base units. */
export interface HeldBasket {
  readonly id: string;
  readonly untilMs: number;
  readonly lines: readonly BasketLine[];
}

export interface NewReturn {
  /** The sale's id. */
  readonly sale: string;
  /** In base units. */
  readonly lines: readonly { readonly lineId: string; readonly sku: string; readonly quantity: number }[];
  readonly id?: string;
}

/** A till in this browser. Every method rejects, or throws, with a `TallystickError`. */
export interface Terminal extends Observable<TillSnapshot> {
  readonly id: string;
  /** Resolves when it can sell; rejects where it cannot be opened. In a second tab: when the first one closes. */
  ready(): Promise<void>;
  /**
   * Checks a PIN on this device, with the line up or down. Codes: `unauthenticated`, and `rate_limited` after too many
   * wrong ones (see `retryAfterMs`).
   */
  signIn(cashier: string, pin: string): Promise<void>;
  signOut(): void;
  /**
   * Sells. Resolves when the sale is on this device's disk, and not before: print then.
   *
   * Codes: `insufficient_stock` (see `details.items`), `unknown_sku`, `invalid_request`, `read_only`, `not_ready`,
   * `hold_ended`, `override_limit`, `document_differs`, `unauthenticated`, `forbidden`.
   */
  sell(sale: NewSale): Promise<Sale>;
  /** Sets a basket aside: its units are nobody else's until then. */
  hold(basket: NewHold): Promise<HeldBasket>;
  /** A basket that was set aside. Sell it with `hold: id`, or release it. @throws TallystickError `unknown_hold` */
  recall(id: string): HeldBasket;
  /** Frees what was set aside. */
  release(id: string): Promise<void>;
  /** Takes a sale back whose goods have not left. Over a counter they have: `already_departed` says so; return them. */
  cancel(saleId: string, reason: string): Promise<Sale>;
  /**
   * Takes goods back. The keeper of the place writes that down, so the line must be up: `keeper_unreachable` says that
   * it is not. The same `id` again is the same return.
   */
  return(goods: NewReturn): Promise<void>;
  /** A sale of this till, as it is now. */
  sale(id: string): Sale | undefined;
  /** Those placed from then on, by this device's clock, oldest first: for the report of a day. */
  salesSince(sinceMs: number): readonly Sale[];
  /** Base units that can be sold here and now, without asking anybody. Exact. */
  available(sku: string): number;
  product(sku: string): Promise<TillProduct | undefined>;
  /** By barcode: the product, and the unit that bears it. */
  scan(barcode: string): Promise<{ readonly product: TillProduct; readonly unit: string } | undefined>;
  /** Products whose SKU or name has all words of a text in it. @param limit 20 unless told */
  find(text: string, limit?: number): Promise<readonly TillProduct[]>;
  /** Lets the till go; another tab may have it then. What was sold stays, and is sent when it is opened again. */
  close(): Promise<void>;
}
