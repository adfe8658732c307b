/** How it is paid: cash with change, or a card. */
import { useMemo, useState } from 'react';
import { Field } from '../ui/field.tsx';
import { type Money, moneyText } from '../ui/words.ts';
import { CardSimulator, type Charged } from './card-terminal.ts';

export interface Tender {
  readonly method: 'cash' | 'card';
  readonly amountMinor: number;
  readonly currency: string;
  readonly reference?: string;
}

/** Exactly what it costs, in notes and coins. */
export const inCash = (total: Money): Paid => ({ tender: { method: 'cash', ...total } });

export interface Paid {
  readonly tender: Tender;
  /** What the customer gave, where it was cash. */
  readonly givenMinor?: number;
}

const SAID: Readonly<Record<Exclude<Charged['outcome'], 'approved'>, string>> = {
  declined: 'The card was declined. Ask for another one, or for cash.',
  'timed-out':
    'The terminal did not answer. Look at its display: if it shows “approved”, try again, which charges nothing twice.',
};

export function Pay({
  total,
  isBusy,
  secure,
  onCharging,
  onPaid,
}: {
  readonly total: Money;
  readonly isBusy: boolean;
  /** Makes the goods this basket's own before a card is charged for them. @returns their name; undefined where they are not */
  readonly secure: () => Promise<string | undefined>;
  /** While a card is charged nobody walks away from it. */
  readonly onCharging: (isCharging: boolean) => void;
  readonly onPaid: (paid: Paid) => void;
}) {
  const [given, setGiven] = useState('');
  const terminal = useMemo(() => new CardSimulator(), []);
  const [isCharging, setCharging] = useState(false);
  const [said, setSaid] = useState<string>();
  const givenMinor = Math.round(Number(given.replace(',', '.')) * 100);
  const changeMinor = givenMinor - total.amountMinor;
  const cash = (givenMinor: number) => onPaid({ ...inCash(total), givenMinor });
  const charging = (is: boolean) => {
    setCharging(is);
    onCharging(is);
  };
  const card = async () => {
    setSaid(undefined);
    // The same basket, asked again after a time-out, is the same charge: also when the sheet was closed in between.
    const reference = await secure();
    if (reference === undefined) return;
    charging(true);
    const charged = await terminal.charge(total, reference);
    charging(false);
    if (charged.outcome === 'approved')
      onPaid({ tender: { method: 'card', ...total, reference: charged.reference } });
    else setSaid(SAID[charged.outcome]);
  };
  return (
    <div className="stack">
      <p className="pay-total">{moneyText(total)}</p>
      {isCharging ? (
        <div className="stack" role="status">
          <p className="note">{terminal.name}. What does the card do?</p>
          <div className="row">
            <button type="button" className="btn main" onClick={() => terminal.decide('approved')}>
              Approve
            </button>
            <button type="button" className="btn" onClick={() => terminal.decide('declined')}>
              Decline
            </button>
            <button type="button" className="btn" onClick={() => terminal.decide('timed-out')}>
              Time out
            </button>
          </div>
        </div>
      ) : (
        <>
          {said !== undefined && (
            <p className="note bad" role="alert">
              {said}
            </p>
          )}
          <div className="pay-ways">
            <button
              type="button"
              className="btn main big"
              disabled={isBusy}
              onClick={() => cash(total.amountMinor)}
            >
              Cash, exactly
            </button>
            <button type="button" className="btn big" disabled={isBusy} onClick={() => void card()}>
              Card
            </button>
          </div>
          <div className="pay-ways">
            {notesFor(total.amountMinor).map((minor) => (
              <button key={minor} type="button" className="btn" disabled={isBusy} onClick={() => cash(minor)}>
                {moneyText({ ...total, amountMinor: minor })}
              </button>
            ))}
          </div>
          <form
            className="row"
            onSubmit={(event) => {
              event.preventDefault();
              if (changeMinor >= 0) cash(givenMinor);
            }}
          >
            <Field label="Cash given" isGrowing inputMode="decimal" value={given} onText={setGiven} />
            <button type="submit" className="btn" disabled={isBusy || !(changeMinor >= 0)}>
              {changeMinor > 0 ? `Give ${moneyText({ ...total, amountMinor: changeMinor })} back` : 'Take it'}
            </button>
          </form>
        </>
      )}
    </div>
  );
}

/** Notes that people put on the counter. */
function notesFor(minor: number): number[] {
  return [500, 1_000, 2_000, 5_000, 10_000, 20_000].filter((note) => note > minor).slice(0, 3);
}
