/** One product. */
import { useStock } from '@tallystick/client-sdk/react';
import { useEffect } from 'react';
import { to } from '../ui/route.ts';
import { moneyText, nameOf } from '../ui/words.ts';
import { AddButton } from './add-button.tsx';
import { Left } from './left.tsx';
import { Picture } from './picture.tsx';
import { type Product, priceOf } from './product.ts';

export function ProductPage({ product }: { readonly product: Product | undefined }) {
  const name = product === undefined ? 'Not here' : nameOf(product.names);
  useEffect(() => {
    document.title = `${name} · The household shop`;
  }, [name]);
  if (product === undefined)
    return (
      <div className="stack">
        <h1>We do not have that any more</h1>
        <a href={to('')}>See everything</a>
      </div>
    );
  const price = priceOf(product);
  return (
    <article className="product">
      <Picture sku={product.sku} />
      <div className="stack">
        <p>
          <a href={to('')}>← Everything</a>
        </p>
        <h1>{name}</h1>
        <p className="price">{price === undefined ? 'Not for sale' : moneyText(price)}</p>
        <p className="soft small">Tax included</p>
        <p aria-live="polite">
          <Left sku={product.sku} />
        </p>
        <Places sku={product.sku} />
        <AddButton sku={product.sku} name={name} />
        <p className="soft">{Object.values(product.descriptions)[0]}</p>
      </div>
    </article>
  );
}

function Places({ sku }: { readonly sku: string }) {
  const { level, state } = useStock(sku);
  if (level === undefined || level.available <= 0) return null;
  const total = level.available;
  return (
    <p className="soft">
      {total} in all our shops and warehouses
      {state === 'offline' ? ', as far as we heard last' : ''}.
    </p>
  );
}
