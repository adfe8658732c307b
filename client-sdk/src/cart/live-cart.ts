/** Live cart: a cart that this device edits with or without a network. Small: what is large is loaded when it is used. */
import { isSku, type Sku } from '@tallystick/crdt';
import { TallystickError } from '../error.ts';
import { type Observable, Subject } from '../observable.ts';
import type { WebSocketClass } from '../ports.ts';
import type { TokenSource } from '../rest/auth.ts';
import type { Rest } from '../rest/rest.ts';
import type { CartLink } from './cart-link.ts';
import { type LineHint, type Money, readHints } from './hints.ts';

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
  /** Whether the copy outlives the page. Not in Node, nor in some private windows. */
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
 * Each edit resolves when the copy on this device has it, and rejects with `RangeError` where it says nothing that
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

export interface CartPorts {
  readonly url: string;
  readonly rest: Rest;
  readonly tokens: TokenSource;
  webSocket(): WebSocketClass | undefined;
  /** Whether the client was closed. */
  isClosed(): boolean;
  /** The state of this cart is another. */
  onChange(): void;
}

/** Pages that are left and opened, and components that are drawn anew, keep their line. */
const LINGER_MS = 1_000;

export class DeviceCart implements LiveCart {
  readonly id: string;
  token: string | undefined;
  readonly #ports: CartPorts;
  readonly #subject: Subject<CartSnapshot>;
  #opening: Promise<CartLink> | undefined;
  #link: CartLink | undefined;
  #waiting = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string, ports: CartPorts) {
    this.id = id;
    this.#ports = ports;
    this.#subject = new Subject<CartSnapshot>(unread(id), {
      onWatched: () => void this.#open().catch(() => {}),
      onUnwatched: () => this.#mayLetGo(),
    });
    this.subscribe = this.#subject.subscribe;
    this.getSnapshot = this.#subject.getSnapshot;
  }

  readonly subscribe: LiveCart['subscribe'];
  readonly getSnapshot: LiveCart['getSnapshot'];

  /** Whether it has a line, or wants one. */
  get isOpen(): boolean {
    return this.#opening !== undefined;
  }

  get isInUse(): boolean {
    return this.isOpen || this.#subject.isWatched;
  }

  async add(sku: string, quantity = 1): Promise<void> {
    const parsed = skuOf(sku);
    (await this.#open()).add(parsed, quantity);
  }

  async set(sku: string, quantity: number): Promise<void> {
    const parsed = skuOf(sku);
    (await this.#open()).set(parsed, quantity);
  }

  remove(sku: string): Promise<void> {
    return this.set(sku, 0);
  }

  async setFields(fields: CartFieldValues): Promise<void> {
    (await this.#open()).setFields(fields);
  }

  async checkout(total: Money): Promise<void> {
    (await this.#open()).press(total);
  }

  async saved(signal?: AbortSignal): Promise<void> {
    this.#waiting += 1;
    try {
      await this.#open();
      await this.#until(({ state }) => state === 'saved', signal);
    } finally {
      this.#waiting -= 1;
      this.#mayLetGo();
    }
  }

  async close({ forget = false } = {}): Promise<void> {
    clearTimeout(this.#timer);
    const opening = this.#opening;
    this.#opening = undefined;
    this.#link = undefined;
    await (await opening?.catch(() => undefined))?.close(forget);
    if (forget) this.#subject.set(unread(this.id));
    this.#ports.onChange();
  }

  /** @throws TallystickError */
  #open(): Promise<CartLink> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#load();
    this.#opening = opening;
    opening.then(
      (link) => {
        if (this.#opening !== opening) return;
        this.#link = link;
        this.#changed();
      },
      (error) => {
        if (this.#opening !== opening) return;
        // The next edit tries again: a part of the page that could not be loaded may be there then.
        this.#opening = undefined;
        if (error instanceof TallystickError) this.#subject.set({ ...this.getSnapshot(), error });
      },
    );
    return opening;
  }

  async #load(): Promise<CartLink> {
    if (this.#ports.isClosed()) throw new TallystickError('closed', 'The client was closed.');
    const { url, rest, tokens } = this.#ports;
    const webSocket = this.#ports.webSocket();
    if (webSocket === undefined)
      throw new TallystickError(
        'no_websocket',
        'There is no WebSocket here: pass the one of the package ws as createClient({ webSocket }).',
      );
    // Of what the client signs in with, only a text may be a cart's token; a program's opens no live cart.
    const token = this.token ?? (tokens.canRenew ? undefined : await tokens.token());
    if (token === undefined)
      throw new TallystickError('unauthenticated', 'A cart needs its token: client.cart(id, { token }).');
    const { CartLink } = await import('./cart-link.ts');
    return CartLink.open({
      url,
      id: this.id,
      token,
      webSocket,
      onChange: () => this.#changed(),
      whyRefused: () =>
        rest.get('/v1/carts/{id}', { path: { id: this.id }, token }).then(
          () => undefined,
          (error) => (error instanceof TallystickError ? error : undefined),
        ),
    });
  }

  #changed(): void {
    const link = this.#link;
    if (link === undefined) return;
    this.#subject.set(snapshotOf(this.id, link));
    this.#ports.onChange();
    this.#mayLetGo();
  }

  /** Nobody watches, nothing is to be done: the line is let go, a moment later. */
  #mayLetGo(): void {
    const isIdle = () =>
      this.#link !== undefined && !this.#subject.isWatched && this.#waiting === 0 && !this.#link.hasUnsaved;
    if (!isIdle()) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (isIdle()) void this.close();
    }, LINGER_MS);
  }

  #until(isSo: (now: CartSnapshot) => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (act: () => void) => {
        stop();
        signal?.removeEventListener('abort', look);
        act();
      };
      const look = () => {
        const now = this.getSnapshot();
        if (isSo(now)) end(resolve);
        else if (now.error !== undefined) end(() => reject(now.error));
        else if (signal?.aborted === true) end(() => reject(signal.reason));
        else if (this.#opening === undefined)
          end(() => reject(new TallystickError('closed', 'The cart was closed before all was saved.')));
      };
      const stop = this.subscribe(look);
      signal?.addEventListener('abort', look);
      look();
    });
  }
}

function unread(id: string): CartSnapshot {
  return {
    id,
    state: 'offline',
    hasUnsaved: false,
    isLoaded: false,
    isKept: false,
    lines: [],
    isPressed: false,
  };
}

function snapshotOf(id: string, link: CartLink): CartSnapshot {
  const { isUp, hasUnsaved, isKept, error } = link;
  const state: SyncState = !isUp ? 'offline' : hasUnsaved ? 'saving' : 'saved';
  const read = link.read();
  const wrong = error ?? (read.ok ? undefined : new TallystickError('cart_refused', read.message));
  const known = {
    id,
    state,
    hasUnsaved,
    isLoaded: true,
    isKept,
    ...(wrong === undefined ? {} : { error: wrong }),
  };
  if (!read.ok) return { ...known, lines: [], isPressed: false };
  const hints = readHints(link.hints());
  const { lines, presses, ...rest } = read.cart;
  return {
    ...known,
    ...rest,
    isPressed: presses !== undefined,
    ...(hints === undefined ? {} : { total: hints.total }),
    lines: lines.map(({ sku, quantity }) => {
      const hint = hints?.lines[sku];
      return { sku, quantity, ...(hint === undefined ? {} : { hint }) };
    }),
  };
}

function skuOf(text: string): Sku {
  if (!isSku(text)) throw new RangeError(`'${text}' is no SKU: 1 to 64 visible characters.`);
  return text;
}
