/** There is not enough: what is left, and what may be done where the customer has the goods in hand already. */
import type { TallystickError } from '@tallystick/client-sdk';
import type { OnceManager } from '@tallystick/client-sdk/terminal';
import { useState } from 'react';
import { Field } from '../ui/field.tsx';
import { count } from '../ui/words.ts';
import { ManagerFields, useManager } from './manager.tsx';
import { type PinRefused, WrongPin } from './pin.tsx';

export interface Trust {
  readonly reason: string;
  readonly manager?: OnceManager;
}

export function ShortSheet({
  error,
  refused,
  names,
  wanted,
  isOnline,
  isBusy,
  onOverride,
}: {
  readonly error: TallystickError;
  /** The last try to sell it on trust. */
  readonly refused: PinRefused | undefined;
  readonly names: ReadonlyMap<string, string>;
  /** What was to be done with the goods. */
  readonly wanted: 'sell' | 'charge' | 'hold';
  readonly isOnline: boolean;
  readonly isBusy: boolean;
  readonly onOverride: (trust: Trust) => void;
}) {
  const [reason, setReason] = useState('');
  const desk = useManager();
  return (
    <>
      <p className="note bad" role="alert">
        {wanted === 'hold' ? 'Nothing was set aside.' : 'Nothing was sold, and no card was charged.'}
      </p>
      <ul>
        {error.details?.items?.map(({ sku, available, requested }) => (
          <li key={sku}>
            <b>{names.get(sku) ?? sku}</b>: {requested} wanted, this till may sell{' '}
            {available === 0 ? 'none' : count(available)}, and{' '}
            {isOnline ? 'no more could be had from elsewhere' : 'it can ask nobody while it is offline'}.
          </li>
        ))}
      </ul>
      {isOnline && error.details?.items?.some(({ requested }) => requested > 1) && (
        <p className="small soft">Fewer may be had: try it with less.</p>
      )}
      <details hidden={wanted === 'hold'}>
        <summary>The customer has it in hand</summary>
        <form
          className="stack inset"
          onSubmit={(event) => {
            event.preventDefault();
            onOverride({ reason: reason.trim(), ...(desk.once === undefined ? {} : { manager: desk.once }) });
          }}
        >
          <p className="small soft">
            It is sold on trust, and stands in the books with the reason.
            {wanted === 'charge' &&
              ' Take cash: a card is charged for goods that are secured, and for no others.'}
          </p>
          <Field label="Why" required minLength={3} value={reason} onText={setReason} />
          <ManagerFields desk={desk} />
          <WrongPin refused={refused} />
          <button type="submit" className="btn bad" disabled={isBusy}>
            {isBusy ? 'One moment …' : 'Sell it all the same'}
          </button>
        </form>
      </details>
    </>
  );
}
