/** The day: what this till took, and whether the books say the same. */
import type { Sale } from '@tallystick/client-sdk/terminal';
import { useState } from 'react';
import { count, dateText, moneyText, units, wrongText } from '../ui/words.ts';
import type { Sums } from './books.ts';
import { amountBack } from './return-form.tsx';
import { sellerOf, useTill } from './use-till.ts';

export function DaySheet() {
  const { till, now } = useTill();
  const [books, setBooks] = useState<{ readonly sums?: Sums; readonly wrong?: string }>();
  const today = new Date();
  today.setHours(0, 0, 0, 0);
  const sales = till.salesSince(today.getTime());
  const own = sumsOf(sales);
  const currency = sales[0]?.totals[0]?.currency ?? 'EUR';
  const text = (amountMinor: number) => moneyText({ amountMinor, currency });
  const byMethod = ['cash', 'card'].map((method) => ({
    method,
    amountMinor: sales
      .flatMap(({ payments }) => payments)
      .filter((payment) => payment.method === method)
      .reduce((sum, payment) => sum + payment.amountMinor, 0),
  }));
  const returnedMinor = sales
    .flatMap(({ lines }) => lines)
    .reduce((sum, line) => sum + amountBack({ ...line, returned: 0 }, line.returned), 0);
  const sellers = bySeller(sales);
  const ask = async () => {
    try {
      // Loaded when it is asked for: without a network there is nobody to ask.
      const { sumsInBooks } = await import('./books.ts');
      setBooks({ sums: await sumsInBooks(now.id, today) });
    } catch (error) {
      setBooks({
        wrong: now.link === 'up' ? wrongText(error) : 'The books can be asked when the line is up again.',
      });
    }
  };
  const isSame = books?.sums?.sales === own.sales && books.sums.grossMinor === own.grossMinor;
  return (
    <>
      <dl className="day">
        <dt>Day</dt>
        <dd>{dateText(today.getTime())}</dd>
        <dt>Sales today</dt>
        <dd>{count(own.sales)}</dd>
        <dt>Taken in all</dt>
        <dd>
          <b>{text(own.grossMinor)}</b>
        </dd>
        {byMethod.map(({ method, amountMinor }) => (
          <div key={method} className="day-row">
            <dt>{method === 'cash' ? 'in cash' : 'by card (simulated)'}</dt>
            <dd>{text(amountMinor)}</dd>
          </div>
        ))}
        {sellers.map(({ who, amountMinor, many }) => (
          <div key={who} className="day-row">
            <dt>
              by {who}, {units(many, 'sale')}
            </dt>
            <dd>{text(amountMinor)}</dd>
          </div>
        ))}
        <dt>Of these came back</dt>
        <dd>{text(returnedMinor)}</dd>
        <dt>Still to hand in</dt>
        <dd>{count(now.unsettled)}</dd>
      </dl>
      <button type="button" className="btn" onClick={() => void ask()}>
        Compare with the books
      </button>
      <p className={books === undefined ? 'hidden' : `note ${isSame ? 'good' : 'warn'}`} role="status">
        {books?.wrong ??
          (books?.sums === undefined
            ? ''
            : isSame
              ? `The books say the same: ${units(own.sales, 'sale')}, ${text(own.grossMinor)}.`
              : `The books have ${units(books.sums.sales, 'sale')}, ${text(books.sums.grossMinor)} so far. The rest is handed in when the line is up.`)}
      </p>
      {!now.isPersisted && (
        <p className="small soft">
          This browser has not promised to keep what is on this device. Install the till, or keep it open
          until all is handed in.
        </p>
      )}
      <button type="button" className="btn" onClick={() => print()}>
        Print
      </button>
    </>
  );
}

/** Who sold how much. Nobody where nobody has to say who they are. */
function bySeller(sales: readonly Sale[]) {
  const found = new Map<string, { who: string; many: number; amountMinor: number }>();
  for (const { actor, totals } of sales) {
    const who = sellerOf(actor);
    if (who === undefined) continue;
    const sum = found.get(who) ?? { who, many: 0, amountMinor: 0 };
    sum.many += 1;
    sum.amountMinor += totals[0]?.grossMinor ?? 0;
    found.set(who, sum);
  }
  return [...found.values()].sort((a, b) => (a.who < b.who ? -1 : 1));
}

function sumsOf(sales: readonly Sale[]): Sums {
  return {
    sales: sales.length,
    grossMinor: sales.reduce((sum, { totals }) => sum + (totals[0]?.grossMinor ?? 0), 0),
  };
}
