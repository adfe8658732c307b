/**
 * The shopper's cart: one on all their devices. Whoever has its link has the cart.
 *
 * It is made when something is put into it first. After an order it stays on show until the shopper goes on, and the
 * next thing goes into a new one.
 */
import type { CartSnapshot, LiveCart } from '@tallystick/client-sdk';
import { useCart, useTallystick } from '@tallystick/client-sdk/react';
import { createContext, type ReactNode, useContext, useRef, useState } from 'react';
import { orderOf } from './when-known.ts';

export interface Key {
  readonly id: string;
  readonly token: string;
}

const KEPT = 'tallystick-cart';

function kept(): Key | undefined {
  try {
    const key = JSON.parse(localStorage.getItem(KEPT) ?? 'null') as Partial<Key> | null;
    return typeof key?.id === 'string' && typeof key.token === 'string' ? (key as Key) : undefined;
  } catch {
    return undefined;
  }
}

interface MyCart {
  readonly key: Key | undefined;
  /** Undefined until something was put into one. */
  readonly cart: (CartSnapshot & { readonly cart: LiveCart }) | undefined;
  /** @throws TallystickError where no cart could be made: the very first one needs the line */
  readonly add: (sku: string) => Promise<void>;
  /** Shows another device's cart from here on. */
  readonly use: (key: Key) => void;
  /** The next thing goes into a new cart. */
  readonly leave: () => void;
}

const Context = createContext<MyCart | undefined>(undefined);

export function CartProvider({ children }: { readonly children: ReactNode }) {
  const [key, setKey] = useState(kept);
  const keep = (next: Key | undefined) => {
    if (next === undefined) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, JSON.stringify(next));
    setKey(next);
  };
  const client = useTallystick();
  const asked = useRef(new Set<string>());
  /** Asked of the region once a page: from then on the cart itself says it. */
  const orderIn = async (cart: LiveCart) => {
    if (!asked.current.has(cart.id)) await orderOf(cart);
    asked.current.add(cart.id);
    return cart.getSnapshot().order;
  };
  const add = async (sku: string) => {
    const known = key === undefined ? undefined : client.cart(key.id, key);
    if (known !== undefined && (await orderIn(known)) === undefined) return known.add(sku);
    const { cart, token } = await client.post('/v1/carts', {});
    await client.cart(cart.id, { token }).add(sku);
    keep({ id: cart.id, token });
  };
  const rest = { key, add, use: keep, leave: () => keep(undefined) };
  if (key === undefined)
    return <Context.Provider value={{ ...rest, cart: undefined }}>{children}</Context.Provider>;
  return (
    <Opened key={key.id} cartKey={key} rest={rest}>
      {children}
    </Opened>
  );
}

function Opened({
  cartKey,
  rest,
  children,
}: {
  readonly cartKey: Key;
  readonly rest: Omit<MyCart, 'cart'>;
  readonly children: ReactNode;
}) {
  const cart = useCart(cartKey.id, cartKey);
  return <Context.Provider value={{ ...rest, cart }}>{children}</Context.Provider>;
}

export function useMyCart(): MyCart {
  const found = useContext(Context);
  if (found === undefined) throw new Error('There is no cart around this component.');
  return found;
}
