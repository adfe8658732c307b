/** Live cart: a cart that this device edits with or without a network. Small: what is large is loaded when it is used. */
import { isSku, type Sku } from '@tallystick/crdt';
import { TallystickError } from '../error.ts';
import { Subject } from '../observable.ts';
import type { WebSocketClass } from '../ports.ts';
import type { TokenSource } from '../rest/auth.ts';
import type { Rest } from '../rest/rest.ts';
import type { CartLink } from './cart-link.ts';
import type { CartFieldValues, CartSnapshot, LiveCart, SyncState } from './cart-types.ts';
import { type Money, readHints } from './hints.ts';

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
  #token: string | undefined;
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

  /** From now on. A component that is drawn anew says the same one again. */
  set token(token: string) {
    if (token === this.#token) return;
    this.#token = token;
    if (this.#link !== undefined && canBeSubprotocol(token)) this.#link.renew(token);
    // It was refused before it had a line.
    else if (this.#opening === undefined && this.#subject.isWatched) void this.#open().catch(() => {});
  }

  /** Whether it has a line, or wants one. */
  get isOpen(): boolean {
    return this.#opening !== undefined;
  }

  get isInUse(): boolean {
    return this.isOpen || this.#subject.isWatched;
  }

  async add(sku: string, quantity = 1): Promise<void> {
    const parsed = skuOf(sku);
    await this.#edit((link) => link.add(parsed, quantity));
  }

  async set(sku: string, quantity: number): Promise<void> {
    const parsed = skuOf(sku);
    await this.#edit((link) => link.set(parsed, quantity));
  }

  remove(sku: string): Promise<void> {
    return this.set(sku, 0);
  }

  async setFields(fields: CartFieldValues): Promise<void> {
    await this.#edit((link) => link.setFields(fields));
  }

  async checkout(total: Money): Promise<void> {
    await this.#edit((link) => link.press(total));
  }

  async #edit(edit: (link: CartLink) => void): Promise<void> {
    const link = await this.#open();
    edit(link);
    await link.written();
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
    const token = this.#token ?? (tokens.canRenew ? undefined : await tokens.token());
    if (token === undefined)
      throw new TallystickError('unauthenticated', 'A cart needs its token: client.cart(id, { token }).');
    if (!canBeSubprotocol(token))
      throw new TallystickError(
        'invalid_token',
        'The token of this cart has characters that no WebSocket can send with it. Pass it as the region gave it.',
      );
    const { CartLink } = await import('./cart-link.ts');
    return CartLink.open({
      url,
      id: this.id,
      token,
      webSocket,
      onChange: () => this.#changed(),
      whyRefused: (now) =>
        rest.get('/v1/carts/{id}', { path: { id: this.id }, token: now }).then(
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

/** Of those that a page may ask for (RFC 9110, a token): it goes in one, since a URL would stand in logs. */
function canBeSubprotocol(token: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(token);
}

function skuOf(text: string): Sku {
  if (!isSku(text)) throw new RangeError(`'${text}' is no SKU: 1 to 64 visible characters.`);
  return text;
}
