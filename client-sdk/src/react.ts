'use client';

/**
 * React hooks. Put a {@link TallystickProvider} around what uses them.
 *
 * @example
 * ```ts
 * import { createClient } from '@tallystick/client-sdk';
 * import { TallystickProvider, useCart, useStock, useSyncState } from '@tallystick/client-sdk/react';
 * import { createElement } from 'react';
 *
 * function Lamp({ cartId, token }: { cartId: string; token: string }) {
 *   const { level } = useStock('LAMP');
 *   const { lines, cart } = useCart(cartId, { token });
 *   const { state } = useSyncState();
 *   const inCart = lines.find(({ sku }) => sku === 'LAMP')?.quantity ?? 0;
 *   return createElement(
 *     'button',
 *     { onClick: () => cart.add('LAMP') },
 *     `Add a lamp: ${level?.available ?? '…'} left, ${inCart} in the cart, ${state}`,
 *   );
 * }
 *
 * const client = createClient({ url: 'http://127.0.0.1:7400' });
 * export const app = createElement(TallystickProvider, { client }, createElement(Lamp, { cartId: 'c', token: 't' }));
 * ```
 */
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useSyncExternalStore,
} from 'react';
import type { CartSnapshot, LiveCart } from './cart/cart-types.ts';
import type { Client } from './client.ts';
import type { Observable } from './observable.ts';
import type { StockSnapshot } from './stock/live-stock.ts';
import type { SyncSnapshot } from './sync.ts';
import type { Terminal, TillSnapshot } from './terminal/terminal-types.ts';

const Context = createContext<Client | undefined>(undefined);

/** What {@link TallystickProvider} takes. */
export interface TallystickProviderProps {
  /** Made once, outside of components. */
  readonly client: Client;
  /** What may use the hooks. */
  readonly children?: ReactNode;
}

/** Gives its children a client. */
export function TallystickProvider({ client, children }: TallystickProviderProps): ReactElement {
  return createElement(Context.Provider, { value: client }, children);
}

/** The client of the provider around. @throws Error where there is none */
export function useTallystick(): Client {
  const client = useContext(Context);
  if (client === undefined) throw new Error('Put a <TallystickProvider client={…}> around this component.');
  return client;
}

/** The level of one product, drawn anew with each change. */
export function useStock(sku: string): StockSnapshot {
  return useObservable(useTallystick().stock(sku));
}

/** A cart as it is on this device, drawn anew with each change; `cart` is what edits it. */
export function useCart(
  id: string,
  options: { readonly token?: string } = {},
): CartSnapshot & {
  /** What edits it. */
  readonly cart: LiveCart;
} {
  const cart = useTallystick().cart(id, options);
  return { ...useObservable(cart), cart };
}

/** Whether all is saved, on its way, or kept on this device because a line is down. */
export function useSyncState(): SyncSnapshot {
  return useObservable(useTallystick().sync);
}

/**
 * A till as it is in this tab, drawn anew with each change; make it once, outside of components. Needs no provider.
 *
 * @example
 * ```ts
 * import { createTerminal } from '@tallystick/client-sdk/terminal';
 * import { useTill } from '@tallystick/client-sdk/react';
 * import { createElement } from 'react';
 *
 * const till = createTerminal({ id: 'kasse-1', parent: 'ws://127.0.0.1:7410/link' });
 * export function Receipts() {
 *   const { state, sales } = useTill(till);
 *   const lines = sales.map(({ id, receipt, stage }) => createElement('li', { key: id }, `${receipt}: ${stage}`));
 *   return createElement('ul', { title: state }, lines);
 * }
 * ```
 */
export function useTill(till: Terminal): TillSnapshot {
  return useObservable(till);
}

/** On a server there is what there is at first: `loading`, an empty cart. */
function useObservable<T>({ subscribe, getSnapshot }: Observable<T>): T {
  return useSyncExternalStore(subscribe, getSnapshot, getSnapshot);
}
