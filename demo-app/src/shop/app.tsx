/** The shop: catalogue, product, cart, order. */
import { useTallystick } from '@tallystick/client-sdk/react';
import { useEffect } from 'react';
import { usePolled } from '../ui/polled.ts';
import { to, useRoute } from '../ui/route.ts';
import { Ready } from '../ui/states.tsx';
import { CartPage } from './cart-page.tsx';
import { Catalogue } from './catalogue.tsx';
import { useMyCart } from './my-cart.tsx';
import { OrderPage } from './order-page.tsx';
import { ProductPage } from './product-page.tsx';

export function App() {
  const client = useTallystick();
  const { cart, use } = useMyCart();
  const [page = '', ...rest] = useRoute();
  const products = usePolled(
    'products',
    async (signal) => {
      const all = [];
      for (let cursor: string | undefined; ; ) {
        const query = { limit: 250, ...(cursor === undefined ? {} : { cursor }) };
        const { items, nextCursor } = await client.get('/v1/products', { query, signal });
        all.push(...items);
        if (nextCursor === null || all.length >= 2_000) return all;
        cursor = nextCursor;
      }
    },
    300_000,
  );
  // A link from another device: its cart is this one's from now on.
  const [id, token] = rest;
  useEffect(() => {
    if (page !== 'join' || id === undefined || token === undefined) return;
    use({ id, token });
    location.replace(to('cart'));
  });
  const count = cart?.lines.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0;
  const isOrdered = cart?.order !== undefined;
  return (
    <>
      <header className="shop-top">
        <a className="shop-brand" href={to('')}>
          The household shop
        </a>
        <a className="btn cart-button" href={isOrdered ? to('order') : to('cart')}>
          {isOrdered ? 'Your order' : 'Cart'}
          {!isOrdered && count > 0 && (
            <span className="count" data-count={count}>
              {count}
              <span className="hidden"> things in it</span>
            </span>
          )}
        </a>
      </header>
      <main className="shop-page">
        {cart?.state === 'offline' && cart.isLoaded && (
          <p className="note warn" role="status">
            You are offline. Your cart is kept on this device and goes on by itself.
          </p>
        )}
        {page === 'cart' && <CartPage products={products.now.value ?? []} />}
        {page === 'order' && <OrderPage products={products.now.value ?? []} />}
        {page !== 'cart' && page !== 'order' && (
          <Ready of={products.now} rows={8}>
            {(items) =>
              page === 'product' ? (
                <ProductPage product={items.find(({ sku }) => sku === rest[0])} />
              ) : (
                <Catalogue products={items} />
              )
            }
          </Ready>
        )}
      </main>
    </>
  );
}
