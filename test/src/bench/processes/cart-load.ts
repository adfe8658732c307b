/**
 * Shoppers with two devices: each cart has two stock y-websocket clients, of which one edits and the
 * other is waited for, by turns. Started as a helper of a bench.
 */
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import type { Round } from '../bench.ts';
import { type Client, roundByClients } from '../clients.ts';
import { cpuMsOf } from '../cpu.ts';
import { answer } from '../helper.ts';

export interface CartLoad {
  readonly url: string;
  /** The server's process. */
  readonly pid: number;
  /** Where the server has its documents; '' where any name will do and nobody asks for a token. */
  readonly path: string;
  readonly carts: number;
  readonly seconds: number;
  /** Where Hocuspocus’ provider and its Yjs are, for its server; else clients are y-websocket’s. */
  readonly peers?: string | undefined;
}

/** A document as either copy of Yjs has it, and what keeps it in step. */
interface Device {
  readonly Yjs: typeof Y;
  readonly doc: Y.Doc;
  /** Told of each edit that it shows. */
  shown: () => void;
  destroy(): void;
}

let shoppers: Client[] | undefined;

async function edits({ url, pid, path, carts, seconds, peers }: CartLoad): Promise<Round> {
  shoppers ??= await Promise.all(Array.from({ length: carts }, () => shopper(url, path, peers)));
  const processes = [pid, process.pid];
  const before = processes.map(cpuMsOf);
  const startedMs = performance.now();
  const round = await roundByClients(shoppers, seconds);
  const done = ((round.perSecond ?? 0) * (performance.now() - startedMs)) / 1_000;
  const [serverMicros, loadMicros] = processes.map((one, i) => {
    const [from, to] = [before[i], cpuMsOf(one)];
    return from === undefined || to === undefined ? undefined : ((to - from) * 1_000) / done;
  });
  return serverMicros === undefined || loadMicros === undefined
    ? round
    : { ...round, serverMicros, loadMicros };
}

async function shopper(url: string, path: string, peers: string | undefined): Promise<Client> {
  const { id, token } = path === '' ? { id: randomBytes(8).toString('hex'), token: '' } : await makeCart(url);
  const devices = await Promise.all(
    [1, 2].map(() => {
      const address = `${url.replace('http', 'ws')}${path}`;
      return peers === undefined ? device(address, id, token) : hocuspocusDevice(address, id, peers);
    }),
  );
  for (const one of devices) one.doc.on('update', () => one.shown());
  let [editing, other] = devices as [Device, Device];
  return {
    async once() {
      const shown = new Promise<void>((resolve) => {
        other.shown = resolve;
      });
      addOne(editing);
      await shown;
      [editing, other] = [other, editing];
    },
    close: () => {
      for (const { destroy } of devices) destroy();
    },
  };
}

async function makeCart(url: string): Promise<{ id: string; token: string }> {
  const response = await fetch(`${url}/v1/carts`, { method: 'POST' });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  const { cart, token } = (await response.json()) as { cart: { id: string }; token: string };
  return { id: cart.id, token };
}

async function device(url: string, id: string, token: string): Promise<Device> {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(url, id, doc, {
    params: token === '' ? {} : { token },
    WebSocketPolyfill: WebSocket as never,
    disableBc: true,
  });
  await new Promise<void>((resolve) => provider.once('sync', () => resolve()));
  return { Yjs: Y, doc, shown: () => {}, destroy: () => provider.destroy() };
}

async function hocuspocusDevice(url: string, name: string, peers: string): Promise<Device> {
  const load = createRequire(join(peers, 'here.js'));
  const Yjs = load('yjs') as typeof Y;
  const { HocuspocusProvider, HocuspocusProviderWebsocket } = load('@hocuspocus/provider') as Hocuspocus;
  const doc = new Yjs.Doc();
  const websocketProvider = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket });
  const provider = new HocuspocusProvider({ name, document: doc, websocketProvider });
  await new Promise<void>((resolve) => {
    provider.on('synced', () => resolve());
    provider.attach();
  });
  return {
    Yjs,
    doc,
    shown: () => {},
    destroy: () => {
      provider.destroy();
      websocketProvider.destroy();
    },
  };
}

interface Hocuspocus {
  readonly HocuspocusProviderWebsocket: new (options: object) => { destroy(): void };
  readonly HocuspocusProvider: new (
    options: object,
  ) => { on(event: 'synced', heard: () => void): void; attach(): void; destroy(): void };
}

/** As a page without our code adds a lamp. */
function addOne({ doc, Yjs }: Device): void {
  const lines = doc.getMap('lines');
  const me = String(doc.clientID);
  const slip = lines.get(me);
  if (!(slip instanceof Yjs.Map)) {
    lines.set(me, new Yjs.Map([['LAMP', { added: 1 }]]));
    return;
  }
  const { added } = slip.get('LAMP') as { added: number };
  slip.set('LAMP', { added: added + 1 });
}

// Each provider says goodbye when the process ends.
process.setMaxListeners(0);
answer({ edits });
