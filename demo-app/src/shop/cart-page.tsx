/** The cart, and how it is ordered. */
import { useEffect, useState } from 'react';
import { to } from '../ui/route.ts';
import { moneyText, nameOf } from '../ui/words.ts';
import { CartLine } from './cart-line.tsx';
import { HoldClock } from './hold-clock.tsx';
import { useMyCart } from './my-cart.tsx';
import { OtherDevice } from './other-device.tsx';
import type { Product } from './product.ts';
import { totalOf } from './total.ts';

const WAYS = [
  { id: 'collection', label: 'I collect it and pay in the shop' },
  { id: 'invoice', label: 'Send it to me, I pay by invoice' },
] as const;

/** What came of it, said to a shopper. */
const REFUSED: Readonly<Record<string, string>> = {
  insufficient_stock:
    'Somebody was faster: there are not enough left of something in your cart. Nothing was ordered. Please look at what is left below.',
  cart_changed:
    'Prices or things in your cart have changed since you pressed. Nothing was ordered. Please look again.',
  cart_empty: 'There is nothing in your cart to order.',
};

export function CartPage({ products }: { readonly products: readonly Product[] }) {
  const { cart, key } = useMyCart();
  const [way, setWay] = useState<(typeof WAYS)[number]['id']>('collection');
  const order = cart?.order;
  useEffect(() => {
    document.title = 'Your cart · The household shop';
    if (order !== undefined) location.replace(to('order'));
  }, [order]);
  if (cart === undefined || key === undefined || cart.lines.length === 0)
    return (
      <div className="stack narrow">
        <h1>Your cart</h1>
        <p className="soft">
          {cart !== undefined && !cart.isLoaded ? 'One moment …' : 'There is nothing in it yet.'}
        </p>
        <p>
          <a className="btn main" href={to('')}>
            Look around
          </a>
        </p>
        {key !== undefined && cart?.isLoaded === true && <OtherDevice cartKey={key} />}
      </div>
    );
  const { lines, refused, isPressed } = cart;
  const total = totalOf(cart);
  const until = lines
    .flatMap(({ hint }) => (hint?.heldUntil === undefined ? [] : [hint.heldUntil]))
    .sort()[0];
  return (
    <div className="stack narrow">
      <h1>Your cart</h1>
      {refused !== undefined && !isPressed && (
        <p className="note bad" role="alert">
          {REFUSED[refused.code] ?? 'That could not be ordered. Please try again.'}
        </p>
      )}
      <ul className="card lines">
        {lines.map((line) => (
          <CartLine
            key={line.sku}
            line={line}
            name={nameOf(products.find(({ sku }) => sku === line.sku)?.names ?? { en: line.sku })}
            cart={cart.cart}
          />
        ))}
        <li className="line total">
          <b>Total</b>
          <b>{total === undefined ? '…' : moneyText(total)}</b>
        </li>
      </ul>
      <HoldClock until={until} />
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (total === undefined) return;
          void cart.cart.setFields({ delivery: way }).then(() => cart.cart.checkout(total));
        }}
      >
        <fieldset className="ways">
          <legend>How would you like it?</legend>
          {WAYS.map(({ id, label }) => (
            <label key={id} className="way">
              <input type="radio" name="way" checked={way === id} onChange={() => setWay(id)} />
              {label}
            </label>
          ))}
        </fieldset>
        <button type="submit" className="btn main big" disabled={isPressed || total === undefined}>
          {isPressed ? 'Ordering …' : total === undefined ? 'Order' : `Order for ${moneyText(total)}`}
        </button>
        <p className="soft small" role="status">
          {isPressed && cart.state === 'offline'
            ? 'You are offline: it is ordered as soon as you are back.'
            : ''}
        </p>
      </form>
      <OtherDevice cartKey={key} />
    </div>
  );
}
