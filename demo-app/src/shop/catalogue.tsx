/** All there is, and a search. */
import { useDeferredValue, useEffect, useMemo, useState } from 'react';
import { to } from '../ui/route.ts';
import { Empty } from '../ui/states.tsx';
import { moneyText, nameOf } from '../ui/words.ts';
import { AddButton } from './add-button.tsx';
import { Left } from './left.tsx';
import { Picture } from './picture.tsx';
import { type Product, priceOf } from './product.ts';

export function Catalogue({ products }: { readonly products: readonly Product[] }) {
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text.trim().toLowerCase());
  useEffect(() => {
    document.title = 'The household shop';
  }, []);
  const found = useMemo(
    () =>
      products.filter(({ names, sku }) =>
        `${sku} ${Object.values(names).join(' ')}`.toLowerCase().includes(wanted),
      ),
    [products, wanted],
  );
  return (
    <>
      <div className="shop-search">
        <h1>Things for the home</h1>
        <label className="field">
          <span className="hidden">Search</span>
          <input
            className="input"
            type="search"
            placeholder="Search: mug, candle, lamp …"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <p className="hidden" role="status">
          {wanted === '' ? '' : `${found.length} found`}
        </p>
      </div>
      {found.length === 0 && <Empty>We have nothing by that name. Try another word.</Empty>}
      <ul className="goods">
        {found.map((product) => (
          <Card key={product.sku} product={product} />
        ))}
      </ul>
    </>
  );
}

function Card({ product }: { readonly product: Product }) {
  const price = priceOf(product);
  const name = nameOf(product.names);
  return (
    <li className="card goods-card">
      <a href={to('product', product.sku)}>
        <Picture sku={product.sku} />
        <b>{name}</b>
      </a>
      <div className="goods-row">
        <span>{price === undefined ? '' : moneyText(price)}</span>
        <Left sku={product.sku} />
      </div>
      <AddButton sku={product.sku} name={name} isSmall />
    </li>
  );
}
