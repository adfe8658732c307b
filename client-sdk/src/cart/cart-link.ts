/**
 * Cart link: one cart's document on this device, its copy in the browser and its line to the region. Everything that
 * is large stands behind this file: it is loaded when the first cart is used.
 */
import type { Sku } from '@tallystick/crdt';
import {
  addUnits,
  type CartFields,
  type CartRead,
  pressCheckout,
  readCart,
  setFields,
  setQuantity,
} from '@tallystick/crdt/cart';
import * as decoding from 'lib0/decoding';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { TallystickError } from '../error.ts';
import type { WebSocketClass } from '../ports.ts';
import { type Kept, keep } from './kept.ts';
import { Unsaved } from './unsaved.ts';

export interface CartLinkOptions {
  /** Of the region, without a slash at the end. */
  readonly url: string;
  readonly id: string;
  readonly token: string;
  readonly webSocket: WebSocketClass;
  /** Something that can be read here is another. */
  onChange(): void;
  /** Why this cart cannot be opened, asked over REST: a browser does not tell what a socket was refused for. */
  whyRefused(token: string): Promise<TallystickError | undefined>;
}

/** The region, beside the document: what it shows under the id that nobody else may have. */
const REGION_PRESENCE = 0;
/** Kinds of messages of y-websocket, and of its messages of sync. */
const SYNC = 0;
const AUTH = 2;
const STEP_1 = 0;
const POLICY_VIOLATION = 1008;
/** Stock clients knock every 2.5 s; a region that comes back has all of them to let in. */
const RECONNECT_MS_MAX = 8_000;

export class CartLink {
  readonly #options: CartLinkOptions;
  readonly #doc = new Y.Doc();
  readonly #unsaved = new Unsaved();
  #kept: Kept | undefined;
  #provider!: WebsocketProvider;
  #token: string;
  #isAsking = false;
  /** While a message of the region is read: what it brings is saved already. */
  #isHearing = false;
  #error: TallystickError | undefined;
  #isClosed = false;

  static async open(options: CartLinkOptions): Promise<CartLink> {
    const link = new CartLink(options);
    const name = `tallystick cart ${options.url} ${options.id}`;
    link.#kept = await keep(name, link.#doc, () => options.onChange());
    link.#watch();
    link.#connect();
    return link;
  }

  private constructor(options: CartLinkOptions) {
    this.#options = options;
    this.#token = options.token;
  }

  #watch(): void {
    const doc = this.#doc;
    // Whether the region ever got it is not known before it says so.
    const whole = Y.encodeStateAsUpdate(doc);
    if (doc.store.clients.size > 0) this.#unsaved.add(whole);
    doc.on('update', (update: Uint8Array) => {
      if (!this.#isHearing) this.#unsaved.add(update);
      this.#options.onChange();
    });
  }

  #connect(): void {
    const { url, id, webSocket, onChange } = this.#options;
    const provider = new WebsocketProvider(
      `${url.replace(/^http/, 'ws')}/v1/carts/live`,
      encodeURIComponent(id),
      this.#doc,
      {
        connect: false,
        // Not in the URL, where logs would have it.
        protocols: [`yauth-${this.#token}`],
        WebSocketPolyfill: webSocket as never,
        // Tabs that share a copy are one device and hear each other; without one each is a device of its own.
        disableBc: this.#kept === undefined,
        maxBackoffTime: RECONNECT_MS_MAX,
        shouldReconnect: ({ code }) => code !== POLICY_VIOLATION,
      },
    );
    this.#provider = provider;
    this.#listen(provider);
    provider.on('sync', onChange);
    provider.on('status', onChange);
    provider.awareness.on('change', onChange);
    provider.on('closed', ({ reason }) => {
      this.#fail(new TallystickError('cart_refused', reason === '' ? 'The region refused an edit.' : reason));
    });
    provider.on('connection-error', () => void this.#ask());
    provider.connect();
  }

  /** Reads along what the region says. */
  #listen(provider: WebsocketProvider): void {
    const sync = provider.messageHandlers[SYNC];
    provider.messageHandlers[SYNC] = (encoder, decoder, its, isFromRegion, type) => {
      // Other tabs of this browser speak here too, and nothing is saved by them.
      if (!isFromRegion) return sync?.(encoder, decoder, its, isFromRegion, type);
      const copy = decoding.clone(decoder);
      this.#isHearing = true;
      try {
        sync?.(encoder, decoder, its, isFromRegion, type);
      } finally {
        this.#isHearing = false;
      }
      const kind = decoding.readVarUint(copy);
      const bytes = decoding.readVarUint8Array(copy);
      if (kind === STEP_1) this.#unsaved.hearVector(bytes);
      else this.#unsaved.hear(bytes);
      this.#options.onChange();
    };
    // Why an edit was refused stands in the close that follows; stock clients write it to the console.
    provider.messageHandlers[AUTH] = () => {};
  }

  /** Once at a time: it takes longer than the next knock does. */
  async #ask(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const token = this.#token;
    const why = await this.#options.whyRefused(token);
    this.#isAsking = false;
    if (why !== undefined && !why.retryable && token === this.#token) this.#fail(why);
  }

  /** Another token: the line is made anew with it, also one that was given up for the former. */
  renew(token: string): void {
    if (this.#isClosed || token === this.#token) return;
    this.#token = token;
    this.#error = undefined;
    this.#hangUp();
    this.#connect();
    this.#options.onChange();
  }

  #hangUp(): void {
    this.#provider.destroy();
    this.#provider.awareness.destroy();
  }

  /** Trying again is pointless. */
  #fail(error: TallystickError): void {
    if (this.#isClosed) return;
    this.#error = error;
    this.#provider.disconnect();
    this.#options.onChange();
  }

  get isUp(): boolean {
    return this.#provider.synced;
  }

  get hasUnsaved(): boolean {
    return !this.#unsaved.isEmpty;
  }

  get error(): TallystickError | undefined {
    return this.#error;
  }

  /** Whether the copy on this device outlives the page. */
  get isKept(): boolean {
    return this.#kept?.isWhole === true;
  }

  /** Resolves when the copy on this device has every edit that was made so far, where there is a copy. */
  async written(): Promise<void> {
    await this.#kept?.written();
  }

  read(): CartRead {
    return readCart(this.#doc);
  }

  /** What the region last said of prices and stock; undefined while the line is down. */
  hints(): unknown {
    return this.isUp ? this.#provider.awareness.getStates().get(REGION_PRESENCE) : undefined;
  }

  add(sku: Sku, quantity: number): void {
    addUnits(this.#doc, sku, quantity);
  }

  set(sku: Sku, quantity: number): void {
    setQuantity(this.#doc, sku, quantity);
  }

  setFields(fields: { [name in keyof CartFields]?: CartFields[name] | undefined }): void {
    setFields(this.#doc, fields);
  }

  press(total: { readonly amountMinor: number; readonly currency: string }): void {
    pressCheckout(this.#doc, total);
  }

  /** @param isForgotten whether the copy on this device goes too */
  async close(isForgotten = false): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#hangUp();
    await (isForgotten ? this.#kept?.forget() : this.#kept?.close());
    this.#doc.destroy();
  }
}
