/** What a terminal shows and takes. */
import type { Payment } from '@tallystick/crdt';
import type { ParentLinkState } from '@tallystick/crdt/host';
import type { TallystickError } from '../error.ts';
import type { Observable } from '../observable.ts';
import type { BasketLine } from './basket.ts';
import type { TillProduct } from './catalogue.ts';
import type { Sale } from './sales.ts';

/** What {@link createTerminal} takes. */
export interface TerminalOptions {
  /** The name that this till was registered under: lower-case letters, digits and dashes. */
  readonly id: string;
  /** The link of its parent, a store agent or a region: `wss://shop.example/link`. */
  readonly parent: string;
  /** The one-time code of its registration. Needed once in a browser; later it may be left out. */
  readonly code?: string;
  /** `required`: whoever sells signs in with a PIN, and a manager alone overrides and takes back. Off unless told. */
  readonly signIn?: 'required' | 'off';
  /**
   * Days for which sales stay on this device once the books have them: from 1, 30 unless told, and never fewer than the
   * oldest backup goes back that the books may be put back to. What the books lack stays for as long as they do.
   */
  readonly retentionDays?: number;
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

/** A till as it is now. */
export interface TillSnapshot {
  /** Of the till. */
  readonly id: string;
  /** Whether it sells. */
  readonly state: TillState;
  /** Whether its line to the parent is up. It sells all the same. */
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
  readonly cashier?: {
    /** As the operator made them. */
    readonly id: string;
    /** What they may do. */
    readonly role: 'cashier' | 'manager';
  };
  /** Why it is `read-only` or `failed`. */
  readonly error?: TallystickError;
}

/** A manager who types their PIN for this once, where whoever has signed in is none. */
export interface OnceManager {
  /** Their id. */
  readonly cashier: string;
  /** Typed for this once, and not kept. */
  readonly pin: string;
}

/** What is sold. */
export interface NewSale {
  /** At least one. */
  readonly lines: readonly BasketLine[];
  /** Your own id, to ask again without selling twice; else a new UUIDv7. */
  readonly id?: string;
  /** What was paid, in minor units. Kept with the sale, and not checked. */
  readonly payments?: readonly Payment[];
  /** For the sale; no names. */
  readonly note?: string;
  /** An opaque id; names do not belong into a journal. */
  readonly customer?: string;
  /** Sells a basket that was set aside: its units are used first, and must cover the lines. */
  readonly hold?: string;
  /** The goods are in the customer's hands, and this till has no right to them: they are owed. At least three characters. */
  readonly override?: {
    /** For whoever looks into it later; at least three characters. */
    readonly reason: string;
    /** Who allows it for this once, where whoever has signed in is no manager. */
    readonly manager?: OnceManager;
  };
  /** Milliseconds to wait for units that stand elsewhere, where the line is up; 0 to 10,000. 1,500 unless told. */
  readonly waitMs?: number;
}

/** What is set aside. */
export interface NewHold {
  /** At least one. */
  readonly lines: readonly BasketLine[];
  /** Milliseconds until its units are free again. 15 minutes unless told. */
  readonly forMs?: number;
  /** Your own id, to ask again without setting aside twice; else a new UUIDv7. */
  readonly id?: string;
}

/** A basket that was set aside. Its quantities are base units. */
export interface HeldBasket {
  /** For `recall`, `release` and the `hold` of a sale. */
  readonly id: string;
  /** Milliseconds of this device’s clock; its units are free again then. */
  readonly untilMs: number;
  /** In base units. */
  readonly lines: readonly BasketLine[];
}

/** Goods that came back. */
export interface NewReturn {
  /** The sale's id. */
  readonly sale: string;
  /** In base units. */
  readonly lines: readonly {
    /** Of the sale. */
    readonly lineId: string;
    /** The line's product. */
    readonly sku: string;
    /** Base units, from 1; together never more than were sold. */
    readonly quantity: number;
  }[];
  /**
   * Your own id, to ask again without taking back twice; else a new UUIDv7, which the same goods keep while this page
   * has had no answer.
   */
  readonly id?: string;
  /** Who allows it, where whoever has signed in is no manager. */
  readonly manager?: OnceManager;
}

/** Somebody who may sell at this till. */
export interface TillCashier {
  /** The name to sign in with. */
  readonly id: string;
  /** What they may do: a manager also allows what a cashier may not. */
  readonly role: 'cashier' | 'manager';
}

/** A till in this browser. Every method rejects, or throws, with a `TallystickError`. */
export interface Terminal extends Observable<TillSnapshot> {
  /** The name that this till was registered under. */
  readonly id: string;
  /** Resolves when it can sell; rejects where it cannot be opened. In a second tab: when the first one closes. */
  ready(): Promise<void>;
  /**
   * Checks a PIN on this device, with the line up or down. Codes: `unauthenticated`, and `rate_limited` after too many
   * wrong ones (see `retryAfterMs`).
   */
  signIn(cashier: string, pin: string): Promise<void>;
  /** Ends what `signIn` opened. */
  signOut(): void;
  /** Who may sign in at this till's place, by id: for buttons to choose from. */
  cashiers(): readonly TillCashier[];
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
  /** What the catalogue on this device says of a product. */
  product(sku: string): Promise<TillProduct | undefined>;
  /** By barcode: the product, and the unit that bears it. */
  scan(barcode: string): Promise<
    | {
        /** What bears the barcode. */
        readonly product: TillProduct;
        /** Its base unit, or the one on whose package the barcode is. */
        readonly unit: string;
      }
    | undefined
  >;
  /** Products whose SKU or name has all words of a text in it. @param limit 20 unless told */
  find(text: string, limit?: number): Promise<readonly TillProduct[]>;
  /** Lets the till go; another tab may have it then. What was sold stays, and is sent when it is opened again. */
  close(): Promise<void>;
}
