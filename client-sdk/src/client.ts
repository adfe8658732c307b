/** The client: what an application makes once and keeps. */

import type { LiveCart } from './cart/cart-types.ts';
import { type CartPorts, DeviceCart } from './cart/live-cart.ts';
import {
  type EventFilter,
  type EventOptions,
  type EventType,
  followEvents,
  type TallystickEvent,
} from './events/events.ts';
import type { Observable } from './observable.ts';
import { type Ports, type WebSocketClass, worldPorts } from './ports.ts';
import { type Auth, tokenSource } from './rest/auth.ts';
import { createRest, type Rest } from './rest/rest.ts';
import { type RetryRules, USUAL_RETRIES } from './rest/retry.ts';
import { createTransport } from './rest/transport.ts';
import { createLiveShape, type LiveShape, type ShapeQuery, type ShapeRow } from './shape/live-shape.ts';
import { createLiveStock, type LiveStock } from './stock/live-stock.ts';
import { StockFeed } from './stock/stock-feed.ts';
import { Sync, type SyncSnapshot } from './sync.ts';

/** What {@link createClient} takes. */
export interface ClientOptions {
  /** A region, such as `https://eu.example.com`. */
  readonly url: string;
  /** Leave it out where nobody signs in, or for carts alone. */
  readonly auth?: Auth;
  /** How often and how long what fails is tried; see {@link RetryRules} for what is usual. */
  readonly retry?: Partial<RetryRules>;
  /** Milliseconds until one attempt of a call counts as failed; usually 30,000. */
  readonly timeoutMs?: number;
  /** Instead of the global one. */
  readonly fetch?: typeof globalThis.fetch;
  /** Instead of the global one, which Node 20 has not: pass that of the package `ws`. For carts. */
  readonly webSocket?: WebSocketClass;
}

/** Typed calls, events and live stock of one region. Made by {@link createClient}. */
export interface Client extends Rest {
  /** The region, without a slash at the end. */
  readonly url: string;
  /**
   * Follows what happens, in the order of the books, through lost lines and restarts of the region.
   *
   * The loop ends when `signal` is aborted, or with a {@link TallystickError} where going on is impossible:
   * `position_gone` (events from there on are not kept any more: read the state anew), `forbidden`, `unauthenticated`.
   * Keep the `id` of what you have dealt with, and pass it as `after` next time.
   *
   * @example
   * ```ts
   * import { createClient } from '@tallystick/client-sdk';
   *
   * const client = createClient({ url: 'http://127.0.0.1:7400', auth: 'token' });
   * for await (const event of client.events({ type: ['order.settled', 'stock.low'] }, { after: '0' })) {
   *   if (event.type === 'order.settled') console.log(event.data.orderId, event.data.lines.length);
   *   else console.log(`${event.data.available} ${event.data.sku} left at ${event.data.locationId}`);
   * }
   * ```
   */
  events<const T extends EventType = EventType>(
    filter?: EventFilter<T>,
    options?: EventOptions,
  ): AsyncIterableIterator<TallystickEvent<T>>;
  /**
   * The level of one product, kept up to date while somebody has subscribed; all products share one stream.
   * The same product gives the same object.
   *
   * @example
   * ```ts
   * import { createClient } from '@tallystick/client-sdk';
   *
   * const lamp = createClient({ url: 'http://127.0.0.1:7400', auth: 'token' }).stock('LAMP');
   * const stop = lamp.subscribe(() => {
   *   const { state, level } = lamp.getSnapshot();
   *   console.log(state, level?.available);
   * });
   * setTimeout(stop, 60_000);
   * ```
   */
  stock(sku: string): LiveStock;
  /**
   * A cart, edited with or without a network. The same id gives the same object.
   *
   * @param options.token the cart's own, as `POST /v1/carts` gave it; else the text that the client signs in with
   * @example
   * ```ts
   * import { createClient } from '@tallystick/client-sdk';
   *
   * const client = createClient({ url: 'http://127.0.0.1:7400' });
   * const made = await client.post('/v1/carts');
   * const cart = client.cart(made.cart.id, { token: made.token });
   * cart.subscribe(() => console.log(cart.getSnapshot().state, cart.getSnapshot().lines));
   * await cart.add('LAMP', 2);
   * await cart.saved();
   * ```
   */
  cart(id: string, options?: { readonly token?: string }): LiveCart;
  /**
   * A part of a table, with each change as it is committed: `docs/shapes.md` names the tables and who may read them.
   *
   * @example
   * ```ts
   * import { createClient } from '@tallystick/client-sdk';
   *
   * const client = createClient({ url: 'http://127.0.0.1:7400', auth: 'token' });
   * const levels = client.shape({ table: 'levels', where: 'location = $1', params: ['berlin'] });
   * levels.subscribe(() => {
   *   for (const { sku, available } of levels.getSnapshot().rows) console.log(`${available} ${sku} left`);
   * });
   * ```
   */
  shape<Row extends ShapeRow = ShapeRow>(query: ShapeQuery): LiveShape<Row>;
  /** How far this device is with all that it keeps: every open cart, and live stock. */
  readonly sync: Observable<SyncSnapshot>;
  /** Ends what the client does by itself. Calls that are under way go on; copies of carts stay on the device. */
  close(): Promise<void>;
}

/** Products and carts that nobody watches are remembered, for who comes back to a page; so many of each. */
const REMEMBERED_MAX = 1_000;

/**
 * Makes a client of one region.
 *
 * @throws TypeError where `url` is none of http or https
 * @example
 * ```ts
 * import { createClient } from '@tallystick/client-sdk';
 *
 * const client = createClient({
 *   url: 'http://127.0.0.1:7400',
 *   auth: { clientId: 'erp', clientSecret: 'from `npx tallystick credential`' },
 * });
 * const order = await client.post('/v1/orders', { body: { lines: [{ sku: 'LAMP', quantity: 2 }] } });
 * console.log(order.id, order.status, order.stage);
 * ```
 */
export function createClient(options: ClientOptions): Client {
  return createClientOn(options, worldPorts(options.fetch));
}

/** The same in a world of the caller's own. */
export function createClientOn(options: ClientOptions, ports: Ports): Client {
  const url = regionUrl(options.url);
  const tokens = tokenSource(options.auth, url, ports);
  const retries = { ...USUAL_RETRIES, ...options.retry };
  const transport = createTransport({ url, tokens, retries, timeoutMs: options.timeoutMs ?? 30_000 }, ports);
  const rest = createRest(transport, ports);
  const feed = new StockFeed({ transport, rest, ports, onChange: () => sync.look() });
  const stocks = new Remembered((sku: string) => createLiveStock(sku, feed));
  const carts = new Remembered((id: string) => new DeviceCart(id, cartPorts));
  const sync = new Sync(() => carts.all(), feed);
  const closing = new AbortController();
  const cartPorts: CartPorts = {
    url,
    rest,
    tokens,
    webSocket: () => options.webSocket ?? (globalThis as { WebSocket?: WebSocketClass }).WebSocket,
    isClosed: () => closing.signal.aborted,
    onChange: () => sync.look(),
  };
  return {
    ...rest,
    url,
    sync,
    events: (filter = {}, { after, signal } = {}) =>
      followEvents(transport, ports, filter, {
        ...(after === undefined ? {} : { after }),
        signal: signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]),
      }) as AsyncIterableIterator<never>,
    stock: (sku) => stocks.get(sku),
    shape: <Row extends ShapeRow>(query: ShapeQuery) =>
      createLiveShape<Row>(query, { url, tokens, fetch: ports.fetch, closing: closing.signal }),
    cart: (id, { token } = {}) => {
      const cart = carts.get(id);
      if (token !== undefined) cart.token = token;
      return cart;
    },
    close: async () => {
      closing.abort();
      feed.close();
      await Promise.all([...carts.all()].map((cart) => cart.close()));
    },
  };
}

/** One object a name. Those that are not in use are forgotten where there are too many. */
class Remembered<T extends { readonly isInUse: boolean }> {
  readonly #made = new Map<string, T>();
  readonly #make: (name: string) => T;

  constructor(make: (name: string) => T) {
    this.#make = make;
  }

  all(): Iterable<T> {
    return this.#made.values();
  }

  get(name: string): T {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    if (this.#made.size >= REMEMBERED_MAX) this.#forgetOne();
    const made = this.#make(name);
    this.#made.set(name, made);
    return made;
  }

  #forgetOne(): void {
    for (const [name, { isInUse }] of this.#made) {
      if (isInUse) continue;
      this.#made.delete(name);
      return;
    }
  }
}

function regionUrl(text: string): string {
  const { protocol, origin, pathname } = URL.canParse(text)
    ? new URL(text)
    : { protocol: '', origin: '', pathname: '' };
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new TypeError(
      `url is "${text}", which is no URL such as http://127.0.0.1:7400 or https://eu.example.com.`,
    );
  return origin + pathname.replace(/\/+$/, '');
}
