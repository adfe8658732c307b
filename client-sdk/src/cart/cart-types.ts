/** What a cart shows and takes. */
import type { TallystickError } from '../error.ts';
import type { Observable } from '../observable.ts';
import type { LineHint, Money } from './hints.ts';

/**
 * - `saved`: the region has every edit of this device on disk;
 * - `saving`: the line is up, and not all of them are there yet;
 * - `offline`: the line is down. Edits are kept and go out when it is back.
 */
export type SyncState = 'saved' | 'saving' | 'offline';

/** One product in a cart. */
export interface LiveCartLine {
  /** The product, named once in a cart. */
  readonly sku: string;
  /** Base units, from 1. */
  readonly quantity: number;
  /** While the line to the region is up. A hint. */
  readonly hint?: LineHint;
}

/** A cart as it is on this device. */
export interface CartSnapshot {
  /** Of the cart. */
  readonly id: string;
  /** How far its edits have come. */
  readonly state: SyncState;
  /** Whether this device has edits that the region may not have. Also true of a copy that no region has seen yet since the page was loaded. */
  readonly hasUnsaved: boolean;
  /** False until the copy on this device was read. */
  readonly isLoaded: boolean;
  /** Whether a copy with every edit outlives the page. Not in Node, in some private windows, or while there is no room. */
  readonly isKept: boolean;
  /** In order of their SKUs, each once. */
  readonly lines: readonly LiveCartLine[];
  /** What it costs now, tax included, as the region says while the line is up. */
  readonly total?: Money | null;
  /** The id of a customer. */
  readonly customer?: string;
  /** At most 500 characters. */
  readonly note?: string;
  /** Whether it is one. */
  readonly gift?: boolean;
  /** A way of delivery by its name. */
  readonly delivery?: string;
  /** Somebody pressed "order", and the region has not answered yet. */
  readonly isPressed: boolean;
  /** The order that it became. */
  readonly order?: string;
  /** The cart that took it over. */
  readonly mergedInto?: string;
  /** Why nothing was ordered when it was pressed last: a code, and what it would cost now. */
  readonly refused?: {
    /** Of an error, such as `cart_changed` or `insufficient_stock`. */
    readonly code: string;
    /** Tax included; null where a line has no price. */
    readonly total: Money | null;
  };
  /** Why the client does not go on by itself: a token that ended, an edit that was refused. */
  readonly error?: TallystickError;
}

/** What a device may say of a cart; `undefined` takes it away. No name and no address: ids alone. */
export interface CartFieldValues {
  /** The id of a customer. */
  readonly customer?: string | undefined;
  /** At most 500 characters. */
  readonly note?: string | undefined;
  /** Whether it is one. */
  readonly gift?: boolean | undefined;
  /** A way of delivery by its name, such as `standard`. */
  readonly delivery?: string | undefined;
}

/**
 * A cart on this device. Every edit counts at once here, offline too; edits of several devices merge as
 * `docs/carts.md` says: adding adds up, a set replaces what its device had seen.
 *
 * It is loaded and connected by the first edit or subscription, and let go when nobody watches and all is saved.
 * Each edit resolves when the copy on this device has it, or at once where there is none (`isKept`), and rejects with `RangeError` where it says nothing that
 * a cart can hold.
 */
export interface LiveCart extends Observable<CartSnapshot> {
  /** As the region knows it. */
  readonly id: string;
  /** Adds units to a line. @param quantity whole base units, from 1; usually 1 */
  add(sku: string, quantity?: number): Promise<void>;
  /** Sets a line's quantity; 0 removes it. What another device adds meanwhile comes on top. */
  set(sku: string, quantity: number): Promise<void>;
  /** Removes what is known here of a line. */
  remove(sku: string): Promise<void>;
  /** Sets what is named, or takes it away; all else stays. */
  setFields(fields: CartFieldValues): Promise<void>;
  /**
   * Presses "order", offline too. The answer comes in the snapshot once the region has it: `order`, or `refused`.
   *
   * @param total what the shopper saw; where it costs something else by then, nothing is ordered (`cart_changed`)
   */
  checkout(total: Money): Promise<void>;
  /** Resolves when the region has every edit on disk. @throws TallystickError where that cannot be */
  saved(signal?: AbortSignal): Promise<void>;
  /** Ends the line; the copy on this device stays, unless `forget`. Edits afterwards open it again. */
  close(options?: { readonly forget?: boolean }): Promise<void>;
}
