/** There is not enough: what is left, and what a cashier may do whose customer has the goods in hand already. */
import type { TallystickError } from '@tallystick/client-sdk';
import { useState } from 'react';

export function ShortSheet({
  error,
  names,
  isBusy,
  onOverride,
}: {
  readonly error: TallystickError;
  readonly names: ReadonlyMap<string, string>;
  readonly isBusy: boolean;
  readonly onOverride: (reason: string) => void;
}) {
  const [reason, setReason] = useState('');
  return (
    <>
      <p className="note bad" role="alert">
        Nothing was sold and nothing is owed.
      </p>
      <ul>
        {error.details?.items?.map(({ sku, available, requested }) => (
          <li key={sku}>
            <b>{names.get(sku) ?? sku}</b>: {available === 0 ? 'none is left' : `only ${available} left`} of
            the {requested} wanted.
          </li>
        ))}
      </ul>
      <details>
        <summary>The customer has it in hand</summary>
        <form
          className="stack inset"
          onSubmit={(event) => {
            event.preventDefault();
            onOverride(reason.trim());
          }}
        >
          <p className="small soft">It is sold on trust, and stands in the books with your reason.</p>
          <label className="field">
            <span>Why</span>
            <input
              className="input"
              required
              minLength={3}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </label>
          <button type="submit" className="btn bad" disabled={isBusy}>
            Sell it all the same
          </button>
        </form>
      </details>
    </>
  );
}
