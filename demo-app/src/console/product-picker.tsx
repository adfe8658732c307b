/** Which product is on show: by name or SKU, from the list or typed. */
import type { Answer } from '@tallystick/client-sdk';
import { useEffect, useState } from 'react';
import { nameOf } from '../ui/words.ts';

type Product = Answer<'get', '/v1/products'>['items'][number];

export function ProductPicker({
  products,
  sku,
  onPick,
}: {
  readonly products: readonly Product[];
  readonly sku: string | undefined;
  readonly onPick: (sku: string) => void;
}) {
  const [text, setText] = useState('');
  const product = products.find((one) => one.sku === sku);
  useEffect(() => {
    setText(sku ?? '');
  }, [sku]);
  return (
    <div className="row picker">
      <label className="hidden" htmlFor="picker">
        Product
      </label>
      <input
        id="picker"
        className="input"
        list="products"
        value={text}
        placeholder="SKU"
        autoComplete="off"
        onFocus={(event) => event.target.select()}
        onChange={(event) => {
          setText(event.target.value);
          if (products.some((one) => one.sku === event.target.value)) onPick(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && text !== '') onPick(text);
        }}
      />
      <datalist id="products">
        {products.map((one) => (
          <option key={one.sku} value={one.sku}>
            {nameOf(one.names)}
          </option>
        ))}
      </datalist>
      <span className="soft">{product === undefined ? '' : nameOf(product.names)}</span>
    </div>
  );
}
