/** What became of the order, as it happens. */
import { useTallystick } from '@tallystick/client-sdk/react';
import { useEffect } from 'react';
import { usePolled } from '../ui/polled.ts';
import { to } from '../ui/route.ts';
import { Ready } from '../ui/states.tsx';
import { moneyText, nameOf } from '../ui/words.ts';
import { type Key, useMyCart } from './my-cart.tsx';
import type { Product } from './product.ts';

const STEPS = [
  { status: 'confirmed', text: 'It is yours. We have it, and nobody else gets it.' },
  { status: 'processing', text: 'We are putting it together.' },
  { status: 'shipped', text: 'It is on its way.' },
  { status: 'delivered', text: 'It was handed over. Enjoy it!' },
] as const;

export function OrderPage({ products }: { readonly products: readonly Product[] }) {
  const { key, leave } = useMyCart();
  useEffect(() => {
    document.title = 'Your order · The household shop';
  }, []);
  if (key === undefined)
    return (
      <div className="stack narrow">
        <h1>You have ordered nothing yet</h1>
        <p>
          <a className="btn main" href={to('')}>
            Look around
          </a>
        </p>
      </div>
    );
  return <Order cartKey={key} products={products} onLeave={leave} />;
}

function Order({
  cartKey,
  products,
  onLeave,
}: {
  readonly cartKey: Key;
  readonly products: readonly Product[];
  readonly onLeave: () => void;
}) {
  const client = useTallystick();
  const { now } = usePolled(
    `order ${cartKey.id}`,
    (signal) =>
      client.get('/v1/carts/{id}/order', { path: { id: cartKey.id }, token: cartKey.token, signal }),
    1_500,
  );
  return (
    <div className="stack narrow">
      <h1>Thank you!</h1>
      <Ready of={now}>
        {({ id, status, stage, lines }) => {
          const at = STEPS.findIndex((step) => step.status === status);
          return (
            <>
              {at < 0 ? (
                <p className="note">
                  {status === 'cancelled' ? 'This order was cancelled.' : 'It came back to us.'}
                </p>
              ) : (
                <ol className="steps">
                  {STEPS.map((step, i) => (
                    <li
                      key={step.status}
                      className={i <= at ? 'done' : ''}
                      aria-current={i === at ? 'step' : undefined}
                    >
                      {step.text}
                    </li>
                  ))}
                </ol>
              )}
              <ul className="card lines">
                {lines.map((line) => (
                  <li key={line.lineId} className="line">
                    <span>
                      {line.quantityUnits} ×{' '}
                      {nameOf(products.find(({ sku }) => sku === line.sku)?.names ?? { en: line.sku })}
                    </span>
                    <span>
                      {moneyText({
                        ...line.unitPrice,
                        amountMinor: line.unitPrice.amountMinor * line.quantityUnits,
                      })}
                    </span>
                  </li>
                ))}
              </ul>
              <p className="soft small">
                Order <code>{id}</code>
                {stage === 'settled' ? ', in our books.' : ', being written into our books.'}
              </p>
            </>
          );
        }}
      </Ready>
      <p>
        <a className="btn main" href={to('')} onClick={onLeave}>
          Go on shopping
        </a>
      </p>
    </div>
  );
}
