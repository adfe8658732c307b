/** The day: what this till took, and whether the books say the same. */
import { createClient } from '@tallystick/client-sdk';
import type { Sale } from '@tallystick/client-sdk/terminal';
import { useState } from 'react';
import { TokenDesk } from '../ui/token-desk.ts';
import { count, moneyText, units, wrongText } from '../ui/words.ts';
import { useTill } from './use-till.ts';

interface Sums {
  readonly sales: number;
  readonly grossMinor: number;
}

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
    .reduce((sum, line) => sum + Math.round((line.grossMinor * line.returned) / line.quantityBase), 0);
  const ask = () =>
    sumsInBooks(now.id, today).then(
      (sums) => setBooks({ sums }),
      (error: unknown) => setBooks({ wrong: wrongText(error) }),
    );
  const isSame = books?.sums?.sales === own.sales && books.sums.grossMinor === own.grossMinor;
  return (
    <>
      <dl className="day">
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
        <dt>Of these came back</dt>
        <dd>{text(returnedMinor)}</dd>
        <dt>To hand in</dt>
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
      <button type="button" className="btn" onClick={() => print()}>
        Print
      </button>
    </>
  );
}

function sumsOf(sales: readonly Sale[]): Sums {
  return {
    sales: sales.length,
    grossMinor: sales.reduce((sum, { totals }) => sum + (totals[0]?.grossMinor ?? 0), 0),
  };
}

/** @throws where the books cannot be asked */
async function sumsInBooks(till: string, since: Date): Promise<Sums> {
  const desk = new TokenDesk('till');
  await desk.signIn();
  const { auth } = desk;
  const client = createClient({ url: location.origin, ...(auth === undefined ? {} : { auth }) });
  const sum = { sales: 0, grossMinor: 0 };
  for (let cursor: string | undefined; ; ) {
    const query = { limit: 250, channel: 'till', placedFrom: since.toISOString() };
    const page = await client.get('/v1/orders', {
      query: cursor === undefined ? query : { ...query, cursor },
    });
    for (const order of page.items) {
      if (order.owner !== till) continue;
      sum.sales += 1;
      sum.grossMinor += order.payments.reduce((all, { amountMinor }) => all + amountMinor, 0);
    }
    if (page.nextCursor === null) return sum;
    cursor = page.nextCursor;
  }
}
