/** A region with carts in this process, and stock y-websocket clients for it. */

import type { Sku } from '@tallystick/crdt';
import { addUnits, type Cart, readCart } from '@tallystick/crdt/cart';
import { readAgentConfig, type Served, serveAgent, writeAgentFile } from '@tallystick/store-agent';
import { onceFree, type Said, said, TestRoot, until } from '@tallystick/store-agent/test-kit';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { regionRoutes } from '../region/region.ts';

export const LAMP = 'LAMP' as Sku;

export interface MadeCart {
  readonly id: string;
  readonly token: string;
  readonly readToken: string;
}

/** A region under a root, and a depot under the region with ten lamps. */
export class CartTown {
  readonly root = new TestRoot();
  readonly #providers = new Set<WebsocketProvider>();
  readonly #others: Served[] = [];
  #depot: Served | undefined;
  #folder = '';
  region!: Served;

  static async start(settings: { holdMs?: number; abandonedMs?: number } = {}): Promise<CartTown> {
    const town = new CartTown();
    await town.root.start();
    town.root.put('location', 'depot', {
      id: 'depot',
      name: 'Depot',
      kind: 'warehouse',
      keeper: 'depot',
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
    });
    town.#folder = town.root.addReplica('eu', 'region', 'authority', town.root.url, null);
    const { dataDir: _, logLevel: __, ...file } = readAgentConfig(town.#folder);
    writeAgentFile(town.#folder, {
      ...file,
      location: null,
      settings: { ...file.settings, carts: { ...file.settings.carts, ...settings } },
    });
    await town.open();
    const link = `${town.region.url.replace('http', 'ws')}/link`;
    const folder = town.root.addReplica('depot', 'warehouse', 'eu', link, 'depot');
    town.#depot = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }));
    const depot = town.#depot;
    await until(() => depot.agent.unready() === undefined, 'the depot is ready');
    await until(() => town.region.agent.catalogue.keeperOf('depot' as never) === 'depot', 'it is known');
    const lines = [{ sku: 'LAMP', locationId: 'depot', quantity: 10 }];
    const got = await town.call('POST', '/v1/inventory/adjustments', {
      id: 'opening',
      type: 'receive',
      lines,
    });
    if (got.status !== 201) throw new Error(JSON.stringify(got.body));
    return town;
  }

  /** Starts the region, on the port that it had. */
  async open(port = 0): Promise<void> {
    const config = readAgentConfig(this.#folder, { logLevel: 'silent', port });
    this.region = await onceFree(() => serveAgent(config, regionRoutes));
    await until(() => this.region.agent.unready() === undefined, 'the region is ready');
  }

  /** @param whileAway what happens in between */
  async restart(whileAway: () => Promise<void> = async () => {}): Promise<void> {
    const port = Number(new URL(this.region.url).port);
    await this.region.stop();
    await whileAway();
    await this.open(port);
    // Connections that fetch kept from before are found dead here, and not in a test.
    await until(
      () =>
        this.call('GET', '/healthz').then(
          ({ status }) => status === 200,
          () => false,
        ),
      'it answers',
    );
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Said> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    return said(
      await fetch(`${this.region.url}${path}`, { method, headers: { ...type, ...headers }, ...sent }),
    );
  }

  async makeCart(body: object = {}): Promise<MadeCart> {
    const made = await this.call('POST', '/v1/carts', body);
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    const { cart, token, readToken } = made.body as {
      cart: { id: string };
      token: string;
      readToken: string;
    };
    return { id: cart.id, token, readToken };
  }

  /** An unmodified client, as a page has it. */
  provider(
    cart: MadeCart,
    doc = new Y.Doc(),
    options: { token?: string; connect?: boolean; at?: Served } = {},
  ): WebsocketProvider {
    const url = `${(options.at ?? this.region).url.replace('http', 'ws')}/v1/carts/live`;
    const provider = new WebsocketProvider(url, cart.id, doc, {
      params: { token: options.token ?? cart.token },
      WebSocketPolyfill: WebSocket as never,
      disableBc: true,
      connect: options.connect ?? true,
    });
    this.#providers.add(provider);
    return provider;
  }

  /** @param at a region, where it is another than the one that keeps the cart */
  async synced(cart: MadeCart, doc?: Y.Doc, at?: Served): Promise<WebsocketProvider> {
    const provider = this.provider(cart, doc, at === undefined ? {} : { at });
    await until(() => provider.synced, 'the client is in step');
    return provider;
  }

  /** What the LAMP costs from now on. */
  async price(amountMinor: number): Promise<void> {
    const lamp = {
      sku: 'LAMP',
      names: { en: 'Desk lamp' },
      baseUnit: 'piece',
      taxRateBp: 1900,
      taxIncluded: true,
    };
    this.root.put('product', 'LAMP', { ...lamp, prices: { EUR: amountMinor } });
    await until(
      () => this.region.agent.catalogue.product('LAMP')?.prices.EUR === amountMinor,
      'the region knows the price',
    );
  }

  /** The data folder of the region, for whoever looks while it is stopped. */
  get regionFolder(): string {
    return this.#folder;
  }

  hangUp(): void {
    for (const provider of this.#providers) provider.destroy();
    this.#providers.clear();
  }

  /** Another region under the same root, which sells nothing of its own. */
  async addRegion(id: string): Promise<Served> {
    const folder = this.root.addReplica(id, 'region', 'authority', this.root.url, null);
    const region = await serveAgent(readAgentConfig(folder, { logLevel: 'silent' }), regionRoutes);
    this.#others.push(region);
    const { agent } = region;
    await until(() => agent.unready() === undefined, `${id} is ready`);
    await until(() => agent.catalogue.isRegion(this.region.agent.id), `${id} knows of the first region`);
    return region;
  }

  async stop(): Promise<void> {
    this.hangUp();
    for (const other of this.#others) await other.stop();
    await this.#depot?.stop();
    await this.region.stop();
    await this.root.stop();
  }
}

export function cartIn(doc: Y.Doc): Cart {
  const read = readCart(doc);
  if (!read.ok) throw new Error(read.message);
  return read.cart;
}

export function lampsIn(doc: Y.Doc): number {
  return cartIn(doc).lines.find(({ sku }) => sku === LAMP)?.quantity ?? 0;
}

export const addLamps = (doc: Y.Doc, n: number) => addUnits(doc, LAMP, n);
