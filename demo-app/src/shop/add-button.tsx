/** Puts one into the cart, and says so. */
import { useStock } from '@tallystick/client-sdk/react';
import { useState } from 'react';
import { useMyCart } from './my-cart.tsx';

export function AddButton({
  sku,
  name,
  isSmall = false,
}: {
  readonly sku: string;
  readonly name: string;
  readonly isSmall?: boolean;
}) {
  const { add, cart } = useMyCart();
  const { level } = useStock(sku);
  const [isBusy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string>();
  const isOpen = cart !== undefined && cart.order === undefined;
  const inCart = isOpen ? (cart.lines.find((line) => line.sku === sku)?.quantity ?? 0) : 0;
  const isGone = level !== undefined && level.available <= 0;
  return (
    <div className="add">
      <button
        type="button"
        className={`btn ${isSmall ? 'small' : 'main'}`}
        disabled={isBusy || isGone}
        onClick={() => {
          setBusy(true);
          setWrong(undefined);
          add(sku)
            .catch(() => setWrong('That did not work. Are you offline? Please try again.'))
            .finally(() => setBusy(false));
        }}
      >
        {isGone ? 'Sold out' : inCart === 0 ? 'Add to cart' : `Add another · ${inCart} in cart`}
        <span className="hidden">: {name}</span>
      </button>
      <span className="small owes" role="status">
        {wrong}
      </span>
    </div>
  );
}
