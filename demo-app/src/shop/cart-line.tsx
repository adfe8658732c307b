/** A line of the cart: what, how many, and whether there are so many. */
import type { LiveCart, LiveCartLine } from '@tallystick/client-sdk';
import { to } from '../ui/route.ts';
import { moneyText } from '../ui/words.ts';
import { Picture } from './picture.tsx';

export function CartLine({
  line: { sku, quantity, hint },
  name,
  cart,
}: {
  readonly line: LiveCartLine;
  readonly name: string;
  readonly cart: LiveCart;
}) {
  const price = hint?.unitPrice ?? undefined;
  const isShort =
    hint !== undefined && hint.available !== null && hint.held < quantity && hint.available < quantity;
  return (
    <li className="line">
      <Picture sku={sku} />
      <div className="line-name">
        <a href={to('product', sku)}>{name}</a>
        {isShort && (
          <span className="small owes">
            {hint?.available === 0 ? 'Sold out' : `Only ${hint?.available} left`}
          </span>
        )}
      </div>
      <fieldset className="many">
        <legend className="hidden">How many of {name}</legend>
        <button
          type="button"
          className="btn small"
          aria-label={quantity === 1 ? `Remove ${name}` : `One ${name} less`}
          onClick={() => void cart.set(sku, quantity - 1)}
        >
          −
        </button>
        <output>{quantity}</output>
        <button
          type="button"
          className="btn small"
          aria-label={`One ${name} more`}
          onClick={() => void cart.add(sku)}
        >
          +
        </button>
      </fieldset>
      <span className="line-price">
        {price === undefined ? '…' : moneyText({ ...price, amountMinor: price.amountMinor * quantity })}
      </span>
    </li>
  );
}
