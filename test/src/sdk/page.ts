/** What an application's page would be: the SDK and its hooks, bundled, with React around. */
import { type Client, createClient, type LiveCart } from '@tallystick/client-sdk';
import { TallystickProvider, useCart, useStock, useSyncState } from '@tallystick/client-sdk/react';
import { createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

export interface Page {
  /** Makes a cart and shows it. */
  begin(url: string): Promise<{ id: string; token: string }>;
  /** Shows a cart that there is, as after a reload. */
  show(url: string, id: string, token: string): void;
  cart: LiveCart;
  client: Client;
}

function Shop({ id, token }: { readonly id: string; readonly token: string }) {
  const { lines, hasUnsaved, isLoaded, isKept } = useCart(id, { token });
  const { state, level } = useStock('LAMP');
  const sync = useSyncState();
  const shown = {
    lines: lines.map(({ sku, quantity }) => `${quantity} ${sku}`).join(),
    hasUnsaved,
    isLoaded,
    isKept,
    stock: state,
    available: level?.available,
    sync: sync.state,
  };
  return createElement('pre', undefined, JSON.stringify(shown));
}

const page: Page = {
  client: undefined as never,
  cart: undefined as never,
  async begin(url) {
    const { cart, token } = await createClient({ url }).post('/v1/carts');
    page.show(url, cart.id, token);
    return { id: cart.id, token };
  },
  show(url, id, token) {
    page.client = createClient({ url });
    page.cart = page.client.cart(id, { token });
    const root = createRoot((globalThis as unknown as { document: { body: never } }).document.body);
    const app = createElement(
      TallystickProvider,
      { client: page.client },
      createElement(Shop, { id, token }),
    );
    // Effects begin, end and begin again.
    root.render(createElement(StrictMode, undefined, app));
  },
};
Object.assign(globalThis, { shop: page });
