/** The basket, and what can be done with it. */
import { useEffect, useRef } from 'react';
import { moneyText, units } from '../ui/words.ts';
import type { BasketDesk } from './basket.ts';

export function BasketSide({
  desk: { basket, total, set, clear },
  onPay,
  onHold,
  isBusy,
}: {
  readonly desk: BasketDesk;
  readonly onPay: () => void;
  readonly onHold: () => void;
  readonly isBusy: boolean;
}) {
  const { lines } = basket;
  const list = useRef<HTMLUListElement>(null);
  const last = useRef(lines.length);
  // What was added last is what the cashier looks at.
  useEffect(() => {
    if (lines.length > last.current) list.current?.lastElementChild?.scrollIntoView({ block: 'nearest' });
    last.current = lines.length;
  }, [lines.length]);
  const pieces = lines.reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <section className="basket-side" aria-label="Basket">
      {lines.length === 0 ? (
        <p className="soft basket-empty">Scan or tap something to begin a sale.</p>
      ) : (
        <ul className="basket-lines" ref={list}>
          {lines.map(({ sku, name, quantity, price }) => (
            <li key={sku}>
              <span className="basket-name">{name}</span>
              <span className="many">
                <button
                  type="button"
                  className="btn"
                  aria-label={`One ${name} less`}
                  onClick={() => set(sku, quantity - 1)}
                >
                  −
                </button>
                <output>{quantity}</output>
                <button
                  type="button"
                  className="btn"
                  aria-label={`One ${name} more`}
                  onClick={() => set(sku, quantity + 1)}
                >
                  +
                </button>
              </span>
              <span className="num">
                {moneyText({ ...price, amountMinor: price.amountMinor * quantity })}
              </span>
            </li>
          ))}
        </ul>
      )}
      <div className="basket-foot">
        <p className="basket-total">
          <span className="soft">{units(pieces, 'piece')}</span>
          <b>{moneyText(total)}</b>
        </p>
        <div className="basket-acts">
          <button type="button" className="btn" disabled={lines.length === 0} onClick={clear}>
            Clear
          </button>
          <button type="button" className="btn" disabled={lines.length === 0 || isBusy} onClick={onHold}>
            Set aside
          </button>
          <button type="button" className="btn main" disabled={lines.length === 0 || isBusy} onClick={onPay}>
            Pay
          </button>
        </div>
      </div>
    </section>
  );
}
