/**
 * Shoppers with two devices: each cart has two stock y-websocket clients, of which one edits and the
 * other is waited for, by turns. Started as a helper of a bench.
 */
import { randomBytes } from 'node:crypto';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import type { Round } from '../bench.ts';
import { type Client, roundByClients } from '../clients.ts';
import { answer } from '../helper.ts';

export interface CartLoad {
  readonly url: string;
  /** Where the server has its documents; '' where any name will do and nobody asks for a token. */
  readonly path: string;
  readonly carts: number;
  readonly seconds: number;
}

let shoppers: Client[] | undefined;

async function edits({ url, path, carts, seconds }: CartLoad): Promise<Round> {
  shoppers ??= await Promise.all(Array.from({ length: carts }, () => shopper(url, path)));
  return roundByClients(shoppers, seconds);
}

async function shopper(url: string, path: string): Promise<Client> {
  const { id, token } = path === '' ? { id: randomBytes(8).toString('hex'), token: '' } : await makeCart(url);
  const devices = await Promise.all(
    [1, 2].map(() => device(`${url.replace('http', 'ws')}${path}`, id, token)),
  );
  let turn = 0;
  return {
    async once() {
      const [doc, other] = turn % 2 === 0 ? devices : devices.toReversed();
      turn += 1;
      const shown = new Promise((resolve) => other?.doc.once('update', resolve));
      addOne(doc?.doc as Y.Doc);
      await shown;
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

async function device(url: string, id: string, token: string) {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(url, id, doc, {
    params: token === '' ? {} : { token },
    WebSocketPolyfill: WebSocket as never,
    disableBc: true,
  });
  await new Promise<void>((resolve) => provider.once('sync', () => resolve()));
  return { doc, destroy: () => provider.destroy() };
}

/** As a page without our code adds a lamp. */
function addOne(doc: Y.Doc): void {
  const lines = doc.getMap('lines');
  const me = String(doc.clientID);
  const slip = lines.get(me);
  if (!(slip instanceof Y.Map)) {
    lines.set(me, new Y.Map([['LAMP', { added: 1 }]]));
    return;
  }
  const { added } = slip.get('LAMP') as { added: number };
  slip.set('LAMP', { added: added + 1 });
}

answer({ edits });
