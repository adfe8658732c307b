/** Goods that come back against a receipt: how many of each, and what is given back for them. */

import { TallystickError } from '@tallystick/client-sdk';
import type { Sale } from '@tallystick/client-sdk/terminal';
import { useState } from 'react';
import { moneyText, wrongText } from '../ui/words.ts';
import { ManagerFields, useManager } from './manager.tsx';
import { type PinRefused, WrongPin } from './pin.tsx';
import { useTill } from './use-till.ts';

type SaleLine = Sale['lines'][number];

const leftOf = ({ quantityBase, returned, cancelled }: SaleLine) => quantityBase - returned - cancelled;

/** In minor units. Parts of a line add up to the line, however they come back. */
export function amountBack({ grossMinor, quantityBase, returned }: SaleLine, n: number): number {
  const upTo = (units: number) => Math.round((grossMinor * units) / quantityBase);
  return upTo(returned + n) - upTo(returned);
}

export function ReturnForm({
  sale,
  names,
}: {
  readonly sale: Sale;
  readonly names: ReadonlyMap<string, string>;
}) {
  const { till, now } = useTill();
  const desk = useManager();
  const [wanted, setWanted] = useState<Readonly<Record<string, number>>>({});
  const [said, setSaid] = useState<{ readonly isWrong: boolean; readonly text: string }>();
  const [refused, setRefused] = useState<PinRefused>();
  const [isBusy, setBusy] = useState(false);
  // Pressed again after an answer was lost it is the same return.
  const [id, setId] = useState(() => crypto.randomUUID());
  const left = sale.lines.filter((line) => leftOf(line) > 0);
  const manyOf = (line: SaleLine) => Math.min(wanted[line.lineId] ?? 0, leftOf(line));
  const back = left.filter((line) => manyOf(line) > 0);
  const amountMinor = back.reduce((sum, line) => sum + amountBack(line, manyOf(line)), 0);
  const money = moneyText({ amountMinor, currency: sale.lines[0]?.currency ?? 'EUR' });
  const take = async () => {
    setBusy(true);
    setRefused(undefined);
    try {
      await till.return({
        id,
        sale: sale.id,
        lines: back.map((line) => ({ lineId: line.lineId, sku: line.sku, quantity: manyOf(line) })),
        ...(desk.once === undefined ? {} : { manager: desk.once }),
      });
      setWanted({});
      setId(crypto.randomUUID());
      setSaid({ isWrong: false, text: `Taken back. Give ${money} back.` });
    } catch (error) {
      const code = error instanceof TallystickError ? error.code : '';
      if (['unauthenticated', 'rate_limited', 'forbidden'].includes(code)) {
        setRefused({ who: desk.once?.cashier ?? now.cashier?.id ?? '', error, atMs: Date.now() });
        setSaid(undefined);
      } else
        setSaid({
          isWrong: true,
          text: now.link === 'up' ? wrongText(error) : 'Goods can be taken back when the line is up again.',
        });
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="stack no-print" aria-label="Return">
      {left.length === 0 ? (
        <p className="note">Everything of this sale came back.</p>
      ) : (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void take();
          }}
        >
          <h3>Something comes back?</h3>
          <ul className="back-lines">
            {left.map((line) => (
              <BackLine
                key={line.lineId}
                name={names.get(line.sku) ?? line.sku}
                many={manyOf(line)}
                left={leftOf(line)}
                onMany={(many) => {
                  setWanted({ ...wanted, [line.lineId]: many });
                  setId(crypto.randomUUID());
                }}
              />
            ))}
          </ul>
          {back.length > 0 && <ManagerFields desk={desk} />}
          <WrongPin refused={refused} />
          <button type="submit" className="btn main" disabled={isBusy || back.length === 0}>
            {isBusy ? 'One moment …' : back.length === 0 ? 'Take back' : `Take back, and give ${money} back`}
          </button>
        </form>
      )}
      <p className={said === undefined ? 'hidden' : `note ${said.isWrong ? 'bad' : 'good'}`} role="status">
        {said?.text}
      </p>
    </section>
  );
}

function BackLine({
  name,
  many,
  left,
  onMany,
}: {
  readonly name: string;
  readonly many: number;
  readonly left: number;
  readonly onMany: (many: number) => void;
}) {
  return (
    <li className="row">
      <span className="grow">
        {name}
        <br />
        <span className="small soft">{left} can come back</span>
      </span>
      <span className="many">
        <button
          type="button"
          className="btn"
          aria-label={`One ${name} less comes back`}
          disabled={many === 0}
          onClick={() => onMany(many - 1)}
        >
          −
        </button>
        <output>{many}</output>
        <button
          type="button"
          className="btn"
          aria-label={`One ${name} more comes back`}
          disabled={many === left}
          onClick={() => onMany(many + 1)}
        >
          +
        </button>
      </span>
    </li>
  );
}
